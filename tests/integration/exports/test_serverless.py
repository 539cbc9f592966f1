"""The `serverless.yml`, packaged by osls itself: what CloudFormation would get is looked at."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cfnlint import ManualArgs, lint  # type: ignore[import-untyped]

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.exports import serverless, yaml_text
from tradewind_tools.exports.artifacts import Artifacts
from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.localcloud.cloud import LocalCloud

Template = dict[str, Any]
INSTALL_SECONDS, PACKAGE_SECONDS = 120, 120
OWN_WORDS = {"FunctionName", "Enabled"}
NEEDLESS_DEPENDS_ON = "W3005"
"""osls says twice, by DependsOn and by a reference, what a method or a function depends on."""


@pytest.fixture(scope="module")
def osls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The framework with its plugin, installed into a folder that is thrown away."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed here")
    folder = tmp_path_factory.mktemp("osls")
    packages = f"osls@{serverless.OSLS}", f"{serverless.SPLIT_STACKS}@{serverless.SPLIT_STACKS_VERSION}"
    options = ("--legacy-peer-deps", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")
    install = [npm, "install", "--prefix", str(folder), *packages, *options]
    try:
        subprocess.run(install, check=True, capture_output=True, timeout=INSTALL_SECONDS, text=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as reason:
        pytest.skip(f"npm cannot install osls here: {reason}")
    return folder / "node_modules" / ".bin" / "osls"


@pytest.fixture(scope="module")
def stacks(osls: Path) -> dict[str, Template]:
    """The templates of the root and of the nested stacks, by their files."""
    service = osls.parents[2] / "service"
    service.mkdir()
    for name in ("code.zip", "layer.zip"):
        with zipfile.ZipFile(service / name, "w") as archive:
            archive.writestr("tradewind/__init__.py", "")
    document = serverless.document("prod", Artifacts("code.zip", layer="layer.zip"))
    (service / "serverless.yml").write_text(yaml_text.text(document))
    given = [f"--param={name}=given" for name in missing(document)]
    command = [str(osls), "package", "--region", "eu-central-1", *given]
    with LocalCloud() as cloud:  # osls asks for the layer that was deployed last
        known = environment(cloud.endpoint_url)
        finished = subprocess.run(
            command, cwd=service, env=known, capture_output=True, text=True, check=False, timeout=PACKAGE_SECONDS
        )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    files = (service / ".serverless").glob("cloudformation-template-*-stack.json")
    return {file.name: json.loads(file.read_text()) for file in files if "create" not in file.name}


@pytest.fixture(scope="module")
def packaged(stacks: dict[str, Template]) -> Template:
    """All resources, whichever stack has them."""
    return {"Resources": {name: made for each in stacks.values() for name, made in each["Resources"].items()}}


def environment(endpoint_url: str) -> dict[str, str]:
    credentials = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}
    return {**os.environ, **credentials, "AWS_ENDPOINT_URL": endpoint_url}


def missing(document: Template) -> list[str]:
    return [name for name in document["resources"]["Parameters"] if name not in document["params"]["default"]]


def properties(template: Template, kind: str) -> list[Template]:
    return [made["Properties"] for made in template["Resources"].values() if made["Type"] == f"AWS::{kind}"]


def test_every_function_is_exported_with_the_settings_of_the_blueprint(packaged: Template) -> None:
    made = {resource["FunctionName"]: resource for resource in properties(packaged, "Lambda::Function")}
    assert set(made) == {f"tradewind-prod-{function.name}" for function in FUNCTIONS}
    for function in FUNCTIONS:
        resource = made[f"tradewind-prod-{function.name}"]
        assert resource["Handler"] == function.handler
        assert (resource["MemorySize"], resource["Timeout"]) == (function.memory_mb, function.timeout_seconds)
        assert resource["Layers"][0] == {"Ref": "DependenciesLambdaLayer"}


def test_event_sources_are_those_of_the_cloudformation_template(packaged: Template) -> None:
    plain = cloudformation.template("prod", cloudformation.Code("code-bucket", "code.zip"))
    setting = plain["Parameters"]["CheckoutConcurrency"]["Default"]
    made, wanted = (sources(template) for template in (packaged, plain))
    assert made == [each.replace('{"Ref":"CheckoutConcurrency"}', setting) for each in wanted]


def sources(template: Template) -> list[str]:
    """Every event source mapping but for the name of its function, which osls gives itself, and spaces in filters."""
    mappings = properties(template, "Lambda::EventSourceMapping")
    resource = ({word: value for word, value in each.items() if word not in OWN_WORDS} for each in mappings)
    return sorted(json.dumps(each, sort_keys=True).replace(" ", "") for each in resource)


def test_no_function_shares_a_role(packaged: Template) -> None:
    assert "IamRoleLambdaExecution" not in packaged["Resources"]


def test_cfn_lint_finds_nothing(stacks: dict[str, Template]) -> None:
    config = ManualArgs(regions=["eu-central-1"], ignore_checks=[NEEDLESS_DEPENDS_ON])
    for template in stacks.values():
        assert [str(match) for match in lint(json.dumps(template), config=config)] == []


def test_stacks_stay_within_the_limits_of_cloudformation(stacks: dict[str, Template]) -> None:
    assert len(stacks) > 1
    for template in stacks.values():
        assert len(template["Resources"]) <= limits.STACK_RESOURCES
        assert len(template["Parameters"]) <= limits.STACK_PARAMETERS
        assert len(template["Outputs"]) <= limits.STACK_OUTPUTS
        assert len(json.dumps(template)) <= limits.TEMPLATE_BYTES
