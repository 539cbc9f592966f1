"""The commands from end to end, on a stage whose Terraform makes nothing but says which versions it published."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from tests.integration.deployment.functions import Functions, zipped

from tradewind_tools.deployment import commands, remote
from tradewind_tools.deployment.errors import Declined, NoTerminal, TerraformMissing
from tradewind_tools.deployment.stage import Canary, Stage, StageFile
from tradewind_tools.deployment.traffic import client

LAYER = "tradewind-dev-dependencies"
NAMES = ("tradewind-dev-cart-get", "tradewind-dev-status")
CONFIGURATION = """
terraform {
  backend "s3" {
    use_lockfile = true
  }
}

variable "region" {}
variable "blueprint" {}
variable "packages" {}

locals {
  published = jsondecode(file("published.json"))
}

resource "terraform_data" "versions" {
  input = local.published
}

output "functions" {
  value = { for name, version in local.published : name => { name = name, version = version } }
}

output "api_url" {
  value = "https://api.example.com/v1"
}
"""


@pytest.fixture(autouse=True)
def here(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is built goes to a folder of the test's own, and the package is there."""
    assert stage.name == "dev"
    monkeypatch.setattr(remote, "BUILT", tmp_path / "built")
    monkeypatch.setattr(commands, "ensure_package", lambda: "c0ffee+")


@pytest.fixture
def stage(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Nobody waits."""
    (stage.folder / "main.tf").write_text(CONFIGURATION)
    place = StageFile(stage.place.account, stage.place.region, stage.place.state_bucket, Canary(watch_minutes=0))
    at_once = Stage(stage.name, stage.folder, place)
    monkeypatch.setattr("tradewind_tools.deployment.stage_access.find", lambda _: at_once)
    return at_once


@pytest.fixture
def functions(session: boto3.Session, stage: Stage) -> Iterator[Functions]:
    made = Functions(session, *NAMES)
    publish(stage, dict.fromkeys(NAMES, "1"))
    yield made
    made.remove()


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Somebody at a terminal, who answers everything like this."""

    def answering(text: str) -> None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("typer.prompt", lambda *_, **__: text)
        monkeypatch.setattr("typer.confirm", lambda *_, **__: text == "y")

    return answering


def publish(stage: Stage, versions: dict[str, str]) -> None:
    (stage.folder / "published.json").write_text(json.dumps(versions))


def deploy(*, yes: bool = True) -> None:
    try:
        commands.deployment_to("dev")(yes=yes, smoke=False)
    except TerraformMissing as reason:
        pytest.skip(str(reason))


def test_deploy_shows_its_plan_applies_it_and_shifts_the_traffic(
    functions: Functions, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.bootstrap("dev")
    deploy()
    first = capsys.readouterr()
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in first.out
    assert "changes that are not committed" in first.err
    assert "Every function's newest version has its traffic already." in first.err
    assert first.out.splitlines()[-1] == "https://api.example.com/v1"

    publish(stage, functions.publish(NAMES[0], saying="two"))
    deploy()
    assert "✓ New versions live: 1." in capsys.readouterr().err
    assert functions.answers() == {NAMES[0]: "two", NAMES[1]: "one"}

    commands.plan("dev")
    assert "\nNo changes." in capsys.readouterr().out


def test_unknown_variable_is_reported_after_the_plan(
    functions: Functions, stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    """A mistyped option would else do nothing, and nobody would know."""
    assert functions.answers()
    commands.bootstrap("dev")
    stage.variables_file.write_text("frewall = {}\n")
    try:
        commands.plan("dev")
    except TerraformMissing as reason:
        pytest.skip(str(reason))
    *_, last = capfd.readouterr().err.splitlines()
    assert last.startswith(
        'Warning: Value for undeclared variable. The root module does not declare a variable named "fr'
    )


def test_declined_plan_is_not_applied(functions: Functions, stage: Stage, person: Callable[[str], None]) -> None:
    commands.bootstrap("dev")
    publish(stage, functions.publish(NAMES[0], saying="two"))
    person("n")
    with pytest.raises(Declined):
        deploy(yes=False)
    assert set(functions.answers().values()) == {"one"}


def test_deploy_without_a_terminal_needs_yes(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    commands.bootstrap("dev")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(NoTerminal):
        deploy(yes=False)
    assert set(functions.answers().values()) == {"one"}


def test_destroy_needs_the_name_of_the_stage(
    functions: Functions, stage: Stage, session: boto3.Session, person: Callable[[str], None]
) -> None:
    commands.bootstrap("dev")
    deploy()
    publish(stage, functions.publish(*NAMES, saying="two"))
    deploy()

    client(session, "lambda").publish_layer_version(LayerName=LAYER, Content={"ZipFile": zipped("a layer")})

    person("prod")
    with pytest.raises(Declined):
        commands.destroy("dev")
    assert kept(session, stage) == ["tradewind/dev.release.json", "tradewind/dev.tfstate"]

    person("dev")
    commands.destroy("dev")
    assert client(session, "lambda").list_layer_versions(LayerName=LAYER)["LayerVersions"] == []
    assert kept(session, stage) == ["tradewind/dev.tfstate"]


def kept(session: boto3.Session, stage: Stage) -> list[str]:
    listed = session.client("s3").list_objects_v2(Bucket=stage.place.state_bucket)
    return sorted(each["Key"] for each in listed["Contents"])
