"""The writes of orders, each with the condition under which it applies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import msgspec

from tradewind.aws.table import Absent, Conditions, Delete, Equals, Item, Key, OneOf, Present, Put, Update
from tradewind.edge import caller_address
from tradewind.kernel.clock import epoch_seconds, iso
from tradewind.kernel.partitions import shard_of
from tradewind.ordering.model import (
    ORDER_STATES,
    REFUND_STATES,
    Order,
    OrderLine,
    OrderStatus,
    PaymentStatus,
    Refund,
    RefundState,
    UnsettledOrder,
)
from tradewind.ordering.reads import (
    REFUND_SHARDS,
    attempts_key,
    due_refunds_partition,
    has_status,
    lines_key,
    order_key,
    position,
    refund_from,
    refund_key,
    status_partition,
    unpaid_key,
    unsettled_key,
    unsettled_partition,
)

LINES_PER_PAGE = 50
_CLOCKS_DIFFER_SECONDS = 60
"""More than the clocks of two functions ever differ."""
_DUE_KEYS = ("GSI2PK", "GSI2SK")


def insert_order(order: Order) -> Put:
    """The condition fails when there is an order with this id."""
    pk, sk = order_key(order.customer_id, order.order_id)
    indexed = {
        "GSI2PK": status_partition(order.order_id, order.status),
        "GSI2SK": position(order.created_at, order.order_id),
    }
    return Put({"PK": pk, "SK": sk, **indexed, **msgspec.to_builtins(order)}, when=(Absent(),))


def insert_lines(order: Order, lines: list[OrderLine]) -> list[Put]:
    """Insert an order's lines in pages, which say whose order it is: so it is found by its id alone."""
    pages = [lines[start : start + LINES_PER_PAGE] for start in range(0, len(lines), LINES_PER_PAGE)]
    return [_insert_page(order, number, page) for number, page in enumerate(pages)]


def move_order(
    order: Order, to: OrderStatus, now: datetime, *, changes: Item | None = None, when: Conditions = ()
) -> Update:
    """Move an order to another status, and its index with it; the condition fails when that is not allowed.

    Every move gives back the order's allowance, where it has one: see `give_back_allowance`.
    """
    sources = tuple(state.value for state in ORDER_STATES.sources(to))
    moved = {
        "status": to.value,
        "GSI2PK": status_partition(order.order_id, to),
        "updatedAt": msgspec.to_builtins(now),
        **(changes or {}),
    }
    removed = ("allowance",) if order.allowance else ()
    return Update(_key(order), set=moved, add={"version": 1}, remove=removed, when=(OneOf("status", sources), *when))


def give_back_allowance(order: Order, now: datetime, *, is_paid: bool) -> list[Update]:
    """Give back what an order took of its customer's limits, in the transaction that moves it; its attempt if paid.

    That of an address is given back by `give_back_attempt`. Towards the end of its hour an attempt is kept: another
    function, whose clock is ahead, may have begun to count the next hour's already in its place.
    """
    taken = order.allowance
    if taken is None or taken.units is None:
        return []
    is_this_hour = epoch_seconds(now) + _CLOCKS_DIFFER_SECONDS < taken.attempt_until
    attempt = {"attempts": -1} if is_paid and is_this_hour else {}
    return [Update(unpaid_key(order.customer_id), add={"orders": -1, "units": -taken.units, **attempt})]


def give_back_attempt(order: Order, now: datetime) -> list[Update]:
    """Give back the attempt that `order`, as it was placed, made from an address; none once its hour is over."""
    taken = order.allowance
    if taken is None or not taken.address or epoch_seconds(now) >= taken.attempt_until:
        return []
    return [caller_address.give_back_attempt(attempts_key(taken.address, taken.attempt_until))]


def record_refund(order: Order, amount_minor: int, now: datetime, units: Mapping[str, int] | None = None) -> Update:
    """Count money, and the units that it is for, as refunded; the condition fails when the order has changed."""
    refunded_units = dict(Counter(order.refunded_units) + Counter(units or {}))
    changes = {"refundedUnits": refunded_units, **_refunded(order, order.refunded_minor + amount_minor, now)}
    return Update(_key(order), set=changes, add={"version": 1}, when=(is_unchanged(order),))


def undo_refund(order: Order, amount_minor: int, now: datetime) -> Update:
    """Count money as refunded no more, since it did not go; the condition fails when the order has changed."""
    changes = _refunded(order, order.refunded_minor - amount_minor, now)
    return Update(_key(order), set=changes, add={"version": 1}, when=(is_unchanged(order),))


