from __future__ import annotations

import msgspec
from tests.fakes import FakeClock

from tradewind.aws.events import from_item, record_event, timeline
from tradewind.aws.table import Put
from tradewind.kernel.events import Event, EventData, event
from tradewind_tools.memory.table import MemoryTable


class LampLit(EventData, frozen=True):
    lamp_id: str


def lit(clock: FakeClock, *, sequence: int = 1, event_id: str | None = None) -> Event:
    data = LampLit("L1")
    return event(data, about="L1", sequence=sequence, clock=clock, correlation_id="trip-1", event_id=event_id)


def test_event_is_an_item_beside_its_aggregate() -> None:
    fact = lit(FakeClock())
    item = record_event(fact, "LAMP#L1").item
    assert (item["PK"], item["SK"]) == ("LAMP#L1", f"EVENT#{fact.event_id}")
    assert from_item(item) == fact


def test_recorded_event_comes_back_from_the_stream() -> None:
    table, fact = MemoryTable(), lit(FakeClock())
    table.transact([record_event(fact, "LAMP#L1")])
    assert [from_item(record.new_image or {}) for record in table.stream] == [fact]


def test_timeline_is_oldest_first_whatever_the_ids_are() -> None:
    table, clock = MemoryTable(), FakeClock()
    facts = []
    for sequence, event_id in enumerate(["Z", None, "A"], start=1):
        facts.append(lit(clock, sequence=sequence, event_id=event_id))
        clock.advance(1)
    facts.append(lit(clock, sequence=4, event_id="0"))
    facts.append(lit(clock, sequence=5, event_id="00"))
    for fact in reversed(facts):
        table.write(record_event(fact, "LAMP#L1"))
    table.write(Put({"PK": "LAMP#L1", "SK": "METADATA"}))
    assert timeline(table, "LAMP#L1") == facts


def test_envelope_is_what_the_schema_says() -> None:
    fact = lit(FakeClock())
    sent = msgspec.to_builtins(fact)
    assert set(sent) == {
        "eventId", "type", "version", "occurredAt", "aggregateId", "sequence", "correlationId", "data",
    }  # fmt: skip
    assert msgspec.convert(sent, Event) == fact
