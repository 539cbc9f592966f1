from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import pytest
from tests.fakes import START, FakeClock, make_shop

from tradewind.edge.consumer import Report, job, queue_consumer, step
from tradewind.kernel.errors import RetryLater
from tradewind.kernel.events import Event, EventData, event
from tradewind.settings import Settings
from tradewind.shop import Shop


class LampLit(EventData, frozen=True):
    lamp_id: str


class Charge(msgspec.Struct, frozen=True, rename="camel"):
    order_id: str
    amount_minor: int = 0


class Charged(msgspec.Struct, frozen=True, rename="camel"):
    outcome: str
    charged_minor: int
    at: datetime


class Context(NamedTuple):
    aws_request_id: str = "invocation-1"


@queue_consumer
def remember(fact: Event, shop: Shop) -> str:
    """Remember that a lamp was lit."""
    if fact.data["lampId"] == "broken":
        raise RuntimeError("it does not shine")
    if fact.data["lampId"] == "hot":
        raise RetryLater
    assert isinstance(shop.clock, FakeClock)
    shop.clock.advance(1)
    return "Remembered"


@queue_consumer
def ignore(_: Event, __: Shop) -> None:
    """Do nothing."""


@step(Charge)
def charge(wanted: Charge, shop: Shop) -> Charged:
    """Charge."""
    if wanted.amount_minor < 0:
        raise RuntimeError("the provider does not answer")
    return Charged("CardDeclined" if wanted.amount_minor > 100 else "Paid", wanted.amount_minor, shop.clock.now())


@job
def sweep(shop: Shop) -> int:
    """Sweep."""
    if shop.settings.stage == "broken":
        raise RuntimeError("the broom is gone")
    assert isinstance(shop.clock, FakeClock)
    return 3


def lit(lamp_id: str) -> Event:
    return event(LampLit(lamp_id), about=lamp_id, sequence=1, clock=FakeClock(), correlation_id="trip-1")


def record(message_id: str, body: str) -> dict[str, Any]:
    return {"messageId": message_id, "receiptHandle": "r", "body": body, "eventSource": "aws:sqs"}


def event_record(message_id: str, lamp_id: str) -> dict[str, Any]:
    """A record of a queue with an event, as EventBridge puts it there."""
    detail = {"version": "0", "source": "tradewind", "detail-type": "LampLit", "detail": lit(lamp_id)}
    return record(message_id, msgspec.json.encode(detail).decode())


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in capsys.readouterr().out.splitlines()]


