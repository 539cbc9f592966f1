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

from tradewind_tools.deployment.account import Identity, explain_aws_errors
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
def test_error_of_boto3_is_explained_in_one_line(
    reason: BotoCoreError | ClientError, kind: type[DeploymentError]
) -> None:
    with pytest.raises(kind), explain_aws_errors():
        raise reason


def test_refusal_names_the_call() -> None:
    with pytest.raises(NotAllowed, match=r"may not do UpdateAlias.* AccessDenied: No\."), explain_aws_errors():
        raise refusal("AccessDenied", "UpdateAlias")
    with pytest.raises(AwsRefused, match=r"AWS refused UpdateAlias: Throttling: No\."), explain_aws_errors():
        raise refusal("Throttling", "UpdateAlias")


def test_name_of_an_identity_is_the_end_of_its_arn() -> None:
    arn = "arn:aws:sts::123456789012:assumed-role/deployer/ada"
    assert Identity("123456789012", arn).name == "assumed-role/deployer/ada"
