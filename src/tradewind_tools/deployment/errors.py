"""What can go wrong while Terraform works, each as one clear line that says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tradewind_tools.errors import Refusal


class DeploymentError(Refusal):
    """An error of a deployment that a person can act on."""


class TerraformMissing(DeploymentError):
    """There is no program `terraform`."""

    def __init__(self) -> None:
        super().__init__("Terraform is not on the PATH. Install version 1.11 or newer: https://developer.hashicorp.com")


class ProviderMissing(DeploymentError):
    """Terraform's provider for AWS is neither on this machine nor available from the registry."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "Terraform cannot get its AWS provider. Without access to the registry, put it into ~/.terraform.d/plugins "
            f"as `terraform providers mirror` lays it out, or name its folder in TF_PLUGIN_CACHE_DIR.\n{reason}"
        )


class TerraformFailed(DeploymentError):
    """Terraform failed; the text is its own."""

    def __init__(self, command: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"terraform {command} failed:\n{reason}")


class ExplainedFailure(DeploymentError):
    """A failure of Terraform whose meaning is known; `said` is what Terraform itself said."""

    def __init__(self, meaning: str, said: str = "") -> None:
        self.meaning = meaning
        super().__init__(f"{meaning}\n\n{said}" if said else meaning)


class Interrupted(DeploymentError):
    """Terraform was stopped, and ended in good order."""

    def __init__(self) -> None:
        super().__init__(
            "Stopped. What was made or removed until now is known to Terraform's state: the same command goes on from "
            "there."
        )


class Leftover(DeploymentError):
    """Resources are left after a destroy."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("Still there after terraform destroy:\n" + "\n".join(f"  {name}" for name in names))


class Drift(DeploymentError):
    """A plan right after an apply is not empty."""

    def __init__(self, resources: list[str]) -> None:
        super().__init__("A second apply would change:\n" + "\n".join(f"  {name}" for name in resources))


class TestsFailed(DeploymentError):
    """The end-to-end tests failed against a shop that Terraform deployed."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__("The end-to-end tests failed against the shop that Terraform made.")


class UnknownStage(DeploymentError):
    """No stage's file has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(
            f"There is no stage {name!r}. There are: {', '.join(known)}. Two files make one: docs/deployment.md"
        )


class StageNotConfigured(DeploymentError):
    """The stage has no file that says where it is."""

    def __init__(self, file: Path, example: Path) -> None:
        super().__init__(
            f"{file} is missing: it says in which account the stage is. Begin with:\n  cp {example} {file}"
        )


class StageMisconfigured(DeploymentError):
    """The stage's file is not valid."""

    def __init__(self, file: Path, reason: str, example: Path) -> None:
        super().__init__(f"{file} cannot be used: {reason}. How it should look: {example}")


class NoCredentials(DeploymentError):
    """There are no credentials."""

    def __init__(self) -> None:
        super().__init__(
            "There are no AWS credentials here. Log in (aws sso login --profile NAME, and AWS_PROFILE=NAME in the "
            "environment), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Nothing was changed."
        )


class CredentialsRefused(DeploymentError):
    """AWS does not accept the credentials, or not any more."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "AWS does not accept these credentials: they have expired, were mistyped or withdrawn. Log in again (aws "
            f"sso login), or take new keys. AWS says: {reason}"
        )


class UnknownProfile(DeploymentError):
    """There is no profile with the name in AWS_PROFILE."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"{reason}. AWS_PROFILE names it; `aws configure list-profiles` lists those there are, `aws configure sso` "
            "makes one. Nothing was changed."
        )


