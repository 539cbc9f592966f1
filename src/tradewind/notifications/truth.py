"""Whether what an event says still holds: events come late, and come again from the archive after weeks.

Each check raises OutOfDate where a notification would tell the customer what is not so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tradewind.aws.table import Table
from tradewind.cart.public import PricedLine
from tradewind.identity.public import Contact, PendingEmail, PreviousEmail
from tradewind.inventory.public import Stock
from tradewind.notifications.errors import OutOfDate
from tradewind.ordering.public import (
    FulfilmentStatus,
    Order,
    OrderStatus,
    PaymentStatus,
    RefundState,
    find_refund,
    has_ordered_since,
)


def check_confirmed(order: Order) -> None:
    """The order is in hand and its payment is here, or a part of it."""
    is_in_hand = order.status in (OrderStatus.PROCESSING, OrderStatus.COMPLETED)
    _require(is_in_hand and order.payment_status in (PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED))


def check_cancelled(order: Order) -> None:
    _require(order.status is OrderStatus.CANCELLED)


def check_fulfilled(order: Order) -> None:
    _require(order.fulfilment_status is FulfilmentStatus.FULFILLED)


def check_refund(table: Table, order_id: str, refund_id: str) -> None:
    """The refund's money did not come back since; one without a record was issued before there were any."""
    refund = find_refund(table, order_id, refund_id)
    _require(refund is None or refund.state is not RefundState.FAILED)


def check_password(holder: Contact, version: int) -> None:
    """The password that a link is to replace was not changed since."""
    _require(holder.password_version == version)


def check_deleting(holder: Contact) -> None:
    """The account is being deleted, and that can be undone."""
    _require(holder.undoable_until is not None)


def check_factor_removal(holder: Contact, due_at: datetime) -> None:
    """The second factor is still to be removed at that time."""
    _require(holder.second_factor_removal_at == due_at)


def find_pending(holder: Contact, change_id: str) -> PendingEmail:
    """Return the address that is to be confirmed: no other was requested since, and the password is the same."""
    pending = holder.pending_email
    if pending is None or (pending.change_id, pending.password_version) != (change_id, holder.password_version):
        raise OutOfDate
    return pending


def find_previous(holder: Contact, change_id: str) -> PreviousEmail:
    """Return the address before a change: it was not undone since."""
    for previous in holder.previous_emails:
        if previous.change_id == change_id:
            return previous
    raise OutOfDate


def check_abandoned(table: Table, user_id: str, cart: Iterable[PricedLine], left_at: datetime) -> None:
    """The customer did not come back: neither to the cart nor for an order."""
    is_untouched = all(each.line.updated_at <= left_at for each in cart)
    _require(is_untouched and not has_ordered_since(table, user_id, left_at))


def check_low(stock: Stock, few: int) -> None:
    """No units came back or in since."""
    _require(stock.available <= few)


def _require(holds: bool) -> None:  # noqa: FBT001 - what is checked
    if not holds:
        raise OutOfDate
