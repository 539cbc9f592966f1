"""Deploy a CloudFormation template into the local cloud, as one would into AWS."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import ClientError

from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.localcloud.errors import StackFailed
from tradewind_tools.localcloud.package import CodePackage
from tradewind_tools.localcloud.sdk import local_session

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef, TagTypeDef
    from mypy_boto3_s3 import S3Client

STACK = StageNames(LOCAL).shop
BUCKET = "tradewind-code-local"
FINGERPRINT_TAG = "tradewind:template"
POLL_SECONDS = 0.05
TIMEOUT_SECONDS = 120

Template = Mapping[str, Any]


class StackChange(StrEnum):
    """What a deployment did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class Deployer:
    """Uploads packages and makes the stack what a template says."""

    def __init__(self, endpoint_url: str) -> None:
        self._session = local_session()
        self._endpoint_url = endpoint_url

    @cached_property
    def _s3(self) -> S3Client:
        return self._session.client("s3", endpoint_url=self._endpoint_url, config=_client_config())

    @cached_property
    def _cloudformation(self) -> CloudFormationClient:
        return self._session.client("cloudformation", endpoint_url=self._endpoint_url, config=_client_config())

    def upload(self, package: CodePackage) -> None:
        """Put the package into the code bucket under its key, unless it is there."""
        self._s3.create_bucket(Bucket=BUCKET)
        found = self._s3.list_objects_v2(Bucket=BUCKET, Prefix=package.key)
        if not found["KeyCount"]:
            self._s3.put_object(Bucket=BUCKET, Key=package.key, Body=package.content)

    def deploy(self, template: Template) -> StackChange:
        """Create or update the stack and wait. A half-made stack is removed first. Raises `StackFailed`."""
        body, fingerprint = _encode_template(template)
        stack = self._stack()
        if stack is not None and _is_broken(stack):
            self._remove()
            stack = None
        if stack is not None and _fingerprint_of(stack) == fingerprint:
            return StackChange.UNCHANGED
        url = self._store_template(body, fingerprint)
        if stack is None:
            return self._create(url, fingerprint)
        return self._update(url, fingerprint)

    def _store_template(self, body: str, fingerprint: str) -> str:
        """The address of the template in S3: what CloudFormation takes inline is a quarter of it."""
        key = f"templates/{fingerprint}.json"
        self._s3.create_bucket(Bucket=BUCKET)
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=body.encode())
        return f"{self._endpoint_url}/{BUCKET}/{key}"

    def _create(self, url: str, fingerprint: str) -> StackChange:
        self._cloudformation.create_stack(
            StackName=STACK, TemplateURL=url, Tags=_tags(fingerprint), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        self._wait_for("CREATE_COMPLETE")
        return StackChange.CREATED

    def _update(self, url: str, fingerprint: str) -> StackChange:
        self._cloudformation.update_stack(
            StackName=STACK, TemplateURL=url, Tags=_tags(fingerprint), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        self._wait_for("UPDATE_COMPLETE")
        return StackChange.UPDATED

    def _remove(self) -> None:
        self._cloudformation.delete_stack(StackName=STACK)
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while self._stack() is not None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def _wait_for(self, wanted: str) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            stack = self._stack()
            status = "DELETE_COMPLETE" if stack is None else stack["StackStatus"]
            if status == wanted:
                return
            if not status.endswith("_IN_PROGRESS"):
                break
            time.sleep(POLL_SECONDS)
        raise StackFailed(f"The functions could not be deployed:\n{self._failures()}")

    def _stack(self) -> StackTypeDef | None:
        try:
            stack = self._cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        except ClientError as fault:
            if fault.response["Error"]["Code"] == "ValidationError":
                return None
            raise
        return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack

    def _failures(self) -> str:
        events = self._cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        lines = (f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed)
        return "\n".join(dict.fromkeys(lines)) or "  CloudFormation gave no reason."


def _client_config() -> Config:
    return Config(connect_timeout=5, read_timeout=TIMEOUT_SECONDS, retries={"total_max_attempts": 1})


def _encode_template(template: Template) -> tuple[str, str]:
    body = json.dumps(template, sort_keys=True)
    return body, hashlib.sha256(body.encode()).hexdigest()[:32]


def _tags(fingerprint: str) -> list[TagTypeDef]:
    return [{"Key": FINGERPRINT_TAG, "Value": fingerprint}]


def _is_broken(stack: StackTypeDef) -> bool:
    return stack["StackStatus"] not in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}


def _fingerprint_of(stack: StackTypeDef) -> str | None:
    if stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE":
        return None
    return next((tag["Value"] for tag in stack.get("Tags", []) if tag["Key"] == FINGERPRINT_TAG), None)
