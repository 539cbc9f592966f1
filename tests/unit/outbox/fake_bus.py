"""A bus in memory, and batches of a stream as Lambda gets them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from boto3.dynamodb.types import TypeSerializer
from tests.fakes import START

from tradewind.aws.bus import MAX_BYTES, MAX_ENTRIES, Entry
from tradewind.aws.events import record_event
from tradewind.kernel.events import Event


class FakeBus:
    """Takes what EventBridge would; `refusals` says, call by call, which positions it refuses."""

    def __init__(self, *refusals: set[int]) -> None:
        self.calls: list[list[Entry]] = []
        self.taken: list[Entry] = []
        self._refusals = list(refusals)

    def put(self, entries: Sequence[Entry]) -> list[str | None]:
        assert 1 <= len(entries) <= MAX_ENTRIES
        assert len(entries) == 1 or sum(entry.size_bytes for entry in entries) <= MAX_BYTES
        self.calls.append(list(entries))
        refused = self._refusals.pop(0) if self._refusals else set()
        self.taken += [entry for position, entry in enumerate(entries) if position not in refused]
        return ["ThrottlingException" if position in refused else None for position in range(len(entries))]

    @property
    def events(self) -> list[Event]:
        """What a consumer would read."""
        return [msgspec.json.decode(entry.detail, type=Event) for entry in self.taken]


def some_event(number: int = 0, *, kind: str = "OrderPlaced", correlation_id: str = "request-1", **facts: Any) -> Event:  # noqa: ANN401 - JSON
    return Event(
        event_id=f"event-{number}",
        type=kind,
        version=1,
        occurred_at=START + timedelta(milliseconds=number),
        aggregate_id="order-1",
        sequence=number,
        correlation_id=correlation_id,
        data={"orderId": "order-1", **facts},
    )


def inserted(event: Event) -> dict[str, Any]:
    return record("INSERT", record_event(event, "ORDER#order-1").item)


def record(name: str, item: dict[str, Any]) -> dict[str, Any]:
    image = {attribute: TypeSerializer().serialize(value) for attribute, value in item.items()}
    change = {"OldImage": image} if name == "REMOVE" else {"NewImage": image}
    keys = {key: image[key] for key in ("PK", "SK")}
    return {"eventID": "1", "eventName": name, "eventSource": "aws:dynamodb", "dynamodb": {"Keys": keys, **change}}


def batch(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Records": list(records)}
