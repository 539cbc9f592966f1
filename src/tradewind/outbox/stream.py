"""Domain events in a batch of the table's stream.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

import msgspec

from tradewind.aws import events
from tradewind.kernel.events import Event

Attribute: TypeAlias = Mapping[str, Any]
"""A value in DynamoDB's own form, such as `{"S": "text"}` or `{"L": [{"N": "1"}]}`."""


class Change(msgspec.Struct, frozen=True, rename="pascal"):
    """A removal has no new image."""

    new_image: dict[str, Attribute] = {}


class StreamRecord(msgspec.Struct, frozen=True):
    event_name: str = msgspec.field(name="eventName")
    change: Change = msgspec.field(name="dynamodb")

    @property
    def records_an_event(self) -> bool:
        """The trigger's filter says the same; a replay of the stream, or a broader filter, does no harm."""
        sort_key: str = self.change.new_image.get("SK", {}).get("S", "")
        return self.event_name == "INSERT" and sort_key.startswith(events.PREFIX)


class StreamBatch(msgspec.Struct, frozen=True, rename={"records": "Records"}):
    records: list[StreamRecord]


class Unreadable(NamedTuple):
    """A record as it came, and why it cannot be read."""

    record: dict[str, Any]
    fault: str


def read_events(batch: dict[str, Any]) -> tuple[list[Event], list[Unreadable]]:
    """The events of a batch, and the records that cannot be read: one must not hold up the others."""
    events, unreadable = list[Event](), list[Unreadable]()
    for record in batch["Records"]:
        try:
            events += events_in({"Records": [record]})
        except Exception as fault:  # noqa: BLE001 - whatever it is, reading it again ends the same
            unreadable.append(Unreadable(record, str(fault)))
    return events, unreadable


def events_in(batch: dict[str, Any]) -> Iterator[Event]:
    """The events whose items were inserted, in the stream's order. Raises msgspec.ValidationError."""
    for record in msgspec.convert(batch, StreamBatch).records:
        if record.records_an_event:
            yield events.from_item({name: plain(value) for name, value in record.change.new_image.items()})


def plain(attribute: Attribute) -> Any:  # noqa: ANN401 - whatever an attribute can hold
    """The value as JSON holds it: a whole number is an int, another a Decimal, a set a list, binary base64 text."""
    [(kind, content)] = attribute.items()
    match kind:
        case "M":
            return {name: plain(value) for name, value in content.items()}
        case "L":
            return [plain(value) for value in content]
        case "N":
            return _number(content)
        case "NS":
            return [_number(digits) for digits in content]
        case "NULL":
            return None
        case _:
            return content


def _number(digits: str) -> int | Decimal:
    return int(digits) if digits.lstrip("-").isdigit() else Decimal(digits)