class TestQueueConsumer:
    def test_every_message_is_handled(self) -> None:
        shop = make_shop()
        began = shop.clock.now()
        answer = remember({"Records": [event_record("1", "a"), event_record("2", "b")]}, Context(), shop)
        assert answer == {"batchItemFailures": []}
        assert (shop.clock.now() - began).seconds == 2

    @pytest.mark.parametrize("bad", [event_record("2", "broken"), record("2", "{"), record("2", '{"detail":{}}')])
    def test_bad_message_alone_fails(self, bad: dict[str, Any]) -> None:
        shop = make_shop()
        began = shop.clock.now()
        answer = remember({"Records": [event_record("1", "a"), bad, event_record("3", "b")]}, Context(), shop)
        assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
        assert (shop.clock.now() - began).seconds == 2

    def test_one_line_for_each_message(self, capsys: pytest.CaptureFixture[str]) -> None:
        remember(
            {"Records": [event_record("1", "a"), event_record("2", "broken"), record("3", "{")]}, Context(), make_shop()
        )
        good, broken, unreadable = lines_of(capsys)
        assert (good["level"], good["event"], good["message"]) == ("INFO", "remember", "Remembered")
        assert (good["requestId"], good["correlationId"]) == ("invocation-1", "trip-1")
        assert good["metadata"] == {"type": "LampLit", "eventId": lit("a").event_id}
        assert (broken["level"], broken["message"], broken["correlationId"]) == ("ERROR", "RuntimeError", "trip-1")
        assert broken["metadata"]["fault"] == "it does not shine"
        assert (unreadable["level"], unreadable["message"]) == ("ERROR", "DecodeError")

    def test_consumer_may_have_nothing_to_say(self, capsys: pytest.CaptureFixture[str]) -> None:
        ignore({"Records": [event_record("1", "a")]}, None, make_shop())
        [line] = lines_of(capsys)
        assert (line["message"], line["requestId"]) == ("", "")

    def test_empty_batch(self) -> None:
        assert ignore({"Records": []}, Context(), make_shop()) == {"batchItemFailures": []}

    def test_consumer_keeps_the_name_of_its_function(self) -> None:
        assert (remember.__name__, remember.__doc__) == ("remember", "Remember that a lamp was lit.")

    def test_a_message_that_comes_too_early_comes_again_without_an_alarm(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        batch = {"Records": [event_record("1", "hot"), event_record("2", "lamp")]}
        assert remember(batch, Context(), make_shop()) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
        assert [(line["level"], line["message"]) for line in lines_of(capsys)] == [
            ("INFO", "RetryLater"),
            ("INFO", "Remembered"),
        ]

    def test_what_a_person_must_look_at_is_an_error_and_the_message_is_done(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        @queue_consumer
        def look(fact: Event, _: Shop) -> Report:
            return Report(1, {"LampBroken": 1}, {"lampId": fact.data["lampId"]})

        assert look({"Records": [event_record("1", "a")]}, Context(), make_shop()) == {"batchItemFailures": []}
        (line,) = lines_of(capsys)
        assert (line["level"], line["event"], line["message"]) == ("ERROR", "look", "LampBroken")
        assert (line["LampBroken"], line["metadata"]["lampId"]) == (1, "a")


class TestStep:
    @pytest.mark.parametrize(("amount", "outcome"), [(100, "Paid"), (101, "CardDeclined")])
    def test_outcome_is_a_value(self, amount: int, outcome: str) -> None:
        event = {"orderId": "O1", "amountMinor": amount, "correlationId": "trip-1", "unknown": 1}
        answer = charge(event, Context(), make_shop())
        assert answer == {"outcome": outcome, "chargedMinor": amount, "at": msgspec.to_builtins(START)}

    def test_fault_is_raised_for_the_state_machine_to_see(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(RuntimeError, match="does not answer"):
            charge({"orderId": "O1", "amountMinor": -1}, Context(), make_shop())
        [line] = lines_of(capsys)
        assert (line["level"], line["event"], line["message"]) == ("ERROR", "charge", "RuntimeError")

    def test_input_of_another_form_is_a_fault(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(msgspec.ValidationError):
            charge({"amountMinor": 1}, Context(), make_shop())
        assert lines_of(capsys)[0]["level"] == "ERROR"

    def test_one_line_says_what_came_of_which_order(self, capsys: pytest.CaptureFixture[str]) -> None:
        charge({"orderId": "O1", "amountMinor": 5, "correlationId": "trip-1"}, Context(), make_shop())
        [line] = lines_of(capsys)
        assert (line["level"], line["event"]) == ("INFO", "charge")
        assert (line["requestId"], line["correlationId"]) == ("invocation-1", "trip-1")
        assert line["metadata"] == {"orderId": "O1", "outcome": "Paid"}


class TestJob:
    def test_one_line_says_how_much_there_was_to_do(self, capsys: pytest.CaptureFixture[str]) -> None:
        sweep({"source": "aws.scheduler"}, Context(), make_shop())
        [line] = lines_of(capsys)
        assert (line["level"], line["event"], line["requestId"]) == ("INFO", "sweep", "invocation-1")
        assert line["metadata"] == {"done": 3}

    def test_fault_is_raised_for_the_scheduler_to_see(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(RuntimeError, match="broom"):
            sweep({}, Context(), make_shop(settings=Settings(stage="broken")))
        [line] = lines_of(capsys)
        assert (line["level"], line["message"], line["metadata"]["fault"]) == (
            "ERROR",
            "RuntimeError",
            "the broom is gone",
        )

    def test_what_a_person_must_look_at_is_an_error_with_its_metrics(self, capsys: pytest.CaptureFixture[str]) -> None:
        @job
        def look(_: Shop) -> Report:
            return Report(7, {"LampBroken": 2, "LampHot": 0}, {"lampIds": ["a", "b"]})

        look({}, Context(), make_shop())

        (line,) = lines_of(capsys)
        assert (line["level"], line["message"], line["LampBroken"]) == ("ERROR", "LampBroken", 2)
        assert "LampHot" not in line
        assert line["metadata"] == {"done": 7, "lampIds": ["a", "b"]}
