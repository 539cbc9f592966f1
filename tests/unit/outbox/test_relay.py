from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import FakeClock, make_shop
from tests.unit.outbox.fake_bus import FakeBus, batch, inserted, record, some_event

from tradewind.cart import model as cart
from tradewind.kernel.events import Event
from tradewind.ordering import model as ordering
from tradewind.outbox.errors import EventsRefused
from tradewind.outbox.relay import ATTEMPTS, COUNTED, forward_events
from tradewind.payments import model as payments
from tradewind_tools.blueprint.messaging import STREAM_QUEUE

CONTEXT = SimpleNamespace(aws_request_id="invocation-1")
ALL = set(range(10))


class QueueRefused(Exception):
    """The queue takes no message."""


class FailuresQueue:
    """Keeps what is sent to each queue."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.sent: list[tuple[str, Any]] = []
        self._refuses = refuses

    def send(self, queue: str, body: str) -> None:
        if self._refuses:
            raise QueueRefused
        self.sent.append((queue, json.loads(body)))


def relay(records: dict[str, Any], bus: FakeBus) -> list[float]:
    """Run the relay. Returns how long it paused, each time, in seconds."""
    clock = FakeClock()
    forward_events(records, CONTEXT, make_shop(clock=clock, bus=bus))
    return clock.slept


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    [line] = capsys.readouterr().out.splitlines()
    decoded: dict[str, Any] = json.loads(line)
    return decoded


kinds = st.sampled_from(["event", "other item", "changed event", "removed event"])


@given(st.lists(kinds, max_size=40))
def test_every_recorded_event_is_forwarded_once_and_in_order(recorded: list[str]) -> None:
    bus, expected, records = FakeBus(), list[Event](), list[dict[str, Any]]()
    for number, kind in enumerate(recorded):
        event = some_event(number)
        match kind:
            case "event":
                expected.append(event)
                records.append(inserted(event))
            case "other item":
                records.append(record("INSERT", {"PK": "ORDER#1", "SK": f"LINES#{number}"}))
            case "changed event":
                records.append({**inserted(event), "eventName": "MODIFY"})
            case _:
                records.append(record("REMOVE", {"PK": "ORDER#1", "SK": f"EVENT#{number}"}))
    relay(batch(*records), bus)
    assert bus.events == expected


@given(st.integers(1, 10), st.data())
def test_what_was_refused_is_put_again_and_nothing_else_is(count: int, data: st.DataObject) -> None:
    refused = data.draw(st.sets(st.integers(0, count - 1)))
    events = [some_event(number) for number in range(count)]
    bus = FakeBus(refused)
    relay(batch(*map(inserted, events)), bus)
    late = [events[number] for number in sorted(refused)]
    assert bus.events == [event for event in events if event not in late] + late


def test_the_next_group_waits_until_all_of_this_one_are_taken() -> None:
    events = [some_event(number) for number in range(12)]
    bus = FakeBus(ALL, ALL - {0})
    relay(batch(*map(inserted, events)), bus)
    assert bus.events == events
    assert [len(call) for call in bus.calls] == [10, 10, 9, 2]


def test_events_that_stay_refused_make_the_batch_come_again(capsys: pytest.CaptureFixture[str]) -> None:
    bus = FakeBus(*[ALL] * ATTEMPTS)
    with pytest.raises(EventsRefused) as raised:
        relay(batch(inserted(some_event(1)), inserted(some_event(2))), bus)
    assert raised.value.codes == ("ThrottlingException",) * 2
    assert len(bus.calls) == ATTEMPTS
    line = logged(capsys)
    assert (line["level"], line["message"]) == ("ERROR", "EventsRefused")


def test_the_last_attempt_may_succeed() -> None:
    bus = FakeBus(*[ALL] * (ATTEMPTS - 1))
    relay(batch(inserted(some_event(1))), bus)
    assert bus.events == [some_event(1)]


def test_pauses_grow_and_stay_short() -> None:
    pauses = relay(batch(inserted(some_event(1))), FakeBus(*[ALL] * (ATTEMPTS - 1)))
    assert len(pauses) == ATTEMPTS - 1
    assert all(0 <= pause <= 0.1 * 2**attempt for attempt, pause in enumerate(pauses))


def test_unreadable_record_is_set_aside_and_holds_up_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    bus, failures = FakeBus(), FailuresQueue()
    broken = record("INSERT", {"PK": "ORDER#1", "SK": "EVENT#1"})
    shop = make_shop(bus=bus, queues=failures)
    forward_events(batch(inserted(some_event(1)), broken, inserted(some_event(2))), CONTEXT, shop)
    assert bus.events == [some_event(1), some_event(2)]
    assert failures.sent == [(STREAM_QUEUE, {"record": broken})]
    line = logged(capsys)
    assert (line["level"], line["message"]) == ("ERROR", "UnreadableRecord")
    assert line["metadata"]["item"] == {"PK": {"S": "ORDER#1"}, "SK": {"S": "EVENT#1"}}


def test_unreadable_record_is_kept_by_the_stream_when_the_queue_does_not_take_it() -> None:
    broken = record("INSERT", {"PK": "ORDER#1", "SK": "EVENT#1"})
    with pytest.raises(QueueRefused):
        forward_events(batch(broken), CONTEXT, make_shop(queues=FailuresQueue(refuses=True)))


def test_no_bus_is_connected_when_there_is_nothing_to_forward() -> None:
    shop = make_shop()
    forward_events(batch(), CONTEXT, shop)
    assert "bus" not in vars(shop)


def test_one_log_line_says_what_was_forwarded(capsys: pytest.CaptureFixture[str]) -> None:
    events = [some_event(1), some_event(2), some_event(3, kind="StockLow")]
    relay(batch(*map(inserted, events)), FakeBus())
    line = logged(capsys)
    assert (line["event"], line["requestId"], line["correlationId"]) == ("forward_events", "invocation-1", "request-1")
    assert line["metadata"] == {"events": 3, "types": {"OrderPlaced": 2, "StockLow": 1}}


def test_what_was_forwarded_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    paid: dict[str, Any] = {"kind": "PaymentSucceeded", "amountMinor": 1250}
    events = [
        some_event(1),
        some_event(2, currency="USD", **paid),
        some_event(3, currency="EUR", **paid),
        some_event(4),
    ]
    relay(batch(*map(inserted, events)), FakeBus())
    line = logged(capsys)
    assert (line["OrderPlaced"], line["PaymentProcessed"], line["AmountPaidMinor"]) == (2, 2, 1250)


def test_what_was_refused_is_not_counted_yet(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EventsRefused):
        relay(batch(inserted(some_event(1))), FakeBus(*[ALL] * ATTEMPTS))
    assert "OrderPlaced" not in logged(capsys)


@pytest.mark.parametrize("kind", COUNTED)
def test_every_counted_event_belongs_to_a_service(kind: str) -> None:
    assert any(hasattr(model, kind) for model in (cart, ordering, payments))


def test_the_log_line_names_every_request_that_a_batch_stems_from(capsys: pytest.CaptureFixture[str]) -> None:
    events = [some_event(1, correlation_id="a"), some_event(2, correlation_id="b"), some_event(3, correlation_id="a")]
    relay(batch(*map(inserted, events)), FakeBus())
    assert logged(capsys)["metadata"]["correlationIds"] == ["a", "b"]
