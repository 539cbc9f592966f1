"""The bucket where Terraform keeps the state of the stage `local`, and locks it: in the local cloud's own S3.

A state in a file is written after each of 700 resources, which takes half of an apply's time; a state in a bucket
every twenty seconds. And so the lock of the stages at AWS is tried, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import boto3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAME: Final = "tradewind-state-local"
"""As infra/terraform/local says it."""


class StateBucket:
    """The bucket in the local cloud at `endpoint_url`."""

    def __init__(self, session: boto3.Session, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._s3: S3Client = session.client("s3", endpoint_url=endpoint_url)

    @property
    def settings(self) -> str:
        """What the configuration of Terraform's backend leaves open."""
        return f'endpoints = {{ s3 = "{self._endpoint_url}" }}\n'

    def make(self) -> None:
        self._s3.create_bucket(Bucket=NAME)

    def remove(self) -> None:
        """Remove the bucket with what is in it."""
        for each in self._s3.list_objects_v2(Bucket=NAME).get("Contents", []):
            self._s3.delete_object(Bucket=NAME, Key=each["Key"])
        self._s3.delete_bucket(Bucket=NAME)
