"""The identity that these credentials have at AWS, and its account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)
from botocore.exceptions import ConnectionError as NoConnection

from tradewind_tools.deployment.errors import (
    AwsRefused,
    CredentialsRefused,
    DeploymentError,
    NoCredentials,
    NotAllowed,
    UnknownProfile,
    Unreachable,
    WrongAccount,
)
from tradewind_tools.deployment.stage import Stage

_REFUSED_CREDENTIALS: Final = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_NOT_PERMITTED: Final = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"}
_LOGIN_ERROR_WORDS: Final = ("sso", "token", "credential", "login")
_FAIL_FAST: Final = Config(connect_timeout=10, retries={"mode": "standard", "max_attempts": 2})
"""For the first call of all: a wrong region or a missing network shows here, and at once."""


class Identity(NamedTuple):
    """The identity of these credentials."""

    account: str
    arn: str

    @property
    def name(self) -> str:
        """`assumed-role/deployer/ada` of the ARN."""
        return self.arn.rpartition(":")[2]


def session_for(stage: Stage) -> boto3.Session:
    """A session in the stage's region, with whatever credentials the environment has. Raises UnknownProfile."""
    try:
        return boto3.Session(region_name=stage.place.region)
    except ProfileNotFound as reason:
        raise UnknownProfile(str(reason)) from None


def identify(session: boto3.Session, stage: Stage) -> Identity:
    """Ask AWS whose credentials these are.

    Raises NoCredentials, CredentialsRefused, Unreachable, WrongAccount, AwsRefused.
    """
    with explain_aws_errors():
        answer = session.client("sts", config=_FAIL_FAST).get_caller_identity()
    found = Identity(answer["Account"], answer["Arn"])
    if found.account != stage.place.account:
        raise WrongAccount(stage.name, stage.place.account, found.account, found.arn)
    return found


@contextmanager
def explain_aws_errors() -> Iterator[None]:
    """Raise a DeploymentError, one line, in place of an error of boto3's."""
    try:
        yield
    except (BotoCoreError, ClientError) as reason:
        raise _explain(reason) from reason


def _explain(reason: BotoCoreError | ClientError) -> DeploymentError:
    match reason:
        case NoCredentialsError() | PartialCredentialsError():
            return NoCredentials()
        case ClientError():
            return _explain_refusal(reason)
        case HTTPClientError() | NoConnection():
            return Unreachable(str(reason))
        case _ if any(word in type(reason).__name__.lower() for word in _LOGIN_ERROR_WORDS):
            return CredentialsRefused(str(reason))
        case _:
            return AwsRefused("the call", str(reason))


def _explain_refusal(reason: ClientError) -> DeploymentError:
    code, said = reason.response["Error"]["Code"], reason.response["Error"].get("Message", "")
    if code in _REFUSED_CREDENTIALS:
        return CredentialsRefused(str(reason))
    if code in _NOT_PERMITTED:
        return NotAllowed(reason.operation_name, f"{code}: {said}")
    return AwsRefused(reason.operation_name, f"{code}: {said}")
