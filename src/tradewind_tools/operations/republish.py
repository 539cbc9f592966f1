"""Finds events in the table, also those that never reached the bus, which no archive holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tradewind.aws import events
from tradewind.kernel.events import Event
from tradewind.outbox.stream import plain
from tradewind_tools.operations.errors import EmptyPeriod

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def find_recorded_events(
    client: DynamoDBClient, table: str, begin: datetime, end: datetime, report_count: Callable[[int], None]
) -> list[Event]:
    """Find the events that occurred at `begin` or after, and before `end`, oldest first.

    It reads the whole table, which costs half a read unit for 4 KB; `report_count` gets the number of items so far.
    Raises NoSpan.
    """
    if end <= begin:
        raise EmptyPeriod(begin, end)
    return events.in_order(map(events.from_item, _scan(client, table, begin, end, report_count)))


def _scan(
    client: DynamoDBClient, table: str, begin: datetime, end: datetime, report_count: Callable[[int], None]
) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(SK, :event) AND occurredAt >= :begin AND occurredAt < :end",
        ExpressionAttributeValues={
            ":event": {"S": events.PREFIX},
            ":begin": {"S": _second(begin)},
            ":end": {"S": _second(end)},
        },
    )
    count = 0
    for page in pages:
        count += page["ScannedCount"]
        report_count(count)
        for item in page["Items"]:
            yield {name: plain(value) for name, value in item.items()}


def _second(moment: datetime) -> str:
    """Without a zone the text sorts before every moment within its second, which goes on with `.` or `Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
