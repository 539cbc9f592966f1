"""Who is asking AWS, and in which account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ProfileNotFound

from tradewind_tools.deployment.errors import (
    AwsRefused,
    CredentialsRefused,
    DeploymentError,
    NoCredentials,
    WrongAccount,
)
from tradewind_tools.deployment.stage import Stage
from tradewind_tools.deployment.traffic import client

_REFUSED: Final = {
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_SAYS_NO_LOGIN: Final = ("SSO", "token", "Token", "credential", "login")


class Identity(NamedTuple):
    """Who is asking."""

    account: str
    arn: str

    @property
    def name(self) -> str:
        """`assumed-role/deployer/ada` of the ARN."""
        return self.arn.rpartition(":")[2]


def session_for(stage: Stage) -> boto3.Session:
    """A session in the stage's region, with whatever credentials the environment has. Raises CredentialsRefused."""
    try:
        return boto3.Session(region_name=stage.place.region)
    except ProfileNotFound as reason:
        raise CredentialsRefused(str(reason)) from None


def identify(session: boto3.Session, stage: Stage) -> Identity:
    """Ask AWS who this is. Raises NoCredentials, CredentialsRefused, WrongAccount, AwsRefused."""
    with aws_explained():
        answer = client(session, "sts").get_caller_identity()
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
        case NoCredentialsError():
            return NoCredentials()
        case ClientError() if reason.response["Error"]["Code"] in _REFUSED:
            return CredentialsRefused(str(reason))
        case ClientError():
            error = reason.response["Error"]
            return AwsRefused(reason.operation_name, f"{error['Code']}: {error.get('Message', '')}")
        case _ if any(word in type(reason).__name__ for word in _SAYS_NO_LOGIN):
            return CredentialsRefused(str(reason))
        case _:
            return AwsRefused("the call", str(reason))
