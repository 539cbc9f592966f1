"""The root and its nested stacks, packaged and deployed into a local cloud as AWS would get them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Function
from tradewind_tools.exports.cloudformation import stacks
from tradewind_tools.exports.cloudformation.names import LOCAL
from tradewind_tools.http_client import call
from tradewind_tools.localcloud import package
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.deploy import BUCKET, STACK, StackChange
from tradewind_tools.localcloud.sdk import local_session

BUILT = package.build()
ADA = {"email": "ada@example.com", "password": "correct horse battery"}
PACKAGE_SECONDS = 120


def export(included: Sequence[Function] = FUNCTIONS) -> stacks.Stacks:
    return stacks.stacks(LOCAL, stacks.Code(BUCKET, BUILT.key), included)


def upload(cloud: LocalCloud, made: stacks.Stacks) -> dict[str, Any]:
    """What `aws cloudformation package` does: nested templates under keys by their content, named by the root."""
    s3 = local_session().client("s3", endpoint_url=cloud.endpoint_url)
    s3.create_bucket(Bucket=BUCKET)
    root: dict[str, Any] = json.loads(json.dumps(made.root))
    for each in root["Resources"].values():
        body = json.dumps(made.nested[Path(each["Properties"]["TemplateURL"]).stem]).encode()
        key = f"{hashlib.sha256(body).hexdigest()}.template"
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        each["Properties"]["TemplateURL"] = f"https://s3.amazonaws.com/{BUCKET}/{key}"
    return root


def ask(cloud: LocalCloud, method: str, path: str, body: object = None, **headers: str) -> Response:
    return call(method, f"{cloud.front_door_url}/v1{path}", body, headers=headers)


def nested_stacks(cloud: LocalCloud) -> dict[str, str]:
    client = local_session().client("cloudformation", endpoint_url=cloud.endpoint_url)
    found = client.describe_stack_resources(StackName=STACK)["StackResources"]
    return {each["LogicalResourceId"]: each["ResourceStatus"] for each in found}


def test_shop_of_nested_stacks_answers_and_a_new_operation_is_deployed_into_it() -> None:
    with LocalCloud() as cloud:
        before = export([each for each in FUNCTIONS if each.name != "auth-me"])
        assert cloud.deploy(upload(cloud, before), BUILT) is StackChange.CREATED
        assert nested_stacks(cloud).keys() == before.root["Resources"].keys()
        assert ask(cloud, "POST", "/auth/register", ADA | {"firstName": "Ada", "lastName": "L"}).status_code == 201
        assert ask(cloud, "GET", "/auth/me").json()["error"] == "RouteNotFound"
        assert cloud.deploy(upload(cloud, export()), BUILT) is StackChange.UPDATED
        token = ask(cloud, "POST", "/auth/login", ADA).json()["token"]
        answer = ask(cloud, "GET", "/auth/me", Authorization=f"Bearer {token}")
        assert (answer.status_code, answer.json()["email"]) == (200, ADA["email"])
        assert ask(cloud, "OPTIONS", "/auth/me", Origin="https://shop.example").status_code == 200
        assert set(nested_stacks(cloud).values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def test_another_time_limit_reaches_its_function_and_the_api_is_deployed_anew() -> None:
    slower = [replace(each, timeout_seconds=9) if each.name == "status" else each for each in FUNCTIONS]
    with LocalCloud() as cloud:
        assert cloud.deploy(upload(cloud, export()), BUILT) is StackChange.CREATED
        before = deployment(cloud)
        assert cloud.deploy(upload(cloud, export(slower)), BUILT) is StackChange.UPDATED
        client = local_session().client("lambda", endpoint_url=cloud.endpoint_url)
        assert client.get_function_configuration(FunctionName=f"{STACK}-status")["Timeout"] == 9
        assert deployment(cloud) != before
        assert ask(cloud, "GET", "/status").status_code == 200


def deployment(cloud: LocalCloud) -> str:
    client = local_session().client("apigateway", endpoint_url=cloud.endpoint_url)
    [api] = client.get_rest_apis()["items"]
    [stage] = client.get_stages(restApiId=api["id"])["item"]
    return str(stage["deploymentId"])


def test_awss_own_command_packages_the_export(tmp_path: Path) -> None:
    """The command that docs/exports.md names, against the local cloud's S3."""
    aws = shutil.which("aws")
    if aws is None:
        pytest.skip("the AWS CLI is not installed here")
    stacks.write(export(), tmp_path)
    with LocalCloud() as cloud:
        local_session().client("s3", endpoint_url=cloud.endpoint_url).create_bucket(Bucket=BUCKET)
        credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
        packaged = tmp_path / "packaged.json"
        command = [aws, "cloudformation", "package", "--template-file", str(tmp_path / stacks.ROOT), "--use-json"]
        command += ["--s3-bucket", BUCKET, "--output-template-file", str(packaged)]
        known = {**os.environ, **credentials, "AWS_ENDPOINT_URL": cloud.endpoint_url}
        finished = subprocess.run(
            command, env=known, capture_output=True, text=True, check=False, timeout=PACKAGE_SECONDS
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        assert cloud.deploy(json.loads(packaged.read_text()), BUILT) is StackChange.CREATED
        assert ask(cloud, "GET", "/status").json()["status"] == "ok"
