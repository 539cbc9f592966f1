"""What payments do on a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from tradewind.aws.table import ConditionFailed, Item, Write
from tradewind.edge.consumer import Report, job
from tradewind.ordering.public import (
    REFUND_SHARDS,
    Order,
    OrderStatus,
    RefundState,
    list_due_refunds,
    refund_from,
    require_order,
)
from tradewind.ordering.public_writes import postpone_refund
from tradewind.payments import reads, writes
from tradewind.payments.abandonment import cancel_charge, first_check_at, next_check_at
from tradewind.payments.deadlines import answer_within
from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.model import TIMED_OUT, Payment, PaymentState
from tradewind.payments.provider import Charge
from tradewind.payments.reads import OPEN_SHARDS
from tradewind.payments.refunds import issue, refund_in_full
from tradewind.payments.writes import EventContext
from tradewind.shop import Shop

PER_SHARD = 25
"""Payments of a shard that one run checks, and refunds that it issues: those that are left are due at the next."""

REFUND_STUCK_AFTER = timedelta(hours=1)
"""A refund that is not issued by then was tried several times: an operator must look."""

_SHORTEST_WAIT, _LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=6)
_LISTED = 20


@job
def check_open_payments(shop: Shop) -> Report:
    """Ask the provider about payments whose webhook has not come; abandon what took longer than the stock is held.

    Money that came late is checked, too, until its order is confirmed or the money was refunded; and what was abandoned
    without the provider's final status is looked up for some days. Refunds that were decided and not issued are issued.
    """
    now = shop.clock.now()
    due = [item for shard in range(OPEN_SHARDS) for item in reads.list_due(shop.table, shard, now, PER_SHARD)]
    checked = sum(_check(item, now, shop) for item in due)
    return _issue_overdue_refunds(checked, now, shop)


def _issue_overdue_refunds(checked: int, now: datetime, shop: Shop) -> Report:
    """Refunds whose event was lost, or could not be handled; `checked` payments are reported with them."""
    due = [item for shard in range(REFUND_SHARDS) for item in list_due_refunds(shop.table, shard, now, PER_SHARD)]
    waiting = [item for item in due if not _issue_refund(item, now, shop)]
    stuck = [each.refund_id for each in map(refund_from, waiting) if now - each.created_at > REFUND_STUCK_AFTER]
    facts = {"stuckRefundIds": stuck[:_LISTED]} if stuck else {}
    return Report(checked + len(due) - len(waiting), {"RefundStuck": len(stuck)}, facts)


def _issue_refund(item: Item, now: datetime, shop: Shop) -> bool:
    """Whether this run has no more to do for it, nor to report; one that waits is tried ever less often."""
    refund = refund_from(item)
    later = now + min(max(now - refund.created_at, _SHORTEST_WAIT), _LONGEST_WAIT)
    try:
        shop.table.write(postpone_refund(item, later))
    except ConditionFailed:  # another run is at it, and reports it where it cannot be issued
        return True
    try:
        return issue(refund, shop) is not RefundState.REQUESTED
    except (ConditionFailed, ProviderTimeout):  # it is tried again when it is due next
        return False


def _check(item: Item, now: datetime, shop: Shop) -> bool:
    """Whether the payment is settled now. It is queued again first: one that fails does not hold up the others."""
    payment = reads.payment_from(item)
    deadline = payment.created_at + answer_within(payment.customer_id, shop)
    try:
        shop.table.write(writes.claim_payment(item, _reschedule(payment, deadline, now)))
    except ConditionFailed:  # another run was faster
        return False
    order = require_order(shop.table, payment.customer_id, payment.order_id)
    match payment.state:
        case PaymentState.SUCCEEDED:
            return _settle_late_money(payment, order, shop)
        case PaymentState.FAILED:
            return _check_abandoned(payment, order, shop)
        case _:
            return _check_awaited(payment, order, deadline, shop)


def _check_awaited(payment: Payment, order: Order, deadline: datetime, shop: Shop) -> bool:
    """Record what the provider answers, or abandon the payment at its deadline; the checkout then runs again."""
    context = EventContext(order.correlation_id, shop.clock, resume=True)
    charge = _look_up(payment, order.payment_token, shop)
    if charge and not charge.is_awaiting:
        return _transact(writes.record_answer(payment, charge, context), shop)
    return shop.clock.now() >= deadline and _abandon(payment, charge, context, shop)


def _abandon(payment: Payment, charge: Charge | None, context: EventContext, shop: Shop) -> bool:
    final_status = _cancel(payment, charge, shop)
    if final_status and final_status.is_approved:
        return _transact(writes.record_answer(payment, final_status, context), shop)
    check_at = first_check_at(final_status, shop.clock.now())
    return _transact(writes.record_failure(payment, TIMED_OUT, context, next_check_at=check_at), shop)


def _check_abandoned(payment: Payment, order: Order, shop: Shop) -> bool:
    """An abandoned payment that was charged is late money; one that can never be charged is closed."""
    now = shop.clock.now()
    final_status = _cancel(payment, _look_up(payment, order.payment_token, shop), shop)
    if final_status and final_status.is_approved:
        context = EventContext(order.correlation_id, shop.clock, resume=True)
        return _transact(writes.record_answer(payment, final_status, context), shop)
    is_over = first_check_at(final_status, now) is None or next_check_at(payment, now) is None
    return is_over and _transact([writes.close_payment(payment)], shop)


def _settle_late_money(payment: Payment, order: Order, shop: Shop) -> bool:
    """Money that came late is kept for a confirmed order, and refunded for a cancelled one."""
    match order.status:
        case OrderStatus.PENDING:
            return False
        case OrderStatus.CANCELLED:
            refund_in_full(order, order.correlation_id, shop)
        case _:
            pass
    return _transact([writes.close_payment(reads.reread_payment(shop.table, payment))], shop)


def _transact(writes: Sequence[Write], shop: Shop) -> bool:
    """False when a webhook or another run was faster."""
    with suppress(ConditionFailed):
        shop.table.transact(writes)
        return True
    return False


def _look_up(payment: Payment, token: str, shop: Shop) -> Charge | None:
    """A provider that does not answer now is asked again when the payment is due next."""
    try:
        return shop.provider.look_up(payment.payment_id, token, payment.provider_reference)
    except ProviderTimeout:
        return None


def _cancel(payment: Payment, charge: Charge | None, shop: Shop) -> Charge | None:
    try:
        return cancel_charge(payment, charge, shop)
    except ProviderTimeout:
        return charge


def _reschedule(payment: Payment, deadline: datetime, now: datetime) -> datetime:
    """The longer a payment takes, the less often it is checked; but for certain at its deadline."""
    later = now + min(max(now - payment.created_at, _SHORTEST_WAIT), _LONGEST_WAIT)
    if payment.state is PaymentState.FAILED:
        return next_check_at(payment, now) or later
    return min(later, deadline) if now < deadline else later
