from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import msgspec
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from mypy_boto3_events import EventBridgeClient
from tests.fakes import START
from tests.unit.outbox.fake_bus import some_event

from tradewind.aws.bus import MAX_BYTES, MAX_ENTRIES, Entry, EventBridgeBus, entry, groups


@pytest.fixture
def client() -> Iterator[EventBridgeClient]:
    client = boto3.client("events", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    yield client
    client.close()


def request_for(*entries: Entry) -> dict[str, Any]:
    return {
        "Entries": [
            {
                "EventBusName": "tradewind-test",
                "Source": "tradewind",
                "DetailType": each.type,
                "Time": each.occurred_at,
                "Detail": each.detail,
            }
            for each in entries
        ]
    }


def test_event_bridge_gets_the_envelope_and_says_which_entries_it_refused(client: EventBridgeClient) -> None:
    entries = [entry(some_event(number)) for number in range(3)]
    refusal = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
    answer = {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, refusal, {"EventId": "3"}]}
    with Stubber(client) as event_bridge:
        event_bridge.add_response("put_events", answer, request_for(*entries))
        codes = EventBridgeBus("tradewind-test", client).put(entries)
        event_bridge.assert_no_pending_responses()

    assert codes == [None, "ThrottlingException", None]


def test_the_detail_is_the_envelope_with_numbers_as_numbers() -> None:
    detail = msgspec.json.decode(entry(some_event(3, totalMinor=1999)).detail)
    assert detail == {
        "eventId": "event-3",
        "type": "OrderPlaced",
        "version": 1,
        "occurredAt": "2026-11-21T03:04:05.681000Z",
        "aggregateId": "order-1",
        "sequence": 3,
        "correlationId": "request-1",
        "data": {"orderId": "order-1", "totalMinor": 1999},
    }


def test_size_counts_bytes_not_characters() -> None:
    assert Entry("Ä", START, '{"a":"€"}').size_bytes == 14 + len("tradewind") + 2 + 11


@given(st.lists(st.integers(1, MAX_BYTES), max_size=60))
def test_groups_keep_the_order_and_both_limits(sizes: list[int]) -> None:
    entries = [Entry(f"Type{number}", START, "x" * (size // 64)) for number, size in enumerate(sizes)]
    formed = list(groups(entries))
    assert [each for group in formed for each in group] == entries
    assert all(1 <= len(group) <= MAX_ENTRIES for group in formed)
    assert all(sum(each.size_bytes for each in group) <= MAX_BYTES for group in formed)


def test_a_group_is_as_heavy_as_allowed_and_not_heavier() -> None:
    overhead = Entry("T", START, "").size_bytes
    half = Entry("T", START, "x" * (MAX_BYTES // 2 - overhead))
    assert [len(group) for group in groups([half, half, half])] == [2, 1]


def test_an_entry_that_is_too_large_by_itself_does_not_take_others_with_it() -> None:
    small, huge = Entry("T", START, "{}"), Entry("T", START, "x" * MAX_BYTES)
    assert list(groups([small, huge, small])) == [[small], [huge], [small]]
