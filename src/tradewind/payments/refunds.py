"""Refunding what an order was charged: each refund is decided first, then made at the provider, then entered, once.

The record of the refund says whether it was made, and is never deleted. Until it says so, the provider is asked with
the refund's id as idempotency key; since providers forget keys after a day, an older refund is looked up before.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from tradewind.aws.table import ConditionFailed, Write
from tradewind.kernel.clock import Clock
from tradewind.ordering.public import (
    Order,
    OrderChanged,
    PaymentStatus,
    Refund,
    RefundOrigin,
    RefundState,
    find_refund,
    list_refunds,
    require_order,
)
from tradewind.ordering.public_writes import mark_failed, mark_issued, record_external_refund, refund_rest, undo_refund
from tradewind.payments import reads, writes
from tradewind.payments.abandonment import cancel_charge, first_check_at
from tradewind.payments.errors import NotCharged
from tradewind.payments.model import LedgerKind, Payment, RefundFailed, RefundIssued, balance
from tradewind.payments.provider import NOT_ENOUGH_LEFT, RefundAnswer
from tradewind.payments.reads import PaymentBooks
from tradewind.payments.writes import EventContext
from tradewind.shop import Shop

_KEY_VALID_FOR = timedelta(hours=23)
"""Providers forget an idempotency key after a day: asked again after that, they would refund again."""

_ATTEMPTS = 5
EXTERNAL_REASON = "refunded by the shop"
"""What is known of why a refund was made at the provider itself."""


def refund_in_full(order: Order, correlation_id: str, shop: Shop) -> bool:
    """Refund what is left of a cancelled order's charge, once; False when it was never charged.

    Raises ProviderTimeout, OrderChanged.
    """
    payment = reads.find_payment(shop.table, order.order_id)
    if payment and payment.is_pending:
        payment = _resolve_pending(payment, order, correlation_id, shop)
    if payment is None or not payment.was_charged:
        return False
    rest = _decide_rest(order, payment, correlation_id, shop)
    if rest:
        issue(rest, shop)
    return True


def issue(refund: Refund, shop: Shop) -> RefundState:
    """Have the provider make a refund that was decided, once, and record it; returns the state it is in then.

    Raises NotCharged, ProviderTimeout, OrderChanged.
    """
    if refund.state is not RefundState.REQUESTED:
        return refund.state
    answer = _ask_provider(refund, _read_books(refund.order_id, shop), shop)
    if answer.failure:
        return fail(refund, answer.failure, shop, reference=answer.reference)
    return settle(refund, answer.reference, shop)


def settle(refund: Refund, reference: str, shop: Shop) -> RefundState:
    """Record that the provider has made a refund, `reference` being its id of it. Raises OrderChanged."""
    for _ in range(_ATTEMPTS):
        books = _read_books(refund.order_id, shop)
        try:
            shop.table.transact(_record_issued(refund, reference, books, shop))
        except ConditionFailed as failed:
            if 0 in failed.positions:
                return _settle_known(refund, reference, books, shop)
        else:
            return RefundState.ISSUED
    raise OrderChanged


def settle_external(payment: Payment, reference: str, amount_minor: int, correlation_id: str, shop: Shop) -> bool:
    """Take a refund that was made at the provider itself as decided and issued; False when it is known.

    Raises OrderChanged.
    """
    context = EventContext(correlation_id, shop.clock)
    for _ in range(_ATTEMPTS):
        books = _read_books(payment.order_id, shop)
        order = require_order(shop.table, payment.customer_id, payment.order_id)
        made = record_external_refund(
            order, reference, amount_minor, EXTERNAL_REASON, shop.clock, correlation_id=correlation_id
        )
        entry = writes.ledger_entry(payment, LedgerKind.REFUNDED, reference, amount_minor, shop.clock.now())
        issued = _issued(payment, reference, amount_minor, EXTERNAL_REASON)
        announced = writes.put_event(payment, issued, reference, context)
        try:
            shop.table.transact([*made, *writes.move_money(books, [entry], shop.clock.now()), announced])
        except ConditionFailed as failed:
            if 0 in failed.positions:
                return False
        else:
            return True
    raise OrderChanged


def fail(refund: Refund, failure: str, shop: Shop, *, reference: str = "") -> RefundState:
    """Record that a refund's money did not go, or came back, and that the order is not refunded by it.

    `reference` is the provider's id of a refund that it had made. Raises OrderChanged.
    """
    for _ in range(_ATTEMPTS):
        books = _read_books(refund.order_id, shop)
        order = require_order(shop.table, refund.customer_id, refund.order_id)
        try:
            shop.table.transact(_record_failed(refund, failure, reference, order, books, shop))
        except ConditionFailed as failed:
            if 0 in failed.positions:
                return _reread(refund, shop).state
        else:
            return RefundState.FAILED
    raise OrderChanged


def _resolve_pending(payment: Payment, order: Order, correlation_id: str, shop: Shop) -> Payment:
    """Ask the provider what became of a charge, cancel it where it is still awaited, and record its final status.

    A charge that the provider does not know is abandoned, and looked up again at each refund: the request for it may
    have been on its way, and the run that sent it may have died with the answer.
    """
    charge = shop.provider.look_up(payment.payment_id, order.payment_token, payment.provider_reference)
    final_status = cancel_charge(payment, charge, shop)
    resolution: list[Write]
    if final_status and final_status.is_approved:
        resolution = writes.record_answer(payment, final_status, EventContext(correlation_id, shop.clock))
    else:
        now = shop.clock.now()
        resolution = [writes.cancel_payment(payment, final_status, now, first_check_at(final_status, now))]
    with suppress(ConditionFailed):  # a webhook or another run was faster
        shop.table.transact(resolution)
    return reads.reread_payment(shop.table, payment)


def _decide_rest(order: Order, payment: Payment, correlation_id: str, shop: Shop) -> Refund | None:
    """The refund of what is left of a cancelled order's charge, decided now or before; None when nothing is left.

    It is decided anew where the one before was more than was left at the provider, and less is to be refunded since.
    Raises OrderChanged.
    """
    for _ in range(_ATTEMPTS):
        decided = [
            each for each in list_refunds(shop.table, order.order_id) if each.origin is RefundOrigin.CANCELLATION
        ]
        last = max(decided, key=lambda refund: refund.created_at, default=None)
        if last and last.failure != NOT_ENOUGH_LEFT:
            return last
        left_minor = order.total_minor - order.refunded_minor
        is_done = left_minor <= 0 and order.payment_status is PaymentStatus.REFUNDED
        if is_done or (last and left_minor >= last.amount_minor):
            return None
        rest_id = f"{payment.payment_id}-refund-{len(decided) + 1}"
        rest, changes = refund_rest(order, rest_id, shop.clock, correlation_id=correlation_id)
        with suppress(ConditionFailed):
            shop.table.transact(changes)
            return rest
        order = require_order(shop.table, order.customer_id, order.order_id)
    raise OrderChanged


def _ask_provider(refund: Refund, books: PaymentBooks, shop: Shop) -> RefundAnswer:
    """The provider's answer to a refund; one that it may have made long ago is looked up first. Raises ProviderTimeout.

    One that is larger than what the shop keeps of the charge is not requested.
    """
    key, charge_reference = refund.refund_id, books.payment.provider_reference or ""
    is_affordable = refund.amount_minor <= balance(books.ledger).kept
    if not is_affordable or _is_key_expired(refund, shop.clock):
        found = shop.provider.find_refund(key, charge_reference)
        if found:
            return found
    if not is_affordable:
        return RefundAnswer("", NOT_ENOUGH_LEFT)
    return shop.provider.refund(key, charge_reference, refund.amount_minor, refund.currency)


def _is_key_expired(refund: Refund, clock: Clock) -> bool:
    return clock.now() - refund.created_at > _KEY_VALID_FOR


def _record_issued(refund: Refund, reference: str, books: PaymentBooks, shop: Shop) -> list[Write]:
    """The first condition fails when it is known. The customer hears of a cancelled order's refund by its own mail."""
    now, is_of_cancellation = shop.clock.now(), refund.origin is RefundOrigin.CANCELLATION
    entry = writes.ledger_entry(books.payment, LedgerKind.REFUNDED, reference, refund.amount_minor, now)
    issued = _issued(books.payment, refund.refund_id, refund.amount_minor, refund.reason)
    context = EventContext(refund.correlation_id, shop.clock)
    announced = writes.put_event(books.payment, issued, refund.refund_id, context)
    return [
        mark_issued(refund, reference, now),
        *writes.move_money(books, [entry], now, closes=is_of_cancellation),
        *([] if is_of_cancellation else [announced]),
    ]


