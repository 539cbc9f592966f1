from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from tests.fakes import make_shop
from tests.unit.outbox.fake_bus import FakeBus, inserted, record, some_event

from tradewind.outbox.relay import Relay
from tradewind.outbox.rescue import DynamoStream, FailedBatch, RecordsGone, Rescuer

FIRST = 10**20 + 1
STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s"
BATCH = FailedBatch(STREAM, "shardId-00000000000000000001", str(FIRST), str(FIRST + 2))
DONE = dict[str, Any](batchItemFailures=[])
AGAIN = dict[str, Any](batchItemFailures=[{"itemIdentifier": "m-1"}])


def message(batch: FailedBatch = BATCH) -> dict[str, Any]:
    """What Lambda puts on the failures queue: positions, not records."""
    info = {
        "shardId": batch.shard_id,
        "startSequenceNumber": batch.start_sequence_number,
        "endSequenceNumber": batch.end_sequence_number,
        "streamArn": batch.stream_arn,
        "batchSize": 3,
    }
    body = {"requestContext": {"condition": "RetryAttemptsExhausted"}, "version": "1.0", "DDBStreamBatchInfo": info}
    return {"Records": [{"messageId": "m-1", "body": json.dumps(body)}]}


class FakeStream:
    """Holds records by position, as long as a stream does."""

    def __init__(self, records: dict[int, dict[str, Any]]) -> None:
        self._records = records

    def records(self, batch: FailedBatch) -> list[dict[str, Any]]:
        first, last = int(batch.start_sequence_number), int(batch.end_sequence_number)
        found = [self._records[position] for position in sorted(self._records) if first <= position <= last]
        if not found:
            raise RecordsGone
        return found


def rescue(stream: FakeStream, bus: FakeBus) -> dict[str, Any]:
    relay = Relay(lambda _name: bus, lambda _seconds: None)
    return Rescuer(lambda: stream, relay)(message(), None, make_shop())


def test_the_events_of_a_failed_batch_are_forwarded() -> None:
    events = [some_event(number) for number in range(3)]
    records = {FIRST - 1 + number: inserted(event) for number, event in enumerate(events)}
    other = {FIRST + 2: record("INSERT", {"PK": "ORDER#1", "SK": "LINES#00"})}
    bus = FakeBus()
    assert rescue(FakeStream(records | other), bus) == DONE
    assert bus.events == events[1:]


def test_what_cannot_be_read_any_more_is_told_and_comes_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert rescue(FakeStream({}), FakeBus()) == AGAIN
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["message"]) == ("ERROR", "RecordsGone")
    assert line["metadata"]["start"] == str(FIRST)


def test_a_refusing_bus_lets_the_message_come_again() -> None:
    everything = set(range(10))
    stream = FakeStream({FIRST + 1: inserted(some_event())})
    assert rescue(stream, FakeBus(*[everything] * 10)) == AGAIN


BEGIN = {
    "StreamArn": BATCH.stream_arn,
    "ShardId": BATCH.shard_id,
    "ShardIteratorType": "AT_SEQUENCE_NUMBER",
    "SequenceNumber": BATCH.start_sequence_number,
}


class TestDynamoStream:
    @pytest.fixture
    def stubbed(self) -> Stubber:
        client = boto3.Session("a", "b", region_name="us-east-1").client("dynamodbstreams")
        return Stubber(client)

    @staticmethod
    def records(*positions: int) -> list[dict[str, Any]]:
        return [{"eventName": "INSERT", "dynamodb": {"SequenceNumber": str(position)}} for position in positions]

    def test_records_are_read_from_the_first_to_the_last_of_the_batch(self, stubbed: Stubber) -> None:
        stubbed.add_response("get_shard_iterator", {"ShardIterator": "one"}, BEGIN)
        stubbed.add_response("get_records", {"Records": [], "NextShardIterator": "two"}, {"ShardIterator": "one"})
        page = {"Records": self.records(FIRST, FIRST + 1), "NextShardIterator": "three"}
        stubbed.add_response("get_records", page, {"ShardIterator": "two"})
        stubbed.add_response("get_records", {"Records": self.records(FIRST + 3)}, {"ShardIterator": "three"})
        with stubbed:
            found = DynamoStream(stubbed.client).records(BATCH)
        assert [each["dynamodb"]["SequenceNumber"] for each in found] == [str(FIRST), str(FIRST + 1)]
        stubbed.assert_no_pending_responses()

    def test_a_stream_that_has_forgotten_them_says_so(self, stubbed: Stubber) -> None:
        stubbed.add_client_error("get_shard_iterator", "TrimmedDataAccessException")
        with stubbed, pytest.raises(RecordsGone):
            DynamoStream(stubbed.client).records(BATCH)

    def test_a_shard_that_ends_without_them_says_so(self, stubbed: Stubber) -> None:
        stubbed.add_response("get_shard_iterator", {"ShardIterator": "one"})
        stubbed.add_response("get_records", {"Records": []})
        with stubbed, pytest.raises(RecordsGone):
            DynamoStream(stubbed.client).records(BATCH)
