"""What can go wrong while Terraform works, each as one clear line that says what to do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tradewind_tools.errors import Refusal


class DeploymentError(Refusal):
    """Something a person can act on."""


class TerraformMissing(DeploymentError):
    """There is no program of this name."""

    def __init__(self) -> None:
        super().__init__("Terraform is not on the PATH. Install version 1.11 or newer: https://developer.hashicorp.com")


class ProviderMissing(DeploymentError):
    """Terraform's provider for AWS is neither on this machine nor to be had from the registry."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "Terraform cannot get its AWS provider. Without access to the registry, put it into ~/.terraform.d/plugins "
            f"as `terraform providers mirror` lays it out, or name its folder in TF_PLUGIN_CACHE_DIR.\n{reason}"
        )


class TerraformFailed(DeploymentError):
    """Terraform refused, or could not make something; the text is its own."""

    def __init__(self, command: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"terraform {command} failed:\n{reason}")


class Interrupted(DeploymentError):
    """Somebody stopped Terraform; it came to an end in good order."""

    def __init__(self) -> None:
        super().__init__(
            "Stopped. What was made or removed until now is known to Terraform's state: the same command goes on from "
            "there."
        )


class Leftover(DeploymentError):
    """Something that Terraform made was there after it had destroyed everything."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("Still there after terraform destroy:\n" + "\n".join(f"  {name}" for name in names))


class Drift(DeploymentError):
    """A second plan, right after an apply, would change something."""

    def __init__(self, resources: list[str]) -> None:
        super().__init__("A second apply would change:\n" + "\n".join(f"  {name}" for name in resources))


class TestsFailed(DeploymentError):
    """The shop that Terraform made does not do what it should."""

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
    """Nobody has said yet where the stage is."""

    def __init__(self, file: Path, example: Path) -> None:
        super().__init__(
            f"{file} is missing: it says in which account the stage is. Begin with:\n  cp {example} {file}"
        )


class StageMisconfigured(DeploymentError):
    """The stage's file says something that cannot be."""

    def __init__(self, file: Path, reason: str, example: Path) -> None:
        super().__init__(f"{file} cannot be used: {reason}. How it should look: {example}")


class NoCredentials(DeploymentError):
    """Nothing says who is asking."""

    def __init__(self) -> None:
        super().__init__(
            "There are no AWS credentials here. Log in (aws sso login --profile NAME, and AWS_PROFILE=NAME in the "
            "environment), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Nothing was changed."
        )


class CredentialsRefused(DeploymentError):
    """AWS does not, or no longer, know who is asking."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "AWS does not accept these credentials: they have expired, were mistyped or withdrawn. Log in again (aws "
            f"sso login), or take new keys. AWS says: {reason}"
        )


class UnknownProfile(DeploymentError):
    """AWS_PROFILE names nobody here."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"{reason}. AWS_PROFILE names it; `aws configure list-profiles` lists those there are, `aws configure sso` "
            "makes one. Nothing was changed."
        )


class Unreachable(DeploymentError):
    """Nobody answers where AWS should be."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"AWS does not answer: {reason}. Is there a network here, and is the stage's region one of AWS's?"
        )


class WrongAccount(DeploymentError):
    """The credentials are good, and for another account."""

    def __init__(self, stage: str, wanted: str, found: str, arn: str) -> None:
        super().__init__(
            f"Stage {stage} is in account {wanted}, and these credentials are for {found} ({arn}). Choose others by "
            f"AWS_PROFILE; if the stage has moved, say so in {stage}.toml. Nothing was changed."
        )


class NobodyToAsk(DeploymentError):
    """The command needs a word from a person, and there is no terminal; `instead` says what else would do."""

    def __init__(self, instead: str) -> None:
        super().__init__(f"Nobody can be asked here: there is no terminal. {instead} Nothing was changed.")


class Declined(DeploymentError):
    """A person said no."""

    def __init__(self) -> None:
        super().__init__("Nothing was changed.")


class AwsRefused(DeploymentError):
    """A service of AWS refused a call; the text is its own."""

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(f"AWS refused {operation}: {reason}")


class NotAllowed(DeploymentError):
    """These credentials are good, and not for this."""

    def __init__(self, operation: str, reason: str) -> None:
        super().__init__(
            f"These credentials may not do {operation}. Take the role that deploys, or give theirs the permission. AWS "
            f"says: {reason}"
        )


class NoStateBucket(DeploymentError):
    """Terraform's state has no place."""

    def __init__(self, stage: str, bucket: str) -> None:
        super().__init__(
            f"The bucket of Terraform's state, {bucket}, does not exist. If this is the first deployment of the "
            f"account: ./dev bootstrap {stage}. Otherwise {stage}.toml names the wrong one: a deployment with an empty "
            "state would try to make everything once more."
        )


class BucketTaken(DeploymentError):
    """There is such a bucket, and it cannot be ours."""

    def __init__(self, stage: str, bucket: str, why: str) -> None:
        super().__init__(
            f"Bucket {bucket} {why}. Names of buckets are good once in the whole world: choose another as state_bucket "
            f"in {stage}.toml."
        )


class TableProtected(DeploymentError):
    """The table is kept from being deleted."""

    def __init__(self, stage: str, table: str, region: str) -> None:
        super().__init__(
            f"Stage {stage} is protected: its table {table} must not be deleted. If all of its orders and accounts may "
            "go, take the protection away first, by hand:\n"
            f"  aws dynamodb update-table --region {region} --table-name {table} --no-deletion-protection-enabled\n"
            f"and then: ./dev destroy {stage}"
        )


class NotDeployed(DeploymentError):
    """There is no shop to do anything with."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"Nothing is deployed as stage {stage} yet: ./dev deploy {stage}")


class AdminRefused(DeploymentError):
    """The shop takes no account like this."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"No administrator was made. {reason}")


class NothingToTakeBack(DeploymentError):
    """All traffic is where it was before the last release, or there never was one."""

    def __init__(self, stage: str) -> None:
        super().__init__(
            f"There is no release of {stage} to take back. To go further back, deploy an older commit. Nothing was "
            "changed."
        )


class ReleaseUnderWay(DeploymentError):
    """Somebody else is shifting traffic at this moment."""

    def __init__(self, stage: str, release: str) -> None:
        super().__init__(
            f"{release} is under way and was heard of a moment ago. Wait until it is done; if it was killed, try "
            f"again in two minutes, or take its traffic back: ./dev rollback {stage}"
        )


class TakenOver(DeploymentError):
    """Somebody else has taken the release over; what traffic goes where is theirs to say now."""

    def __init__(self, stage: str) -> None:
        super().__init__(f"Somebody else has begun or taken back a release of {stage} meanwhile. This one stops here.")


class AlarmsRing(DeploymentError):
    """The stage is not well before anything was moved: no alarm could tell what is new."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            f"These alarms ring already: {', '.join(names)}. A canary could not tell whether it makes things worse. "
            "New versions are published, and get no traffic yet. Wait for quiet and deploy again, or, if this is the "
            "remedy, add --despite-alarms, which leaves these out of the watch."
        )


class RolledBack(DeploymentError):
    """An alarm rang while the new versions had a part of the traffic."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(
            f"Alarm: {', '.join(names)}. The new versions get no traffic any more. docs/reference/alarms.md says what "
            "the alarm means."
        )


class SmokeFailed(DeploymentError):
    """The shop does not do what a customer needs."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
