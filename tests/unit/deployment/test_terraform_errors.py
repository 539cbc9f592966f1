"""What Terraform said, word for word, and what we make of it."""

from __future__ import annotations

import pytest
from tests.unit.deployment.fake_stage import STAGE

from tradewind_tools.deployment.errors import CredentialsRefused, NoCredentials, TerraformFailed
from tradewind_tools.deployment.terraform_errors import explain

LOCKED = """\
Error: Error acquiring the state lock

Error message: operation error S3: PutObject, https response error
StatusCode: 412, RequestID: ad028018-1a09-4fb2-b2df-11946b9380dd, HostID:
M+KwK/MafecVAXIuRYgBqkMIInaJ2rr3SBmbChkWADzjFc+oD/8Vz9MKSYTDGBVW, api error
PreconditionFailed: At least one of the pre-conditions you specified did not
hold
Lock Info:
  ID:        2f7b1ff8-7d0a-6d2b-7a0e-5c5d1d3a1d0e
  Path:      state-bucket/tradewind/dev.tfstate
  Operation: OperationTypeApply
  Who:       ada@laptop
  Version:   1.11.4
  Created:   2026-11-21 07:00:00.123456 +0000 UTC
  Info:


Terraform acquires a state lock to protect the state from being written
by multiple users at the same time. Please resolve the issue above and try
again. For most commands, you can disable locking with the "-lock=false"
flag, but this is not recommended."""

NO_BUCKET = """\
Error: Failed to get existing workspaces: S3 bucket "a-bucket" does not exist.

The referenced S3 bucket must have been previously created. If the S3 bucket
was created within the last minute, please wait for a minute or two and try
again.

Error: operation error S3: ListObjectsV2, https response error StatusCode: 404, RequestID: 532daf6c, \
NoSuchBucket:"""

NO_CREDENTIALS = """\
Error: No valid credential sources found

Please see https://developer.hashicorp.com/terraform/language/backend/s3
for more information about providing credentials.

Error: failed to refresh cached credentials, no EC2 IMDS role found,
operation error ec2imds: GetMetadata, access disabled to EC2 IMDS via client
option, or "AWS_EC2_METADATA_DISABLED" environment variable"""

EXPIRED = """\
Error: Retrieving AWS account details: validating provider credentials: retrieving caller identity from STS: operation
error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 1a2b, api error ExpiredToken: The
security token included in the request is expired"""

EXPIRED_SIGN_ON = """\
Error: No valid credential sources found

Error: failed to refresh cached credentials, refresh cached SSO token failed, unable to refresh SSO token, operation
error SSO OIDC: CreateToken, https response error StatusCode: 400, RequestID: 1a2b, InvalidGrantException:"""

TOO_OLD = """\
Error: Unsupported Terraform Core version

  on versions.tf line 2, in terraform:
   2:   required_version = ">= 1.11"

This configuration does not support Terraform version 1.5.7. To proceed,
either choose another supported Terraform version or update this version
constraint."""

FORBIDDEN = """\
Error: creating IAM Role (tradewind-dev-order-create): operation error IAM: CreateRole, https response error StatusCode:
403, RequestID: 1a2b, api error AccessDenied: User: arn:aws:sts::123456789012:assumed-role/reader/ada is not authorized
to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/tradewind-dev-order-create because no
identity-based policy allows the iam:CreateRole action"""

QUOTA = """\
Error: creating IAM Role (tradewind-dev-order-create): operation error IAM: CreateRole, https response error StatusCode:
409, RequestID: 1a2b, LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000"""

CONCURRENCY = """\
Error: setting Lambda Function (tradewind-prod-order-create) concurrency: operation error Lambda:
PutFunctionConcurrency, https response error StatusCode: 400, RequestID: 1a2b, InvalidParameterValueException: Specified
ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of
[100]."""

SECRET = """\
Error: creating Secrets Manager Secret (tradewind/dev/jwt-key): operation error Secrets Manager: CreateSecret, https
response error StatusCode: 400, RequestID: 1a2b, InvalidRequestException: You can't create this secret because a secret
with this name is already scheduled for deletion."""

EXISTS = """\
Error: creating IAM Role (tradewind-dev-order-create): operation error IAM: CreateRole, https response error StatusCode:
409, RequestID: 1a2b, EntityAlreadyExists: Role with name tradewind-dev-order-create already exists."""


UNREACHABLE = """\
Error: Retrieving AWS account details: validating provider credentials: retrieving caller identity from STS: operation
error STS: GetCallerIdentity, request send failed, Post "https://sts.eu-central-9.amazonaws.com/":
dial tcp: lookup sts.eu-central-9.amazonaws.com on 10.0.0.2:53: no such host"""

NOT_LOCKED = """\
Failed to unlock state: unable to retrieve file from S3 bucket 'state' with key 'tradewind/dev.tfstate.tflock':
operation error S3: GetObject, https response error StatusCode: 404, RequestID: 1a2b, HostID: 3c, NoSuchKey:"""

