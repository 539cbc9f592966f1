"""The analytics of a shop in memory: its events delivered, its figures read, and recounted from the orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from tests.fakes import admin_event, call
from tests.trading import events

from tradewind.analytics.consumers import log_event
from tradewind.analytics.handlers import get_sales, get_top_products
from tradewind.analytics.jobs import roll_up
from tradewind.kernel.events import Event
from tradewind.ordering.read_handlers import list_orders
from tradewind.shop import Shop
from tradewind_tools.blueprint.messaging import ANALYTICS_QUEUE, RULES

COUNTED = {kind for rule in RULES if rule.queue == ANALYTICS_QUEUE for kind in rule.events}


def deliver(shop: Shop, wanted: Iterable[Event]) -> None:
    """Deliver events to the consumer, in batches of ten as the queue does."""
    waiting = list(wanted)
    for start in range(0, len(waiting), 10):
        batch = [
            {"messageId": event.event_id, "body": msgspec.json.encode({"detail": event}).decode()}
            for event in waiting[start : start + 10]
        ]
        assert log_event({"Records": batch}, None, shop) == {"batchItemFailures": []}


def counted_events(shop: Shop) -> list[Event]:
    """The shop's events that the rule sends to the queue."""
    return [event for event in events(shop) if event.type in COUNTED]


def deliver_all(shop: Shop) -> None:
    deliver(shop, counted_events(shop))


def fold(shop: Shop) -> None:
    """Bring the figures up to date, as the scheduled job does."""
    roll_up.handle(shop)


def top_products(shop: Shop, first: str = "2026-11-21", last: str = "2026-11-21", **query: str) -> dict[str, Any]:
    fold(shop)
    status, answer = call(get_top_products, admin_event(query={"from": first, "to": last, **query}), shop)
    assert status == 200, answer
    found: dict[str, Any] = answer
    return found


def sales(shop: Shop, first: str = "2026-11-01", last: str = "2026-11-30", by: str = "day") -> list[dict[str, Any]]:
    fold(shop)
    status, answer = call(get_sales, admin_event(query={"from": first, "to": last, "by": by}), shop)
    assert status == 200, answer
    items: list[dict[str, Any]] = answer["items"]
    return items


def recount(shop: Shop) -> dict[date, tuple[int, float, int]]:
    """Recount orders that stand, their total, and cancelled orders, by the day on which they were placed."""
    _, answer = call(list_orders, admin_event(query={"limit": "100"}), shop)
    assert answer["nextCursor"] is None
    found: dict[date, tuple[int, float, int]] = {}
    for order in answer["items"]:
        day = date.fromisoformat(order["createdAt"][:10])
        orders, total, cancelled = found.get(day, (0, 0.0, 0))
        if order["status"] in {"processing", "completed"}:
            found[day] = orders + 1, round(total + order["total"], 2), cancelled
        elif order["status"] == "cancelled":
            found[day] = orders, total, cancelled + 1
    return found