def record_full_refund(order: Order, now: datetime) -> Update:
    """Count all of an order's money as refunded; the condition fails when it has changed, or is not cancelled."""
    refunded_minor = max(order.total_minor, order.refunded_minor)
    changes = {
        "refundedMinor": refunded_minor,
        "paymentStatus": PaymentStatus.REFUNDED.value,
        "updatedAt": msgspec.to_builtins(now),
    }
    is_cancelled = has_status(OrderStatus.CANCELLED)
    return Update(_key(order), set=changes, add={"version": 1}, when=(is_cancelled, is_unchanged(order)))


def insert_refund(refund: Refund, due_at: datetime | None = None) -> Put:
    """Record a refund; one that is still to be issued is found in an index from `due_at` on.

    The condition fails when there is a refund with this id.
    """
    pk, sk = refund_key(refund.order_id, refund.refund_id)
    indexed = {"GSI2PK": due_refunds_partition(shard_of(refund.order_id, REFUND_SHARDS))} if due_at else {}
    due = {"GSI2SK": _due_at(refund, due_at)} if due_at else {}
    return Put({"PK": pk, "SK": sk, **indexed, **due, **msgspec.to_builtins(refund)}, when=(Absent(),))


def mark_issued(refund: Refund, reference: str, now: datetime) -> Update:
    """The provider has made the refund; the condition fails when it was made, or has failed, before."""
    return _move_refund(refund, RefundState.ISSUED, now, {"reference": reference})


def mark_failed(refund: Refund, failure: str, now: datetime, reference: str | None = None) -> Update:
    """The money did not go, or came back from the refund of this reference; the condition fails when that is known.

    Nor does a refusal count, which has no reference, once the refund is issued: another run was faster, and right.
    """
    changes = {"failure": failure} | ({"reference": reference} if reference else {})
    failed = _move_refund(refund, RefundState.FAILED, now, changes)
    is_requested = Equals("state", RefundState.REQUESTED.value)
    return failed if reference else msgspec.structs.replace(failed, when=(is_requested,))


def postpone_refund(item: Item, due_at: datetime) -> Update:
    """Put a due refund, as it was read, back in the queue; the condition fails when another run was faster."""
    moved = {"GSI2SK": _due_at(refund_from(item), due_at)}
    return Update(Key(item["PK"], item["SK"]), set=moved, when=(Equals("GSI2SK", item["GSI2SK"]),))


def mark_unsettled(order: Order, now: datetime) -> Put:
    """Mark that what a cancelled order took is still to be given back: in an index, to be found if nobody goes on."""
    mark = UnsettledOrder(order.order_id, order.customer_id, now)
    pk, sk = unsettled_key(order.order_id)
    indexed = {"GSI2PK": unsettled_partition(order.order_id), "GSI2SK": position(now, order.order_id)}
    return Put({"PK": pk, "SK": sk, **indexed, **msgspec.to_builtins(mark)})


def clear_unsettled(order_id: str) -> Delete:
    """The condition fails when the order was settled before."""
    return Delete(unsettled_key(order_id), when=(Present(),))


def is_unchanged(order: Order) -> Equals:
    return Equals("version", order.version)


def _refunded(order: Order, refunded_minor: int, now: datetime) -> Item:
    return {
        "refundedMinor": refunded_minor,
        "paymentStatus": order.payment_status_after(refunded_minor).value,
        "updatedAt": msgspec.to_builtins(now),
    }


def _move_refund(refund: Refund, to: RefundState, now: datetime, changes: Item) -> Update:
    return Update(
        refund_key(refund.order_id, refund.refund_id),
        set={"state": to.value, "updatedAt": msgspec.to_builtins(now), **changes},
        remove=_DUE_KEYS,
        when=(OneOf("state", tuple(state.value for state in REFUND_STATES.sources(to))),),
    )


def _due_at(refund: Refund, moment: datetime) -> str:
    return f"{iso(moment)}#{refund.refund_id}"


def _insert_page(order: Order, number: int, page: list[OrderLine]) -> Put:
    pk, sk = lines_key(order.order_id, number)
    return Put({"PK": pk, "SK": sk, "customerId": order.customer_id, "lines": msgspec.to_builtins(page)})


def _key(order: Order) -> Key:
    return order_key(order.customer_id, order.order_id)
