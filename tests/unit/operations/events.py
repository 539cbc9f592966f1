"""Recorded events, as the table holds them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from boto3.dynamodb.types import TypeSerializer
from tests.fakes import START

from tradewind.aws.events import record_event
from tradewind.kernel.events import Event

_serialize = TypeSerializer().serialize


def make_event(occurred_at: datetime = START, *, sequence: int = 1) -> Event:
    return Event(f"event-{sequence}", "StockLow", 1, occurred_at, "lamp", sequence, "because", {"available": 2})


def stored(event: Event) -> dict[str, Any]:
    """Its item in DynamoDB's own form."""
    return {name: _serialize(value) for name, value in record_event(event, "PRODUCT#lamp").item.items()}
