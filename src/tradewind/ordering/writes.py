"""The writes of orders, each with the condition under which it applies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import msgspec

from tradewind.aws.table import Absent, Check, Conditions, Delete, Equals, Item, Key, OneOf, Put, Update
from tradewind.kernel.partitions import order_partition
from tradewind.ordering.model import ORDER_STATES, Order, OrderLine, OrderStatus, PaymentStatus, UnsettledOrder
from tradewind.ordering.reads import (
    has_status,
    lines_key,
    order_key,
    position,
    status_partition,
    unsettled_key,
    unsettled_partition,
)

LINES_PER_PAGE = 50


def insert_order(order: Order) -> Put:
    """The condition fails when there is an order with this id."""
    pk, sk = order_key(order.customer_id, order.order_id)
    indexed = {
        "GSI1PK": order_partition(order.order_id),
        "GSI1SK": pk,
        "GSI2PK": status_partition(order.order_id, order.status),
        "GSI2SK": position(order.created_at, order.order_id),
    }
    return Put({"PK": pk, "SK": sk, **indexed, **msgspec.to_builtins(order)}, when=(Absent(),))


def insert_lines(order_id: str, lines: list[OrderLine]) -> list[Put]:
    pages = [lines[start : start + LINES_PER_PAGE] for start in range(0, len(lines), LINES_PER_PAGE)]
    return [_insert_page(order_id, number, page) for number, page in enumerate(pages)]


def move_order(
    order: Order, to: OrderStatus, now: datetime, *, changes: Item | None = None, when: Conditions = ()
) -> Update:
    """Move an order to another status, and its index with it; the condition fails when that is not allowed."""
    sources = tuple(state.value for state in ORDER_STATES.sources(to))
    moved = {
        "status": to.value,
        "GSI2PK": status_partition(order.order_id, to),
        "updatedAt": msgspec.to_builtins(now),
        **(changes or {}),
    }
    return Update(_key(order), set=moved, add={"version": 1}, when=(OneOf("status", sources), *when))


def record_refund(order: Order, amount_minor: int, now: datetime, units: Mapping[str, int] | None = None) -> Update:
    """Count money, and the units that it is for, as refunded; the condition fails when the order has changed."""
    refunded_minor = order.refunded_minor + amount_minor
    changes = {
        "refundedMinor": refunded_minor,
        "refundedUnits": dict(Counter(order.refunded_units) + Counter(units or {})),
        "paymentStatus": order.payment_status_after(refunded_minor).value,
        "updatedAt": msgspec.to_builtins(now),
    }
    return Update(_key(order), set=changes, add={"version": 1}, when=(is_unchanged(order),))


def mark_refunded(order: Order, now: datetime) -> Update:
    """Mark that a cancelled order's money went back."""
    changes = {"paymentStatus": PaymentStatus.REFUNDED.value, "updatedAt": msgspec.to_builtins(now)}
    return Update(_key(order), set=changes, add={"version": 1}, when=(has_status(OrderStatus.CANCELLED),))


def mark_unsettled(order: Order, now: datetime) -> Put:
    """Mark that what a cancelled order took is still to be given back: in an index, to be found if nobody goes on."""
    mark = UnsettledOrder(order.order_id, order.customer_id, now)
    pk, sk = unsettled_key(order.order_id)
    indexed = {"GSI2PK": unsettled_partition(order.order_id), "GSI2SK": position(now, order.order_id)}
    return Put({"PK": pk, "SK": sk, **indexed, **msgspec.to_builtins(mark)})


def clear_unsettled(order_id: str) -> Delete:
    return Delete(unsettled_key(order_id))


def check_pending(order: Order) -> Check:
    """The condition, for another service's transaction, that the order is neither confirmed nor cancelled yet."""
    return Check(_key(order), when=(has_status(OrderStatus.PENDING),))


def is_unchanged(order: Order) -> Equals:
    return Equals("version", order.version)


def _insert_page(order_id: str, number: int, page: list[OrderLine]) -> Put:
    pk, sk = lines_key(order_id, number)
    return Put({"PK": pk, "SK": sk, "lines": msgspec.to_builtins(page)})


def _key(order: Order) -> Key:
    return order_key(order.customer_id, order.order_id)
