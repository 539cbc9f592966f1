"""The event bus as the relay needs it, and EventBridge behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import msgspec

from tradewind.kernel.events import Event

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "tradewind"

MAX_ENTRIES = 10
"""EventBridge: entries in one PutEvents."""

MAX_BYTES = 256 * 1024
"""EventBridge: what the entries of one PutEvents may weigh together."""

_TIME_BYTES = 14
"""What EventBridge counts for a time.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
"""

_encode = msgspec.json.Encoder(decimal_format="number").encode


class Entry(msgspec.Struct, frozen=True):
    """An event as the bus takes it; `detail` is the envelope as JSON."""

    type: str
    occurred_at: datetime
    detail: str
    trace_header: str = ""

    @property
    def size_bytes(self) -> int:
        return _TIME_BYTES + len(SOURCE) + len(self.type.encode()) + len(self.detail.encode())


class Bus(Protocol):
    def put(self, entries: Sequence[Entry]) -> list[str | None]:
        """Put one group of entries (see `groups`).

        Returns for each why it was refused (EventBridge's error code), None where it was taken.
        """
        ...


class EventBridgeBus:
    def __init__(self, name: str, client: EventBridgeClient) -> None:
        self.name = name
        self._client = client

    def put(self, entries: Sequence[Entry]) -> list[str | None]:
        answer = self._client.put_events(Entries=[self._request(entry) for entry in entries])
        return [taken.get("ErrorCode") for taken in answer["Entries"]]

    def _request(self, entry: Entry) -> PutEventsRequestEntryTypeDef:
        traced: PutEventsRequestEntryTypeDef = {"TraceHeader": entry.trace_header} if entry.trace_header else {}
        return {
            **traced,
            "EventBusName": self.name,
            "Source": SOURCE,
            "DetailType": entry.type,
            "Time": entry.occurred_at,
            "Detail": entry.detail,
        }


def entry(event: Event) -> Entry:
    detail = msgspec.structs.replace(event, trace_header="") if event.trace_header else event
    return Entry(event.type, event.occurred_at, _encode(detail).decode(), event.trace_header)


def groups(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries in their order, as many together as one call takes; one that is too large by itself stands alone."""
    group: list[Entry] = []
    size_bytes = 0
    for each in entries:
        if group and (len(group) == MAX_ENTRIES or size_bytes + each.size_bytes > MAX_BYTES):
            yield group
            group, size_bytes = [], 0
        group.append(each)
        size_bytes += each.size_bytes
    if group:
        yield group
