"""Refunding what an order was charged: find the charge, resolve it where its outcome is open, give back the money.

Each refund has its own idempotency key at the provider, and an id in the ledger that follows from it: requested twice,
it is made once and entered once.
"""

from __future__ import annotations

from contextlib import suppress

import msgspec

from tradewind.aws.table import ConditionFailed, Write
from tradewind.payments import reads, writes
from tradewind.payments.abandonment import cancel_charge, first_check_at
from tradewind.payments.errors import NotCharged
from tradewind.payments.model import LedgerEntry, Payment, PaymentState
from tradewind.payments.writes import EventContext
from tradewind.shop import Shop


class FullRefundRequest(msgspec.Struct, frozen=True):
    """A cancelled order whose charge goes back, but for `refunded_minor`, which was refunded before."""

    order_id: str
    token: str
    refunded_minor: int
    correlation_id: str


class RefundRequest(msgspec.Struct, frozen=True, rename="camel"):
    """A refund that the shop decided on: some or all of what an order was charged, in the order's currency."""

    order_id: str
    refund_id: str
    amount_minor: int
    reason: str


def refund_in_full(request: FullRefundRequest, shop: Shop) -> bool:
    """Refund what is left of a cancelled order's charge, once; False when it was never charged.

    Raises ProviderTimeout.
    """
    payment = reads.find_payment(shop.table, request.order_id)
    if payment and payment.is_pending:
        payment = _resolve_pending(payment, request, shop)
    if payment is None or not payment.was_charged:
        return False
    if payment.state is not PaymentState.REFUNDED:
        _refund_rest(payment, payment.amount_minor - request.refunded_minor, shop)
    return True


def refund_amount(request: RefundRequest, correlation_id: str, shop: Shop) -> None:
    """Refund an amount of an order's charge, once per refund id. Raises NotCharged, ProviderTimeout."""
    payment = reads.find_payment(shop.table, request.order_id)
    if payment is None or payment.provider_reference is None:
        raise NotCharged(f"order {request.order_id} has no charge to refund")
    entry = _make_refund(payment, request.refund_id, request.amount_minor, shop)
    context = EventContext(correlation_id, shop.clock)
    issued = writes.insert_refund_event(payment, request.refund_id, request.amount_minor, request.reason, context)
    # The provider's own webhook may have brought the entry before: only the event says that this was done already.
    with suppress(ConditionFailed):
        shop.table.transact([writes.put_ledger_entry(entry), issued])


def _resolve_pending(payment: Payment, request: FullRefundRequest, shop: Shop) -> Payment:
    """Ask the provider what became of a charge, cancel it where it is still awaited, and record its final status.

    A charge that the provider does not know is abandoned, and looked up again at each refund: the request for it may
    have been on its way, and the run that sent it may have died with the answer.
    """
    charge = shop.provider.look_up(payment.payment_id, request.token, payment.provider_reference)
    final_status = cancel_charge(payment, charge, shop)
    resolution: list[Write]
    if final_status and final_status.is_approved:
        resolution = writes.record_answer(payment, final_status, EventContext(request.correlation_id, shop.clock))
    else:
        now = shop.clock.now()
        resolution = [writes.cancel_payment(payment, final_status, now, first_check_at(final_status, now))]
    with suppress(ConditionFailed):  # a webhook or another run was faster
        shop.table.transact(resolution)
    return reads.reread_payment(shop.table, payment)


def _refund_rest(payment: Payment, rest_minor: int, shop: Shop) -> None:
    """Refund what is left of a charge, which may be nothing: then it is only noted as refunded."""
    refund: list[Write] = [writes.move_payment(payment, PaymentState.REFUNDED, shop.clock.now())]
    if rest_minor:
        entry = _make_refund(payment, f"{payment.payment_id}-refund", rest_minor, shop)
        refund.append(writes.put_ledger_entry(entry))
    with suppress(ConditionFailed):  # another run was faster
        shop.table.transact(refund)


def _make_refund(payment: Payment, key: str, amount_minor: int, shop: Shop) -> LedgerEntry:
    """Have the provider refund an amount, once per key; returns the ledger's entry of it."""
    refund = shop.provider.refund(key, payment.provider_reference or "", amount_minor, payment.currency)
    return writes.refund_entry(payment, refund.reference, amount_minor, shop.clock.now())
