from __future__ import annotations

import json
from typing import Any

import pytest
from tests.fakes import make_shop
from tests.unit.outbox.fake_bus import FakeBus, inserted, record, some_event

from tradewind.aws.stream import FailedBatch, RecordsGone
from tradewind.outbox.stream_recovery import forward_failed_batch

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


def recover(stream: FakeStream, bus: FakeBus) -> dict[str, Any]:
    return forward_failed_batch(message(), None, make_shop(stream=stream, bus=bus))


def test_the_events_of_a_failed_batch_are_forwarded() -> None:
    events = [some_event(number) for number in range(3)]
    records = {FIRST - 1 + number: inserted(event) for number, event in enumerate(events)}
    other = {FIRST + 2: record("INSERT", {"PK": "ORDER#1", "SK": "LINES#00"})}
    bus = FakeBus()
    assert recover(FakeStream(records | other), bus) == DONE
    assert bus.events == events[1:]


def test_what_cannot_be_read_any_more_is_told_and_comes_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert recover(FakeStream({}), FakeBus()) == AGAIN
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["message"]) == ("ERROR", "RecordsGone")
    assert line["metadata"]["start"] == str(FIRST)


def test_a_refusing_bus_lets_the_message_come_again() -> None:
    everything = set(range(10))
    stream = FakeStream({FIRST + 1: inserted(some_event())})
    assert recover(stream, FakeBus(*[everything] * 10)) == AGAIN


def set_aside(record: dict[str, Any]) -> dict[str, Any]:
    """What the relay puts on the failures queue: a record that it could not read."""
    return {"Records": [{"messageId": "m-1", "body": json.dumps({"record": record})}]}


def test_record_that_can_be_read_meanwhile_is_forwarded() -> None:
    bus = FakeBus()
    assert forward_failed_batch(set_aside(inserted(some_event(1))), None, make_shop(bus=bus)) == DONE
    assert bus.events == [some_event(1)]


@pytest.mark.parametrize("broken", [{}, record("INSERT", {"PK": "ORDER#1", "SK": "EVENT#1"})], ids=["none", "event"])
def test_record_that_still_cannot_be_read_becomes_a_dead_letter(broken: dict[str, Any]) -> None:
    assert forward_failed_batch(set_aside(broken), None, make_shop(bus=FakeBus())) == AGAIN
