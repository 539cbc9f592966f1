"""What must be true of a deleted account in the end: nothing is left of it but what its kinds of items declare.

Of one whose deletion was stopped nothing is gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tradewind.aws.table import Item
from tradewind.kernel.clock import iso
from tradewind.kernel.events import Event
from tradewind.kernel.partitions import order_partition, user_partition
from tradewind.kernel.privacy import Erasure
from tradewind.ordering.model import Order
from tradewind.ordering.retention import keep_until
from tradewind.privacy.kinds import UnknownKind, find_kind, list_small_partitions, privacy_of
from tradewind.privacy.reads import deletion_from
from tradewind_tools.simulation.table_snapshot import TableSnapshot
from tradewind_tools.simulation.world import World

_DELETION, _ORDER = "DELETION", "ORDER#"


def find_violations(snapshot: TableSnapshot, world: World) -> Iterator[str]:
    items = world.table.truth.all_items()
    for user_id in sorted(snapshot.deleted_accounts - snapshot.closed_accounts):
        yield from (f"account {user_id}: {violation}" for violation in _check_reopened(user_id, snapshot))
    for user_id in sorted(snapshot.closed_accounts):
        yield from (f"account {user_id}: {violation}" for violation in _check(user_id, items, snapshot, world))


def _check_reopened(user_id: str, snapshot: TableSnapshot) -> Iterator[str]:
    if user_id not in snapshot.users or any(each.type == "AccountErased" for each in snapshot.events_about(user_id)):
        yield "was erased although its deletion was stopped"


def _check(user_id: str, items: Sequence[Item], snapshot: TableSnapshot, world: World) -> Iterator[str]:
    now = world.clock.now()
    orders = [order for order in snapshot.orders if order.customer_id == user_id]
    partitions = {
        user_partition(user_id),
        *list_small_partitions(user_id),
        *(order_partition(order.order_id) for order in orders),
    }
    own = [item for item in items if item["PK"] in partitions]
    yield from _check_record(own, now)
    yield from _check_events(snapshot.events_about(user_id))
    open_until = _find_retention(orders, world.shop.settings.retention_years)
    for item in own:
        yield from _check_item(item, open_until, now)
    left = [item for item in items if not _is_expiring(item) and not _is_locked(item, open_until, now)]
    addresses = snapshot.addresses.all_of(user_id) - snapshot.addresses.of_others(user_id)
    yield from _find_personal_data(addresses, left)


def _check_record(own: Sequence[Item], now: datetime) -> Iterator[str]:
    """It was erased, and nothing is due."""
    records = [item for item in own if item["SK"] == _DELETION]
    if not records or deletion_from(records[0]).erased_at is None:
        yield "is deleted, and was never erased"
        return
    if records[0].get("GSI2SK", "~") <= iso(now):
        yield f"something of it was due at {records[0]['GSI2SK']}"


def _check_events(events: Sequence[Event]) -> Iterator[str]:
    count = Counter(event.type for event in events)["AccountErased"]
    if count != 1:
        yield f"{count} events AccountErased, not 1"


def _find_retention(orders: Sequence[Order], years: int) -> dict[str, datetime | None]:
    """Until when the data of each order is kept; None while it is not finished."""
    return {order.order_id: keep_until(order, years) for order in orders}


def _check_item(item: Item, open_until: dict[str, datetime | None], now: datetime) -> Iterator[str]:
    name = f"{item['PK']} {item['SK']}"
    try:
        privacy = privacy_of(find_kind(item))
    except UnknownKind:
        yield f"{name} is left, of a kind that nobody knows"
        return
    match privacy.erasure:
        case Erasure.REMOVE:
            yield f"{name} is left"
        case Erasure.EXPIRE if item["SK"] != _DELETION and "expiresAt" not in item:
            yield f"{name} is left for good"
        case Erasure.LOCK | Erasure.ANONYMISE if not _is_locked(item, open_until, now):
            filled = [field for field in privacy.blanked if _value(item, field)]
            if filled:
                yield f"{name} still has {', '.join(filled)}"


def _is_locked(item: Item, open_until: dict[str, datetime | None], now: datetime) -> bool:
    """Whether it belongs to an order that is kept whole."""
    order_id = item.get("orderId") or item["PK"].removeprefix(_ORDER)
    if order_id not in open_until:
        return False
    until = open_until[order_id]
    return until is None or until > now


def _is_expiring(item: Item) -> bool:
    return "expiresAt" in item


def _value(item: Item, field: str) -> Any:  # noqa: ANN401 - whatever stands there
    name, _, part = field.partition(".")
    value = item.get(name)
    return value.get(part) if part and isinstance(value, dict) else value


def _find_personal_data(addresses: set[str], left: Sequence[Item]) -> Iterator[str]:
    for item in left:
        text = msgspec.json.encode(item).decode()
        for address in sorted(addresses):
            if address in text:
                yield f"{item['PK']} {item['SK']} still names {address}"
