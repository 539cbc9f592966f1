"""What the checkout does when an event arrives."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import Item
from tradewind.checkout.model import OrderReference
from tradewind.checkout.reconciliation import OrderRecords, find_mismatches
from tradewind.edge.consumer import Report, queue_consumer
from tradewind.inventory.public import find_reservations
from tradewind.kernel.events import Event
from tradewind.ordering.public import (
    Order,
    OrderChanged,
    OrderStatus,
    OrderWithLines,
    is_unsettled,
    lines_from,
    read_order,
    read_order_partition,
    require_order,
)
from tradewind.payments.public import (
    DisputeOpened,
    RefundFailed,
    balance,
    has_late_money,
    ledger_from,
    list_disputes,
)
from tradewind.shop import Shop

ADDS_UP, SETTLING, NOT_DONE = "AddsUp", "Settling", "NotDone"
_DONE = "order.done"


@queue_consumer
def audit_order(happened: Event, shop: Shop) -> str | Report:
    """Check that an order which is done adds up: its lines, its stock, its money. A mismatch is alarmed with its id.

    So is what happened to its money that an administrator has to deal with: a dispute, a refund that failed.
    """
    reference = msgspec.convert(happened.data, OrderReference)
    adds_up = happened.type == _DONE and _adds_up_at_a_glance(reference, shop)
    verdict = ADDS_UP if adds_up else _audit_consistently(reference, happened, shop)
    return _report_problem(reference, happened.type, verdict) if _is_problem(happened, shop) else verdict


def _adds_up_at_a_glance(reference: OrderReference, shop: Shop) -> bool:
    """By reads that cost half and may be a moment behind: nobody is alarmed by them, and no movement of money is
    judged by them, as it may be what they do not see yet.
    """
    order = read_order(shop.table, reference.customer_id, reference.order_id, consistent=False)
    beside = read_order_partition(shop.table, reference.order_id, consistent=False)
    return order is not None and not find_mismatches(_order_records(order, beside))


def _audit_consistently(reference: OrderReference, happened: Event, shop: Shop) -> str | Report:
    """Raises OrderChanged."""
    order = require_order(shop.table, reference.customer_id, reference.order_id)
    if order.status is OrderStatus.PENDING and happened.type != _DONE:  # its money moved, and it is still under way
        return NOT_DONE
    beside = read_order_partition(shop.table, reference.order_id, consistent=True)
    if require_order(shop.table, reference.customer_id, reference.order_id).version != order.version:
        raise OrderChanged
    mismatches = find_mismatches(_order_records(order, beside))
    if not mismatches:
        return ADDS_UP
    if is_unsettled(beside) or has_late_money(beside):
        return SETTLING
    facts = {"orderId": order.order_id, "mismatches": [mismatch.value for mismatch in mismatches]}
    return Report(1, {"OrderMismatch": 1}, facts)


def _is_problem(happened: Event, shop: Shop) -> bool:
    """Whether the event is about money that somebody has to see to; a late event may tell of a dispute that is won."""
    if happened.type == DisputeOpened.__name__:
        return not all(dispute.is_won for dispute in list_disputes(shop.table, happened.aggregate_id))
    return happened.type == RefundFailed.__name__


def _report_problem(reference: OrderReference, problem: str, verdict: str | Report) -> Report:
    audit = verdict if isinstance(verdict, Report) else Report(1)
    facts = {"orderId": reference.order_id, "problem": problem, **audit.facts}
    return Report(audit.done, {"PaymentProblem": 1, **audit.alarming}, facts)


def _order_records(order: Order, beside: list[Item]) -> OrderRecords:
    placed = OrderWithLines(order, lines_from(beside))
    return OrderRecords(placed, find_reservations(beside), balance(ledger_from(beside)))
