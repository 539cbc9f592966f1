"""Who is asking AWS, and in which account."""

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

_REFUSED: Final = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_DENIED: Final = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403"}
_SAYS_NO_LOGIN: Final = ("sso", "token", "credential", "login")
_IMPATIENT: Final = Config(connect_timeout=10, retries={"mode": "standard", "max_attempts": 2})
"""Who is asking is asked first: so a wrong region or a missing network shows here, and at once."""


class Identity(NamedTuple):
    """Who is asking."""

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
    """Ask AWS who this is. Raises NoCredentials, CredentialsRefused, Unreachable, WrongAccount, AwsRefused."""
    with aws_explained():
        answer = session.client("sts", config=_IMPATIENT).get_caller_identity()
    found = Identity(answer["Account"], answer["Arn"])
    if found.account != stage.place.account:
        raise WrongAccount(stage.name, stage.place.account, found.account, found.arn)
    return found


@contextmanager
def aws_explained() -> Iterator[None]:
    """Say in one line what went wrong at AWS. Raises DeploymentError in the place of boto3's errors."""
    try:
        yield
    except (BotoCoreError, ClientError) as reason:
        raise _explained(reason) from reason


def _explained(reason: BotoCoreError | ClientError) -> DeploymentError:
    match reason:
        case NoCredentialsError() | PartialCredentialsError():
            return NoCredentials()
        case ClientError():
            return _refused(reason)
        case HTTPClientError() | NoConnection():
            return Unreachable(str(reason))
        case _ if any(word in type(reason).__name__.lower() for word in _SAYS_NO_LOGIN):
            return CredentialsRefused(str(reason))
        case _:
            return AwsRefused("the call", str(reason))


def _refused(reason: ClientError) -> DeploymentError:
    code, said = reason.response["Error"]["Code"], reason.response["Error"].get("Message", "")
    if code in _REFUSED:
        return CredentialsRefused(str(reason))
    if code in _DENIED:
        return NotAllowed(reason.operation_name, f"{code}: {said}")
    return AwsRefused(reason.operation_name, f"{code}: {said}")
