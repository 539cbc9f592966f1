"""What Terraform complains of, told as what it means and what to do; its own words follow where they say more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from re import Match
from typing import Final, NamedTuple

from tradewind_tools.deployment.errors import CredentialsRefused, DeploymentError, NoCredentials, TerraformFailed
from tradewind_tools.deployment.stage import Stage

_QUOTA: Final = "https://console.aws.amazon.com/servicequotas"


class Explained(DeploymentError):
    """A failure of Terraform that we know."""

    def __init__(self, meaning: str, said: str = "") -> None:
        self.meaning = meaning
        super().__init__(f"{meaning}\n\n{said}" if said else meaning)


class Explanation(NamedTuple):
    """Words of Terraform's, and what they mean; `quotes` it where it alone knows which thing it is about."""

    words: str
    meaning: Callable[[Match[str], Stage], DeploymentError | str]
    quotes: bool = True


@contextmanager
def explained(stage: Stage) -> Iterator[None]:
    """Raises what `explain` makes of a TerraformFailed."""
    try:
        yield
    except TerraformFailed as failure:
        raise explain(failure, stage) from failure


def explain(failure: TerraformFailed, stage: Stage) -> DeploymentError:
    """The failure in our words; as it is, where we know none."""
    said = " ".join(failure.reason.split())
    for explanation in EXPLANATIONS:
        if found := re.search(explanation.words, said):
            meaning = explanation.meaning(found, stage)
            if isinstance(meaning, DeploymentError):
                return meaning
            return Explained(meaning, failure.reason if explanation.quotes else "")
    return failure


def _no_credentials(_: Match[str], __: Stage) -> DeploymentError:
    return NoCredentials()


def _refused(found: Match[str], _: Stage) -> DeploymentError:
    return CredentialsRefused(found[0])


def _locked(found: Match[str], stage: Stage) -> str:
    """Terraform's own advice is to switch locking off: the one thing not to do."""
    return (
        f"Somebody is changing stage {stage.name} at this moment: {found['who']}, since {found['since']} UTC "
        f"({found['operation'].removeprefix('OperationType').lower()}). Wait until it is done. If you know that it was "
        "killed, and only then, remove its lock, look at the plan, and deploy again:\n"
        f"  ./dev unlock {stage.name} {found['id']}\n"
        f"  ./dev plan {stage.name}"
    )


def _too_old(found: Match[str], _: Stage) -> str:
    return f"Terraform {found['version']} is too old for these modules: install 1.11 or newer."


def _no_bucket(_: Match[str], stage: Stage) -> str:
    return (
        f"The bucket of Terraform's state, {stage.place.state_bucket}, does not exist. If this is the first "
        f"deployment of the account: ./dev bootstrap {stage.name}. Otherwise stage.toml names the wrong one: a "
        "deployment with an empty state would try to make everything once more."
    )


def _not_allowed(found: Match[str], stage: Stage) -> str:
    return (
        f"These credentials may not do {found['action']} in account {stage.place.account}. Give their role the "
        "permission, or take the role that deploys. What was made so far stays and is known; deploying again goes on "
        "from there."
    )


def _quota(found: Match[str], stage: Stage) -> str:
    return (
        f"A quota of account {stage.place.account} in {stage.place.region} is used up ({found[0]}). Ask for more at "
        f"{_QUOTA}; docs/deployment.md lists what the shop needs. What was made so far stays and is known; deploying "
        "again goes on from there."
    )


def _concurrency(_: Match[str], stage: Stage) -> str:
    return (
        f"Account {stage.place.account} has too little Lambda concurrency to reserve some: 100 must be left for all "
        f"the others, and new accounts have 10 in all. Ask for 1,000 at {_QUOTA}/home/services/lambda/quotas (it "
        "takes a day), or take reserved_concurrency out of terraform.tfvars until then."
    )


def _secret_waits(_: Match[str], stage: Stage) -> str:
    return (
        f"A secret of an earlier stage {stage.name} waits for its deletion, and its name is taken until then. Bring "
        "it back and hand it to Terraform, or delete it at once if its value may be lost:\n"
        f"  aws secretsmanager delete-secret --region {stage.place.region} --force-delete-without-recovery "
        "--secret-id …"
    )


def _exists(_: Match[str], stage: Stage) -> str:
    return (
        f"Something of this name is there already, and Terraform's state of {stage.name} does not know it: it was "
        "made by hand, by CloudFormation, or by a state that was lost. Remove it, or hand it over with `terraform "
        f"import` in infra/terraform/environments/{stage.name}."
    )


EXPLANATIONS: Final = (
    Explanation(
        r"Error acquiring the state lock.*?Lock Info: ID:\s+(?P<id>\S+).*?Operation:\s+(?P<operation>\S+)"
        r"\s+Who:\s+(?P<who>\S+).*?Created:\s+(?P<since>\d{4}-\d\d-\d\d \d\d:\d\d)",
        _locked,
        quotes=False,
    ),
    Explanation(
        r"(?:ExpiredToken(?:Exception)?|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch)\b[^.]*"
        r"|[Tt]oken has expired[^.]*|refresh cached SSO token failed[^.]*",
        _refused,
    ),
    Explanation(r"No valid credential sources found", _no_credentials),
    Explanation(
        r"Unsupported Terraform Core version.*?support Terraform version (?P<version>[\w.-]+\w)", _too_old, quotes=False
    ),
    Explanation(r'S3 bucket "[^"]*" does not exist|NoSuchBucket', _no_bucket, quotes=False),
    Explanation(r"already scheduled for deletion", _secret_waits),
    Explanation(r"UnreservedConcurrentExecution", _concurrency),
    Explanation(
        r"ServiceQuotaExceeded\w*|LimitExceeded\w*|TooManyEntities|CodeStorageExceeded\w*|TooMany(?:Buckets|Topics)\w*",
        _quota,
    ),
    Explanation(
        r"(?:is not authorized to perform:? |AccessDenied\w*: .*?)(?P<action>[a-z0-9-]+:[A-Z]\w+)", _not_allowed
    ),
    Explanation(r"AlreadyExists\w*|BucketAlready\w*|ResourceInUseException", _exists),
)
"""Tried in this order."""
