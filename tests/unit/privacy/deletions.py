"""An account that is deleted, as the tests of deletions need it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from tests.fakes import FakeClock, call, customer_event, make_shop
from tests.trading import Saga, add_product, events, submit_order, with_people
from tests.unit.identity.people import PASSWORD, Member, join

from tradewind.aws.table import Item
from tradewind.kernel.events import Event
from tradewind.ordering.writes import clear_unsettled
from tradewind.privacy import deletion_handlers, erasure_consumers, jobs
from tradewind.privacy.model import GRACE
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

EMAIL = "grace@example.com"


def delete(shop: Shop, user_id: str, password: str = PASSWORD, **proof: str) -> tuple[int, Any]:
    event = customer_event({"password": password, **proof}, user_id=user_id)
    return call(deletion_handlers.delete_own_account, event, shop)


def make_member(shop: Shop) -> Member:
    """A customer of their own address, whose cart and orders nobody else has."""
    return join(shop, EMAIL)


def deliver(shop: Shop, event: Event) -> bool:
    """Whether the eraser has handled the event."""
    record = {"messageId": "1", "body": msgspec.json.encode({"detail": event}).decode()}
    return erasure_consumers.erase_account({"Records": [record]}, None, shop) == {"batchItemFailures": []}


def erase(shop: Shop, kind: str = "AccountDeletionRequested") -> None:
    """Deliver the newest event of this kind, and those that follow from it."""
    waiting = [event for event in events(shop) if event.type == kind][-1:]
    while waiting:
        seen = len(continued(shop))
        assert deliver(shop, waiting.pop())
        waiting += continued(shop)[seen:]


def continued(shop: Shop) -> list[Event]:
    return [event for event in events(shop) if event.type == "AccountErasureContinued"]


def erase_to_the_end(shop: Shop, clock: FakeClock) -> None:
    """Everything that may go at once, and what the job does an hour later."""
    erase(shop)
    clock.advance(GRACE.total_seconds())
    run_job(shop)
    erase(shop, "AccountErasureDue")


def run_job(shop: Shop) -> None:
    jobs.continue_deletions({}, None, shop)


def items_of(shop: Shop, partition: str) -> dict[str, Item]:
    assert isinstance(shop.table, MemoryTable)
    return {item["SK"]: item for item in shop.table.all_items() if item["PK"] == partition}


def find_text(shop: Shop, text: str) -> set[str]:
    """The keys of the items in which a text stands."""
    assert isinstance(shop.table, MemoryTable)
    return {f"{item['PK']} {item['SK']}" for item in shop.table.all_items() if text in json.dumps(item, default=str)}


def buy(shop: Shop, token: str = "tok_approved") -> str:
    """An order of the customer of the fakes, and what the checkout makes of it."""
    order_id = submit_order(shop, {"mug": 1}, token)
    Saga(shop).run(order_id)
    return order_id


def settle(shop: Shop, order_id: str) -> None:
    """What the saga's last state does for a cancelled order, without a function."""
    shop.table.write(clear_unsettled(order_id))


def make_buyer(clock: FakeClock | None = None) -> Shop:
    """A shop whose customer, with an account of the fakes, can buy a mug."""
    shop = with_people(make_shop(clock=clock or FakeClock()))
    add_product(shop, "mug", 50)
    return shop
