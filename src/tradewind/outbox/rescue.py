"""Events that the relay gave up on: the stream's failures queue says where they stand, and they are forwarded again.

A stream keeps its records for a day. What cannot be read any more fails, is told in an ERROR line, and stays as a
message in the dead-letter queue; the events themselves stand in the table: `./dev events republish` tells them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Protocol

import msgspec

from tradewind.aws.log import Journal
from tradewind.aws.sdk import bounded
from tradewind.edge.consumer import MessageConsumer
from tradewind.outbox.relay import Relay, forward_events
from tradewind.outbox.stream import recorded_events
from tradewind.shop import Shop

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


class Failure(msgspec.Struct, frozen=True):
    batch: FailedBatch = msgspec.field(name="DDBStreamBatchInfo")


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
        except self._client.exceptions.TrimmedDataAccessException as error:
            raise RecordsGone from error
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


class Rescuer(MessageConsumer):
    """Forward the events of batches that the relay gave up on."""

    __name__ = "forward_lost"

    def __init__(self, stream: Callable[[], Stream], relay: Relay) -> None:
        self._stream = stream
        self._relay = relay

    def work(self, body: str, journal: Journal, shop: Shop) -> str:
        """Raises RecordsGone or EventsRefused."""
        batch = msgspec.json.decode(body, type=Failure).batch
        journal.note(shard=batch.shard_id, start=batch.start_sequence_number, end=batch.end_sequence_number)
        events = list(recorded_events({"Records": self._stream().records(batch)}))
        self._relay.forward(events, shop)
        journal.note(events=len(events))
        return "Forwarded"


@cache
def dynamo_stream() -> Stream:
    """The stream of this process, made at its first use."""
    import boto3  # noqa: PLC0415 - off the request path, and only when something has failed

    return DynamoStream(boto3.client("dynamodbstreams", config=bounded()))


forward_lost = Rescuer(dynamo_stream, forward_events)
