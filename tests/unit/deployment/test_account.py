from __future__ import annotations

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from tradewind_tools.deployment.account import Identity, aws_explained
from tradewind_tools.deployment.errors import (
    AwsRefused,
    CredentialsRefused,
    DeploymentError,
    NoCredentials,
    NotAllowed,
    Unreachable,
)


def refusal(code: str, operation: str = "GetCallerIdentity") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, operation)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (NoCredentialsError(), NoCredentials),
        (PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), NoCredentials),
        (refusal("ExpiredToken"), CredentialsRefused),
        (refusal("InvalidClientTokenId"), CredentialsRefused),
        (UnauthorizedSSOTokenError(), CredentialsRefused),
        (SSOTokenLoadError(error_msg="no token"), CredentialsRefused),
        (TokenRetrievalError(provider="sso", error_msg="no token"), CredentialsRefused),
        (refusal("AccessDeniedException", "UpdateAlias"), NotAllowed),
        (refusal("ResourceConflictException", "UpdateAlias"), AwsRefused),
        (EndpointConnectionError(endpoint_url="https://sts"), Unreachable),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_boto3_raises_is_told_in_one_line(
    reason: BotoCoreError | ClientError, kind: type[DeploymentError]
) -> None:
    with pytest.raises(kind), aws_explained():
        raise reason


def test_a_refusal_names_the_call() -> None:
    with pytest.raises(NotAllowed, match=r"may not do UpdateAlias.* AccessDenied: No\."), aws_explained():
        raise refusal("AccessDenied", "UpdateAlias")
    with pytest.raises(AwsRefused, match=r"AWS refused UpdateAlias: Throttling: No\."), aws_explained():
        raise refusal("Throttling", "UpdateAlias")


def test_somebody_is_called_by_what_their_arn_ends_in() -> None:
    arn = "arn:aws:sts::123456789012:assumed-role/deployer/ada"
    assert Identity("123456789012", arn).name == "assumed-role/deployer/ada"
