"""What the rest of the shop does about an account that was erased: whatever is delivered again, and every job."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.trading import events
from tests.unit.blueprint.trading_day import TradingDay, run_day

from tradewind.kernel.events import Event
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import RULES, Rule
from tradewind_tools.blueprint.model import QueueSource, Schedule
from tradewind_tools.memory.table import MemoryTable

CONSUMERS = {each.trigger.queue: each.name for each in FUNCTIONS if isinstance(each.trigger, QueueSource)}
JOBS = [each.name for each in FUNCTIONS if isinstance(each.trigger, Schedule)]


@pytest.fixture(scope="module")
def day() -> TradingDay:
    """A day of this module's own, at whose end an account was erased."""
    return run_day()


def erased_user(day: TradingDay) -> str:
    assert isinstance(day.shop.table, MemoryTable)
    (user_id,) = [
        item["userId"] for item in day.shop.table.all_items() if item["SK"] == "DELETION" and item["erasedAt"]
    ]
    return str(user_id)


def delivered_again(day: TradingDay, rule: Rule) -> Iterator[Event]:
    """The events of a rule that are about the erased account, or about an order of it."""
    user_id = erased_user(day)
    for event in events(day.shop):
        is_meant = all(event.data.get(name) == value for name, value in rule.data)
        if (
            event.type in rule.events
            and is_meant
            and user_id in {event.data.get("userId"), event.data.get("customerId")}
        ):
            yield event


def test_many_events_are_about_an_erased_account(day: TradingDay) -> None:
    assert len([rule.name for rule in RULES if any(delivered_again(day, rule))]) > 5


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_consumer_that_meets_an_erased_account_does_not_fail(day: TradingDay, rule: Rule) -> None:
    for event in list(delivered_again(day, rule)):
        day.deliver(CONSUMERS[rule.queue], event)


@pytest.mark.parametrize("name", JOBS)
def test_job_that_meets_an_erased_account_does_not_fail(day: TradingDay, name: str) -> None:
    day.run_job(name)


def test_nothing_about_the_person_comes_back(day: TradingDay) -> None:
    """After all of the above."""
    assert isinstance(day.shop.table, MemoryTable)
    assert [item["SK"] for item in day.shop.table.all_items() if "leaving@example.com" in str(item)] == []


def test_no_record_of_a_message_comes_back(day: TradingDay) -> None:
    """After all of the above: a message about somebody who is gone is not sent, and nothing is there to say so."""
    assert isinstance(day.shop.table, MemoryTable)
    notifications = day.shop.table.all_items("NOTIFICATION#")
    assert [item["kind"] for item in notifications if item["PK"] == f"USER#{erased_user(day)}"] == []
