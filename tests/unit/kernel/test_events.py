from __future__ import annotations

import msgspec
from tests.fakes import START, FakeClock

from tradewind.kernel.clock import ulid
from tradewind.kernel.events import Event, EventData, event


class LampLit(EventData, frozen=True):
    lamp_id: str
    brightness: int = 1


def lit(event_id: str | None = None) -> Event:
    data = LampLit(lamp_id="L1")
    return event(data, about="L1", sequence=3, clock=FakeClock(), correlation_id="request-1", event_id=event_id)


def test_event_says_what_when_and_of_what() -> None:
    assert lit() == Event(
        event_id=ulid(FakeClock()),
        type="LampLit",
        version=1,
        occurred_at=START,
        aggregate_id="L1",
        sequence=3,
        correlation_id="request-1",
        data={"lampId": "L1"},
    )


def test_event_id_can_be_given() -> None:
    assert lit("E1").event_id == "E1"


def test_envelope_is_camel_case_json_and_can_be_read_back() -> None:
    encoded = msgspec.json.encode(lit())
    assert set(msgspec.json.decode(encoded)) == {
        "eventId", "type", "version", "occurredAt", "aggregateId", "sequence", "correlationId", "data",
    }  # fmt: skip
    assert msgspec.json.decode(encoded, type=Event) == lit()


def test_reader_ignores_fields_that_it_does_not_know() -> None:
    newer = msgspec.to_builtins(lit()) | {"tenant": "T1"}
    assert msgspec.convert(newer, Event) == lit()
