"""What can prevent a deployment, provoked with Terraform's own state in the local cloud's S3."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from tradewind_tools.deployment import commands, stage_access
from tradewind_tools.deployment.errors import (
    DeploymentError,
    ExplainedFailure,
    NoStateBucket,
    NotDeployed,
    NoTerminal,
    TableProtected,
    TerraformMissing,
    UnknownProfile,
    Unreachable,
    WrongAccount,
)
from tradewind_tools.deployment.remote import RemoteStage
from tradewind_tools.deployment.stage import Stage

STATE = "tradewind/dev.tfstate"
CONFIGURATION = """
terraform {
  backend "s3" {
    use_lockfile = true
  }
}

variable "region" {}
variable "blueprint" {}
variable "packages" {}

resource "terraform_data" "this" {
  input = var.region
}
"""


@pytest.fixture
def remote(stage: Stage, tmp_path: Path) -> RemoteStage:
    """A stage of one resource that needs no provider, with its state where the real ones have theirs."""
    (stage.folder / "main.tf").write_text(CONFIGURATION)
    return RemoteStage(stage, workspace=tmp_path / "workspace", manifest=tmp_path / "manifest.json")


def prepared(remote: RemoteStage) -> RemoteStage:
    try:
        remote.prepare()
    except TerraformMissing as reason:
        pytest.skip(str(reason))
    return remote


def test_missing_bucket_is_an_error_that_names_the_command(remote: RemoteStage) -> None:
    with pytest.raises(NoStateBucket, match=r"\./dev bootstrap dev"):
        prepared(remote)
    with pytest.raises(NoStateBucket, match=r"\./dev bootstrap dev"):
        commands.rollback("dev")


def test_applied_plan_has_outputs(remote: RemoteStage, stage: Stage) -> None:
    commands.bootstrap("dev")
    plan = prepared(remote).plan()
    assert plan.changes
    assert "Plan: 1 to add" in plan.text
    remote.apply()
    again = remote.plan()
    assert (again.changes, again.outside) == (False, [])
    assert "No changes" in again.text
    with pytest.raises(NotDeployed, match=f"stage {stage.name} yet"):
        remote.outputs()


def test_locked_state_names_its_owner_and_can_be_unlocked(
    remote: RemoteStage, stage: Stage, session: boto3.Session
) -> None:
    commands.bootstrap("dev")
    prepared(remote)
    lock = {
        "ID": "2f7b1ff8-7d0a-6d2b-7a0e-5c5d1d3a1d0e",
        "Operation": "OperationTypeApply",
        "Who": "ada@laptop",
        "Version": "1.11.4",
        "Created": "2026-11-21T07:00:00.123456Z",
        "Path": f"{stage.place.state_bucket}/{STATE}",
    }
    session.client("s3").put_object(
        Bucket=stage.place.state_bucket, Key=f"{STATE}.tflock", Body=json.dumps(lock).encode()
    )
    refusal = rf"ada@laptop, since 2026-11-21 07:00 UTC(.|\n)*unlock dev {lock['ID']}"
    with pytest.raises(ExplainedFailure, match=refusal):
        remote.plan()
    remote.unlock(lock["ID"])
    assert remote.plan().changes


def test_state_bucket_is_versioned_and_can_be_configured_again(
    stage: Stage, session: boto3.Session, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.bootstrap("dev")
    commands.bootstrap("dev")
    assert [line.split("; ")[0].rsplit(" ", 1)[-1] for line in capsys.readouterr().err.splitlines()[1::2]] == [
        "made",
        "there",
    ]
    s3 = session.client("s3")
    assert s3.get_bucket_versioning(Bucket=stage.place.state_bucket)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=stage.place.state_bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }


@pytest.mark.parametrize("command", [commands.plan, commands.rollback, commands.destroy, commands.bootstrap])
def test_credentials_of_another_account_are_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, command: commands.Command
) -> None:
    elsewhere = replace(stage, place=type(stage.place)("123456789012", stage.place.region, "a-bucket"))
    monkeypatch.setattr(stage_access, "find", lambda _: elsewhere)
    with pytest.raises(WrongAccount, match="in account 123456789012, and these credentials are for 000000000000"):
        command("dev")


def test_missing_credentials_are_explained_with_a_remedy(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stage.name == "dev"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(DeploymentError, match="aws sso login"):
        commands.rollback("dev")


def test_unknown_profile_is_named_in_the_error(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stage.name == "dev"
    monkeypatch.setenv("AWS_PROFILE", "shop-dev")
    with pytest.raises(UnknownProfile, match=r"shop-dev.*aws configure list-profiles"):
        commands.plan("dev")


def test_unreachable_aws_is_an_error_that_asks_for_the_region(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stage.name == "dev"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Unreachable, match="is the stage's region one of AWS's"):
        commands.plan("dev")


def with_table(stage: Stage, session: boto3.Session, *, is_protected: bool = False) -> DynamoDBClient:
    dynamodb = session.client("dynamodb")
    dynamodb.create_table(
        TableName=stage.table,
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=is_protected,
    )
    return dynamodb


def test_admin_command_needs_a_deployed_shop_and_a_password(
    stage: Stage, session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotDeployed):
        commands.admin("dev", "ada@example.com")
    dynamodb = with_table(stage, session)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(NoTerminal, match="ADMIN_PASSWORD"):
        commands.admin("dev", "ada@example.com")
    dynamodb.delete_table(TableName=stage.table)


def test_protected_table_prevents_destroying_its_stage(stage: Stage, session: boto3.Session) -> None:
    dynamodb = with_table(stage, session, is_protected=True)
    with pytest.raises(TableProtected, match="--table-name tradewind-dev --no-deletion-protection-enabled"):
        commands.destroy("dev")
    dynamodb.update_table(TableName=stage.table, DeletionProtectionEnabled=False)
    stage_access.StageAccess.enter("dev").require_unprotected_table()
