"""The table's stream as its recovery needs it, and DynamoDB Streams behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import msgspec

from tradewind.aws.sdk import refusal_code

_TRIMMED = "TrimmedDataAccessException"

MAX_READS = 20
"""Calls for one batch: it has at most some hundred records, but a call may come back with nothing."""


class RecordsGone(Exception):
    """The stream does not have the records any more."""


class FailedBatch(msgspec.Struct, frozen=True, rename="camel"):
    """Which records of the stream the relay gave up on.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """

    stream_arn: str
    shard_id: str
    start_sequence_number: str
    end_sequence_number: str


class Stream(Protocol):
    def records(self, batch: FailedBatch) -> list[dict[str, Any]]:
        """The records of a batch, in order and as Lambda would give them. Raises RecordsGone."""
        ...


class DynamoStream:
    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3's client for streams
        self._client = client

    def records(self, batch: FailedBatch) -> list[dict[str, Any]]:
        try:
            found = list(self._read(batch))
        except Exception as error:
            if refusal_code(error) == _TRIMMED:
                raise RecordsGone from error
            raise
        if not found:
            raise RecordsGone
        return found

    def _read(self, batch: FailedBatch) -> Iterator[dict[str, Any]]:
        end, iterator = int(batch.end_sequence_number), self._begin(batch)
        for _ in range(MAX_READS):
            answer = self._client.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                position = int(record["dynamodb"]["SequenceNumber"])
                if position <= end:
                    yield record
                if position >= end:
                    return
            iterator = answer.get("NextShardIterator", "")
            if not iterator:
                return

    def _begin(self, batch: FailedBatch) -> str:
        answer = self._client.get_shard_iterator(
            StreamArn=batch.stream_arn,
            ShardId=batch.shard_id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch.start_sequence_number,
        )
        return str(answer["ShardIterator"])
