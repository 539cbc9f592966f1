from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from mypy_boto3_dynamodb import DynamoDBClient
from tests.fakes import START
from tests.unit.operations.events import make_event, stored

from tradewind.kernel.events import Event
from tradewind_tools.operations.errors import EmptyPeriod
from tradewind_tools.operations.republish import find_recorded_events

BEGIN = START.replace(microsecond=0)
"""As people say times: by the second."""

END = BEGIN + timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def client(boto_session: boto3.Session) -> DynamoDBClient:
    return boto_session.client("dynamodb")


def _of_pages(client: DynamoDBClient, *pages: list[Event]) -> tuple[list[Event], list[int]]:
    counts: list[int] = []
    with Stubber(client) as stubber:
        for number, page in enumerate(pages, start=1):
            last = {"LastEvaluatedKey": {"PK": {"S": f"{number}"}}} if number < len(pages) else {}
            stubber.add_response("scan", {"Items": [stored(each) for each in page], "ScannedCount": 50, **last})
        found = find_recorded_events(client, "tradewind-test", BEGIN, END, counts.append)
        stubber.assert_no_pending_responses()
    return found, counts


def test_events_of_all_pages_are_sorted_oldest_first(client: DynamoDBClient) -> None:
    first, second, third = (make_event(START + timedelta(minutes=minutes)) for minutes in (1, 2, 3))
    found, counts = _of_pages(client, [third, first], [second])
    assert found == [first, second, third]
    assert counts == [50, 100]


def test_events_of_one_moment_are_sorted_by_sequence(client: DynamoDBClient) -> None:
    first, second = make_event(START, sequence=1), make_event(START, sequence=2)
    assert _of_pages(client, [second, first])[0] == [first, second]


def test_table_without_events_has_none(client: DynamoDBClient) -> None:
    assert _of_pages(client, []) == ([], [50])


@pytest.mark.parametrize(
    "occurred_at", [BEGIN, BEGIN + MICROSECOND, END - timedelta(seconds=1), END - MICROSECOND], ids=str
)
def test_scan_filters_by_the_period(occurred_at: datetime, client: DynamoDBClient) -> None:
    begin, end = _asked(client)
    assert begin <= _stands(occurred_at) < end


@pytest.mark.parametrize("occurred_at", [BEGIN - MICROSECOND, END, END + MICROSECOND], ids=str)
def test_scan_excludes_events_before_and_after_the_period(occurred_at: datetime, client: DynamoDBClient) -> None:
    begin, end = _asked(client)
    assert not begin <= _stands(occurred_at) < end


def _asked(client: DynamoDBClient) -> tuple[str, str]:
    """From which text `occurredAt` is wanted, and below which."""
    asked: dict[str, Any] = {}
    client.meta.events.register("provide-client-params.dynamodb.Scan", lambda params, **_: asked.update(params))
    _of_pages(client, [])
    assert asked["FilterExpression"].endswith("occurredAt >= :begin AND occurredAt < :end")
    values = asked["ExpressionAttributeValues"]
    return values[":begin"]["S"], values[":end"]["S"]


def _stands(occurred_at: datetime) -> str:
    text: str = stored(make_event(occurred_at))["occurredAt"]["S"]
    return text


def test_period_that_ends_before_it_begins_is_refused(client: DynamoDBClient) -> None:
    with pytest.raises(EmptyPeriod, match="There is nothing between"):
        find_recorded_events(client, "tradewind-test", END, BEGIN, lambda _: None)
