"""Explains errors of Terraform: what they mean and what to do, with Terraform's own words where they say more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from re import Match
from typing import Final, NamedTuple

from tradewind_tools.deployment.errors import (
    CredentialsRefused,
    DeploymentError,
    ExplainedFailure,
    NoCredentials,
    NoStateBucket,
    TerraformFailed,
    Unreachable,
)
from tradewind_tools.deployment.stage import Stage, find_example, show_path

_LOCK: Final = (
    r"Lock Info: ID:\s+(?P<id>\S+).*?Operation:\s+(?P<operation>\S+)\s+Who:\s+(?P<who>\S+)"
    r".*?Created:\s+(?P<since>\d{4}-\d\d-\d\d \d\d:\d\d)"
)
_RESUME_HINT: Final = "What was made so far stays and is known; deploying again goes on from there."
_QUOTA: Final = "https://console.aws.amazon.com/servicequotas"


class Explanation(NamedTuple):
    """A pattern in Terraform's output and its meaning; with `quotes`, Terraform's own words follow."""

    words: str
    meaning: Callable[[Match[str], Stage], DeploymentError | str]
    quotes: bool = True


@contextmanager
def explain_failures(stage: Stage) -> Iterator[None]:
    """Replace a TerraformFailed by what `explain` makes of it."""
    try:
        yield
    except TerraformFailed as failure:
        raise explain(failure, stage) from failure


def explain(failure: TerraformFailed, stage: Stage) -> DeploymentError:
    """The failure with its explanation; as it is, if we know none."""
    said = " ".join(failure.reason.split())
    for explanation in EXPLANATIONS:
        if found := re.search(explanation.words, said):
            meaning = explanation.meaning(found, stage)
            if isinstance(meaning, DeploymentError):
                return meaning
            return ExplainedFailure(meaning, failure.reason if explanation.quotes else "")
    return failure


def _no_credentials(_: Match[str], __: Stage) -> DeploymentError:
    return NoCredentials()


def _bad_credentials(found: Match[str], _: Stage) -> DeploymentError:
    return CredentialsRefused(found[0])


def _lock_message(found: Match[str], stage: Stage) -> str:
    """Terraform's own advice is to switch locking off, which is the wrong thing to do."""
    return (
        f"Somebody is changing stage {stage.name} at this moment: {found['who']}, since {found['since']} UTC "
        f"({found['operation'].removeprefix('OperationType').lower()}). Wait until it is done. If you know that it was "
        "killed, and only then, remove its lock, look at the plan, and deploy again:\n"
        f"  ./dev unlock {stage.name} {found['id']}\n"
        f"  ./dev plan {stage.name}"
    )


def _old_version(found: Match[str], _: Stage) -> str:
    return f"Terraform {found['version']} is too old for these modules: install 1.11 or newer."


def _no_bucket(_: Match[str], stage: Stage) -> DeploymentError:
    return NoStateBucket(stage.name, stage.place.state_bucket)


def _unreachable(found: Match[str], _: Stage) -> DeploymentError:
    return Unreachable(found[0])


def _not_locked(_: Match[str], stage: Stage) -> str:
    return f"The state of {stage.name} is not locked: nothing has to be removed."


def _other_lock(found: Match[str], stage: Stage) -> str:
    return (
        f"Somebody else has locked the state of {stage.name} meanwhile: {found['who']}, since {found['since']} UTC, by "
        f"the id {found['id']}. Nothing was removed."
    )


def _stale_plan(_: Match[str], stage: Stage) -> str:
    return (
        f"Stage {stage.name} was changed after this plan was made, so its effect is not known. Nothing was "
        f"changed; look at a new plan: ./dev deploy {stage.name}"
    )


def _no_variable(found: Match[str], stage: Stage) -> str:
    file = stage.variables_file
    return (
        f"{found['name']} has no value: say it in {show_path(file)}. If there is no such file, begin with:\n"
        f"  cp {show_path(find_example(file))} {show_path(file)}"
    )


def _not_allowed(found: Match[str], stage: Stage) -> str:
    return (
        f"These credentials may not do {found['action']} in account {stage.place.account}. Give their role the "
        f"permission, or take the role that deploys. {_RESUME_HINT}"
    )


def _quota_message(found: Match[str], stage: Stage) -> str:
    return (
        f"A quota of account {stage.place.account} in {stage.place.region} is used up ({found[0]}). Ask for more at "
        f"{_QUOTA}; docs/deployment.md lists what the shop needs. {_RESUME_HINT}"
    )


