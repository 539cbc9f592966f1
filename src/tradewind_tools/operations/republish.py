"""Events of the table put on the bus: also those that it was never told of, which no archive holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tradewind.aws import events
from tradewind.kernel.events import Event
from tradewind.outbox.stream import plain
from tradewind_tools.operations.errors import NoSpan

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def recorded(
    client: DynamoDBClient, table: str, begin: datetime, end: datetime, looked_at: Callable[[int], None]
) -> list[Event]:
    """The events that occurred at `begin` or after, and before `end`, oldest first.

    It reads the whole table, which costs half a read unit for 4 KB; `looked_at` is told how many items so far.
    Raises NoSpan.
    """
    if end <= begin:
        raise NoSpan(begin, end)
    return events.in_order(map(events.from_item, _scanned(client, table, begin, end, looked_at)))


def _scanned(
    client: DynamoDBClient, table: str, begin: datetime, end: datetime, looked_at: Callable[[int], None]
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
        looked_at(count)
        for item in page["Items"]:
            yield {name: plain(value) for name, value in item.items()}


def _second(moment: datetime) -> str:
    """Without a zone it stands before every time within its second, as those go on with `.` or `Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