OTHER_LOCK = """\
Failed to unlock state: lock ID 'xyz' does not match the existing lock ID '2f7b1ff8-7d0a-6d2b-7a0e-5c5d1d3a1d0e'
Lock Info:
  ID:        2f7b1ff8-7d0a-6d2b-7a0e-5c5d1d3a1d0e
  Path:      state/tradewind/dev.tfstate
  Operation: OperationTypeApply
  Who:       ada@laptop
  Version:   1.11.4
  Created:   2026-11-21 07:00:00.123456 +0000 UTC"""

STALE = """\
Error: Saved plan is stale

The given plan file can no longer be applied because the state was changed by
another operation after the plan was created."""

NO_VALUE = """\
Error: No value for required variable

on variables.tf line 37:
37: variable "settings" {

The root module input variable "settings" is not set, and has no default
value. Use a -var or -var-file command line argument to provide a value for
this variable."""

NO_LOG_WRITER = """\
Error: creating API Gateway Stage (v1): operation error API Gateway: CreateStage, https response error StatusCode: 400,
RequestID: 1a2b, BadRequestException: CloudWatch Logs role ARN must be set in account settings to enable logging"""

NO_ZONE = """\
Error: creating Route53 Record: operation error Route 53: ChangeResourceRecordSets, https response error StatusCode:
404, RequestID: 1a2b, NoSuchHostedZone: No hosted zone found with ID: Z0123456789ABC"""

UNPROVED = """\
Error: waiting for ACM Certificate (arn:aws:acm:eu-central-1:123456789012:certificate/1a2b) to be issued: timeout while
waiting for state to become 'ISSUED' (last state: 'PENDING_VALIDATION', timeout: 1h15m0s)"""

POOL = """\
Error: deleting Cognito User Pool (eu-central-1_1a2b): operation error Cognito Identity Provider: DeleteUserPool, https
response error StatusCode: 400, RequestID: 1a2b, InvalidParameterException: The user pool cannot be deleted because
deletion protection is activated. Deletion protection must be inactivated first."""


def explain_text(said: str) -> str:
    return str(explain(TerraformFailed("apply", said), STAGE))


def test_locked_state_is_explained_with_owner_time_and_remedy() -> None:
    meaning = explain_text(LOCKED)
    assert "ada@laptop, since 2026-11-21 07:00 UTC (apply)" in meaning
    assert "./dev unlock dev 2f7b1ff8-7d0a-6d2b-7a0e-5c5d1d3a1d0e" in meaning
    assert "-lock=false" not in meaning, "the worst advice of all"


def test_missing_bucket_is_explained_with_the_command_that_makes_it() -> None:
    assert "./dev bootstrap dev" in explain_text(NO_BUCKET)


def test_old_terraform_is_explained_with_the_needed_version() -> None:
    assert explain_text(TOO_OLD) == "Terraform 1.5.7 is too old for these modules: install 1.11 or newer."


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (UNREACHABLE, "AWS does not answer: lookup sts.eu-central-9.amazonaws.com on 10.0.0.2:53: no such host."),
        (NOT_LOCKED, "The state of dev is not locked"),
        (OTHER_LOCK, "ada@laptop, since 2026-11-21 07:00 UTC, by the id 2f7b1ff8-7d0a-6d2b-7a0e-5c5d1d3a1d0e"),
        (STALE, "look at a new plan: ./dev deploy dev"),
        (NO_VALUE, "cp nowhere/dev.tfvars.example nowhere/dev.tfvars"),
        (NO_LOG_WRITER, "sets_log_writer = true"),
        (POOL, "and go on: ./dev destroy dev"),
    ],
    ids=["unreachable", "not locked", "other lock", "stale", "no value", "no log writer", "user pool"],
)
def test_some_explanations_leave_out_terraforms_words(said: str, meaning: str) -> None:
    assert meaning in explain_text(said)
    assert said not in explain_text(said)


def test_missing_credentials_are_explained_with_a_remedy() -> None:
    assert isinstance(explain(TerraformFailed("init", NO_CREDENTIALS), STAGE), NoCredentials)


@pytest.mark.parametrize("said", [EXPIRED, EXPIRED_SIGN_ON], ids=["keys", "single sign-on"])
def test_expired_credentials_are_explained_differently_from_missing_ones(said: str) -> None:
    assert isinstance(explain(TerraformFailed("plan", said), STAGE), CredentialsRefused)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (FORBIDDEN, "may not do iam:CreateRole in account 123456789012"),
        (QUOTA, "quota of account 123456789012 in eu-central-1 is used up (LimitExceeded)"),
        (CONCURRENCY, "too little Lambda concurrency"),
        (SECRET, "aws secretsmanager delete-secret --region eu-central-1"),
        (EXISTS, "terraform import"),
        (NO_ZONE, "has no hosted zone of this id"),
        (UNPROVED, "name servers at the domain's registrar"),
    ],
    ids=["forbidden", "quota", "concurrency", "secret", "exists", "no zone", "unproved"],
)
def test_other_explanations_quote_terraforms_words(said: str, meaning: str) -> None:
    text = explain_text(said)
    assert meaning in text
    assert text.endswith(said)


def test_unknown_failure_is_left_as_it_is() -> None:
    failure = TerraformFailed("plan", "Error: Unsupported argument")
    assert explain(failure, STAGE) is failure