def _concurrency_message(_: Match[str], stage: Stage) -> str:
    return (
        f"Account {stage.place.account} has too little Lambda concurrency to reserve some: 100 must be left for all "
        f"the others, and new accounts have 10 in all. Ask for 1,000 at {_QUOTA}/home/services/lambda/quotas (it "
        f"takes a day), or take reserved_concurrency out of {stage.variables_file.name} until then."
    )


def _secret_pending_deletion(_: Match[str], stage: Stage) -> str:
    return (
        f"A secret of an earlier stage {stage.name} waits for its deletion, and its name is taken until then. Bring "
        "it back and hand it to Terraform, or delete it at once if its value may be lost:\n"
        f"  aws secretsmanager delete-secret --region {stage.place.region} --force-delete-without-recovery "
        "--secret-id …"
    )


def _no_log_writer(_: Match[str], stage: Stage) -> str:
    return (
        f"In account {stage.place.account} no role writes the logs of APIs in {stage.place.region}. It is one setting "
        f"for all of them, which one stage makes: say sets_log_writer = true in {stage.variables_file.name}; or do "
        f"without a line for each request, by access_logs = false. {_RESUME_HINT}"
    )


def _no_zone(_: Match[str], stage: Stage) -> str:
    return (
        f"Account {stage.place.account} has no hosted zone of this id in Route 53: make one for the domain, or correct "
        f"zone_id in {stage.variables_file.name}. {_RESUME_HINT}"
    )


def _domain_not_validated(_: Match[str], __: Stage) -> str:
    return (
        "The domain could not be validated, so there is no certificate for it. The record that proves it is in the "
        "hosted zone: enter the zone's four name servers at the domain's registrar (dig NS shows the current ones). "
        f"{_RESUME_HINT}"
    )


def _pool_protected(_: Match[str], stage: Stage) -> str:
    return (
        "The user pool is protected from deletion. If all of its users may go, take that away in Cognito's console, "
        f"and go on: ./dev destroy {stage.name}"
    )


def _name_conflict(_: Match[str], stage: Stage) -> str:
    return (
        f"Something of this name is there already, and Terraform's state of {stage.name} does not know it: it was "
        "made by hand, by CloudFormation, or by a state that was lost. Remove it, or hand it over with `terraform "
        "import`, as infra/terraform/README.md works by hand."
    )


EXPLANATIONS: Final = (
    Explanation(rf"Error acquiring the state lock.*?{_LOCK}", _lock_message, quotes=False),
    Explanation(
        r"(?:ExpiredToken(?:Exception)?|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch)\b[^.]*"
        r"|[Tt]oken has expired[^.]*|refresh cached SSO token failed[^.]*",
        _bad_credentials,
    ),
    Explanation(r"No valid credential sources found", _no_credentials),
    Explanation(
        r"Unsupported Terraform Core version.*?support Terraform version (?P<version>[\w.-]+\w)",
        _old_version,
        quotes=False,
    ),
    Explanation(r'S3 bucket "[^"]*" does not exist|NoSuchBucket', _no_bucket),
    Explanation(
        r"(?:dial tcp|lookup) [^,]*?(?:no such host|connection refused|i/o timeout|network is unreachable)",
        _unreachable,
    ),
    Explanation(r"Failed to unlock state: .*?NoSuchKey", _not_locked, quotes=False),
    Explanation(rf"does not match the existing lock ID.*?{_LOCK}", _other_lock, quotes=False),
    Explanation(r"Saved plan is stale", _stale_plan, quotes=False),
    Explanation(r'No value for required variable.*?variable "(?P<name>\w+)" is not set', _no_variable, quotes=False),
    Explanation(r"CloudWatch Logs role ARN must be set", _no_log_writer, quotes=False),
    Explanation(r"NoSuchHostedZone", _no_zone),
    Explanation(r"last state: 'PENDING_VALIDATION'", _domain_not_validated),
    Explanation(r"user pool cannot be deleted because deletion protection is activated", _pool_protected, quotes=False),
    Explanation(r"already scheduled for deletion", _secret_pending_deletion),
    Explanation(r"UnreservedConcurrentExecution", _concurrency_message),
    Explanation(
        r"ServiceQuotaExceeded\w*|LimitExceeded\w*|TooManyEntities|CodeStorageExceeded\w*|TooMany(?:Buckets|Topics)\w*",
        _quota_message,
    ),
    Explanation(
        r"(?:is not authorized to perform:? |AccessDenied\w*: .*?)(?P<action>[a-z0-9-]+:[A-Z]\w+)", _not_allowed
    ),
    Explanation(r"AlreadyExists\w*|BucketAlready\w*|ResourceInUseException", _name_conflict),
)
"""Tried in this order."""
