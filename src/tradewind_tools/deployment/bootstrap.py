"""The bucket of Terraform's state, which is made once for an account, before anything else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from tradewind_tools.deployment.errors import BucketTaken
from tradewind_tools.deployment.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_DEFAULT_REGION: Final = "us-east-1"
_KEPT_DAYS: Final = 90
_TAKEN: Final = {
    "301": "is in another region than the stage",
    "403": "belongs to another account, or these credentials may not see it",
}
_MISSING: Final = "404"


def make_state_bucket(s3: S3Client, stage: Stage) -> bool:
    """Create the bucket unless it exists, and configure it either way: versioned, encrypted, private.

    Returns whether it is new. Raises BucketTaken.
    """
    bucket = stage.place.state_bucket
    is_new = not _exists(s3, stage)
    if is_new:
        s3.create_bucket(Bucket=bucket, **_region(stage))
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=_PRIVATE)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=_ENCRYPTED)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=_EXPIRY)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_policy(f"arn:{s3.meta.partition}:s3:::{bucket}")))
    return is_new


_PRIVATE: Final[Any] = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
_ENCRYPTED: Final[Any] = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
_EXPIRY: Final[Any] = {
    "Rules": [
        {
            "ID": "forget-what-was-replaced",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": _KEPT_DAYS},
        }
    ]
}


def _exists(s3: S3Client, stage: Stage) -> bool:
    bucket = stage.place.state_bucket
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as refusal:
        code = refusal.response["Error"]["Code"]
        if code in _TAKEN:
            raise BucketTaken(stage.name, bucket, _TAKEN[code]) from refusal
        if code != _MISSING:
            raise
        return False
    return True


def _region(stage: Stage) -> Any:  # noqa: ANN401 - S3 does not take the name of its first region
    region = stage.place.region
    return {} if region == _DEFAULT_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _policy(arn: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyEncryptedConnections",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
