"""The record of the last release: one object beside Terraform's state, with optimistic locking."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import msgspec
from botocore.exceptions import ClientError

from tradewind_tools.deployment.errors import NoStateBucket, TakenOver
from tradewind_tools.deployment.release import Release
from tradewind_tools.deployment.stage import Stage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Records(Protocol):
    """Keeps the last release."""

    def last(self) -> Release | None:
        """The last release; None before the first. Raises NoStateBucket."""

    def write(self, release: Release) -> None:
        """Replace what `last`, or the last `write`, has seen. Raises TakenOver when it is not there any more."""

    def forget(self) -> None: ...


class S3Records:
    """In the bucket of the state, by conditional writes."""

    def __init__(self, s3: S3Client, stage: Stage) -> None:
        self._s3 = s3
        self._stage = stage
        self._seen: str | None = None

    def last(self) -> Release | None:
        try:
            answer = self._s3.get_object(Bucket=self._stage.place.state_bucket, Key=self._stage.record_key)
        except self._s3.exceptions.NoSuchKey:
            self._seen = None
            return None
        except self._s3.exceptions.NoSuchBucket:
            raise NoStateBucket(self._stage.name, self._stage.place.state_bucket) from None
        self._seen = answer["ETag"]
        return msgspec.json.decode(answer["Body"].read(), type=Release)

    def write(self, release: Release) -> None:
        try:
            self._seen = self._put(msgspec.json.format(msgspec.json.encode(release)))
        except ClientError as refusal:
            if _status(refusal) in {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT}:
                raise TakenOver(self._stage.name) from refusal
            raise

    def forget(self) -> None:
        self._s3.delete_object(Bucket=self._stage.place.state_bucket, Key=self._stage.record_key)

    def _put(self, content: bytes) -> str:
        bucket, key = self._stage.place.state_bucket, self._stage.record_key
        if self._seen is None:
            return self._s3.put_object(Bucket=bucket, Key=key, Body=content, IfNoneMatch="*")["ETag"]
        return self._s3.put_object(Bucket=bucket, Key=key, Body=content, IfMatch=self._seen)["ETag"]


def _status(refusal: ClientError) -> int:
    return refusal.response["ResponseMetadata"]["HTTPStatusCode"]
