"""Two stages in one checkout: the same configuration, and nothing else in common."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from tradewind_tools.deployment import commands
from tradewind_tools.deployment.errors import NotDeployed, TerraformMissing
from tradewind_tools.deployment.remote import RemoteStage
from tradewind_tools.deployment.stage import Stage

CONFIGURATION = """
terraform {
  backend "s3" {
    use_lockfile = true
  }
}

variable "region" {}
variable "blueprint" {}
variable "packages" {}
variable "motto" {}

output "motto" {
  value = var.motto
}

output "stage" {
  value = jsondecode(file(var.blueprint)).stage
}
"""


@pytest.fixture
def stages(stage: Stage) -> tuple[Stage, Stage]:
    """Dev and prod, both configured in one folder; their states are in one bucket, as when they share an account."""
    (stage.folder / "main.tf").write_text(CONFIGURATION)
    both = stage, replace(stage, name="prod")
    for each in both:
        each.variables_file.write_text(f'motto = "of {each.name}"\n')
    commands.bootstrap("dev")
    return both


def prepare(stage: Stage, workspace: Path) -> RemoteStage:
    remote = RemoteStage(stage, workspace=workspace / stage.name, manifest=workspace / "manifest.json")
    try:
        remote.prepare()
    except TerraformMissing as reason:
        pytest.skip(str(reason))
    return remote


def deploy(remote: RemoteStage) -> None:
    assert remote.plan().changes
    remote.apply()


def test_stages_have_variables_and_states_of_their_own(
    stages: tuple[Stage, Stage], session: boto3.Session, tmp_path: Path
) -> None:
    dev, prod = (prepare(stage, tmp_path) for stage in stages)
    deploy(dev)
    with pytest.raises(NotDeployed):
        prod.outputs()
    deploy(prod)
    assert dev.outputs() == {"motto": "of dev", "stage": "dev"}
    assert prod.outputs() == {"motto": "of prod", "stage": "prod"}
    assert not dev.plan().changes
    assert set(kept(session, stages[0])) == {"tradewind/dev.tfstate", "tradewind/prod.tfstate"}


def test_destroying_one_stage_leaves_the_other(
    stages: tuple[Stage, Stage], session: boto3.Session, tmp_path: Path
) -> None:
    dev, prod = (prepare(stage, tmp_path) for stage in stages)
    deploy(dev)
    deploy(prod)
    dev.destroy()
    with pytest.raises(NotDeployed):
        dev.outputs()
    assert not prod.plan().changes
    states = kept(session, stages[0])
    assert states["tradewind/dev.tfstate"] == {}
    assert states["tradewind/prod.tfstate"].keys() == {"motto", "stage"}


def kept(session: boto3.Session, stage: Stage) -> dict[str, dict[str, object]]:
    """The outputs in each state of the bucket, by its key."""
    s3 = session.client("s3")
    bucket = stage.place.state_bucket
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    return {
        each["Key"]: json.loads(s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read())["outputs"]
        for each in listed
    }