def _record_failed(
    refund: Refund, failure: str, reference: str, order: Order, books: PaymentBooks, shop: Shop
) -> list[Write]:
    """The first condition fails when it is known."""
    now = shop.clock.now()
    kinds = (LedgerKind.REFUNDED, LedgerKind.REFUND_FAILED) if reference else ()
    entries = [writes.ledger_entry(books.payment, kind, reference, refund.amount_minor, now) for kind in kinds]
    failed = RefundFailed(
        order_id=refund.order_id,
        customer_id=refund.customer_id,
        refund_id=refund.refund_id,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        reason=failure,
    )
    return [
        mark_failed(refund, failure, now, reference or None),
        undo_refund(order, refund.amount_minor, now),
        *(writes.move_money(books, entries, now) if entries else []),
        writes.put_event(books.payment, failed, refund.refund_id, EventContext(refund.correlation_id, shop.clock)),
    ]


def _settle_known(refund: Refund, reference: str, books: PaymentBooks, shop: Shop) -> RefundState:
    """Another run was faster. Where it recorded another refund, or none, this one was made beside the shop's books."""
    known = _reread(refund, shop)
    if known.reference != reference:
        settle_external(books.payment, reference, refund.amount_minor, refund.correlation_id, shop)
    return known.state


def _issued(payment: Payment, refund_id: str, amount_minor: int, reason: str) -> RefundIssued:
    return RefundIssued(
        order_id=payment.order_id,
        customer_id=payment.customer_id,
        refund_id=refund_id,
        amount_minor=amount_minor,
        currency=payment.currency,
        reason=reason,
    )


def _read_books(order_id: str, shop: Shop) -> PaymentBooks:
    """Raises NotCharged."""
    books = reads.read_books(shop.table, order_id)
    if books is None:
        raise NotCharged(f"order {order_id} has no charge to refund")
    return books


def _reread(refund: Refund, shop: Shop) -> Refund:
    return find_refund(shop.table, refund.order_id, refund.refund_id) or refund