class Unreachable(DeploymentError):
    """AWS cannot be reached."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"AWS does not answer: {reason}. Is there a network here, and is the stage's region one of AWS's?"
        )


class WrongAccount(DeploymentError):
    """The credentials are valid, but for another account."""

    def __init__(self, stage: str, wanted: str, found: str, arn: str) -> None:
        super().__init__(
            f"Stage {stage} is in account {wanted}, and these credentials are for {found} ({arn}). Choose others by "
            f"AWS_PROFILE; if the stage has moved, say so in {stage}.toml. Nothing was changed."
        )


class NoTerminal(DeploymentError):
    """The command needs an answer from a person, and there is no terminal; `instead` says what else is possible."""

    def __init__(self, instead: str) -> None:
        super().__init__(f"Nobody can be asked here: there is no terminal. {instead} Nothing was changed.")


class Declined(DeploymentError):
    """A person declined."""

    def __init__(self) -> None:
        super().__init__("Nothing was changed.")


class AwsRefused(DeploymentError):
    """A service of AWS refused a call; the text is its own."""

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(f"AWS refused {operation}: {reason}")


class NotAllowed(DeploymentError):
    """The credentials are valid, but lack a permission."""

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(
            f"These credentials may not do {operation}. Take the role that deploys, or give theirs the permission. AWS "
            f"says: {reason}"
        )


class NoStateBucket(DeploymentError):
    """The bucket of Terraform's state does not exist."""

    def __init__(self, stage: str, bucket: str) -> None:
        super().__init__(
            f"The bucket of Terraform's state, {bucket}, does not exist. If this is the first deployment of the "
            f"account: ./dev bootstrap {stage}. Otherwise {stage}.toml names the wrong one: a deployment with an empty "
            "state would try to make everything once more."
        )


class BucketTaken(DeploymentError):
    """The name of the bucket is taken by another account, or in another region."""

    def __init__(self, stage: str, bucket: str, why: str) -> None:
        super().__init__(
            f"Bucket {bucket} {why}. Names of buckets are good once in the whole world: choose another as state_bucket "
            f"in {stage}.toml."
        )


class TableProtected(DeploymentError):
    """The table has deletion protection."""

    def __init__(self, stage: str, table: str, region: str) -> None:
        super().__init__(
            f"Stage {stage} is protected: its table {table} must not be deleted. If all of its orders and accounts may "
            "go, take the protection away first, by hand:\n"
            f"  aws dynamodb update-table --region {region} --table-name {table} --no-deletion-protection-enabled\n"
            f"and then: ./dev destroy {stage}"
        )


class NotDeployed(DeploymentError):
    """The stage is not deployed."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"Nothing is deployed as stage {stage} yet: ./dev deploy {stage}")


class AdminRefused(DeploymentError):
    """The shop refuses the administrator's email or password."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"No administrator was made. {reason}")


class NothingToTakeBack(DeploymentError):
    """There is no release, or its traffic was shifted back already."""

    def __init__(self, stage: str) -> None:
        super().__init__(
            f"There is no release of {stage} to take back. To go further back, deploy an older commit. Nothing was "
            "changed."
        )


class ReleaseUnderWay(DeploymentError):
    """Another release of the stage is in progress."""

    def __init__(self, stage: str, release: str) -> None:
        super().__init__(
            f"{release} is in progress: it gave a sign of life a moment ago. Wait until it is done; if it was killed, "
            f"try again in two minutes, or shift its traffic back: ./dev rollback {stage}"
        )


class TakenOver(DeploymentError):
    """Another process has taken over; it decides where traffic goes now."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"Somebody else has begun or taken back a release of {stage} meanwhile. This one stops here.")


class AlarmsRing(DeploymentError):
    """Alarms ring before the release: they could not show what the new versions do."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            f"These alarms ring already: {', '.join(names)}. A canary could not tell whether it makes things worse. "
            "New versions are published, and get no traffic yet. Wait for quiet and deploy again, or, if this is the "
            "remedy, add --despite-alarms, which leaves these out of the watch."
        )


class RolledBack(DeploymentError):
    """An alarm rang while the new versions had a part of the traffic; it was shifted back."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            f"Alarm: {', '.join(names)}. The new versions get no traffic any more. docs/reference/alarms.md says what "
            "the alarm means."
        )


class SmokeFailed(DeploymentError):
    """A step of the smoke test failed."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")


class UnexpectedResponse(Exception):
    """The shop answered a step of the smoke test otherwise than it should."""
