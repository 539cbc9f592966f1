"""Disputes: a customer asks their bank for the money back, and the provider takes it from the shop meanwhile."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed, Write
from tradewind.ordering.public import OrderChanged
from tradewind.payments import reads, writes
from tradewind.payments.model import (
    DISPUTE_STATES,
    Dispute,
    DisputeClosed,
    DisputeOpened,
    DisputeStanding,
    DisputeState,
    LedgerEntry,
    LedgerKind,
    Payment,
    PaymentWebhookReceived,
)
from tradewind.payments.reads import PaymentBooks
from tradewind.payments.writes import EventContext
from tradewind.shop import Shop

_ATTEMPTS = 5


def record_dispute(
    payment: Payment, received: PaymentWebhookReceived, standing: DisputeStanding, context: EventContext, shop: Shop
) -> bool:
    """Record how a dispute stands, and the money that it moved; False when that is known. Raises OrderChanged."""
    for _ in range(_ATTEMPTS):
        books = reads.read_books(shop.table, payment.order_id)
        changes = _record(books, received, standing, context) if books else []
        if not changes:
            return False
        try:
            shop.table.transact(changes)
        except ConditionFailed:  # other money moved, or another webhook about the dispute was faster
            continue
        return True
    raise OrderChanged


def _record(
    books: PaymentBooks, received: PaymentWebhookReceived, standing: DisputeStanding, context: EventContext
) -> list[Write]:
    known = next((each for each in books.disputes if each.dispute_id == received.reference), None)
    dispute = _dispute(books.payment, known, received, standing, context)
    entries = _unknown_entries(books, received, standing, context)
    is_news = known is None or known.state is not dispute.state
    if not is_news and not entries:
        return []
    recorded = writes.move_dispute(dispute) if known else writes.insert_dispute(dispute)
    return [
        recorded,
        *writes.move_money(books, entries, context.clock.now(), dispute=dispute),
        *(_announce(books.payment, dispute, context, is_first=known is None) if is_news else []),
    ]


def _dispute(
    payment: Payment,
    known: Dispute | None,
    received: PaymentWebhookReceived,
    standing: DisputeStanding,
    context: EventContext,
) -> Dispute:
    """The dispute as it stands by this webhook, unless a later one came before."""
    now = context.clock.now()
    is_older = known is not None and not DISPUTE_STATES.allows(known.state, standing.state)
    return Dispute(
        dispute_id=received.reference,
        order_id=payment.order_id,
        payment_id=payment.payment_id,
        state=known.state if known and is_older else standing.state,
        amount_minor=received.amount_minor,
        currency=received.currency,
        reason=received.note,
        opened_at=known.opened_at if known else now,
        updated_at=now,
    )


def _unknown_entries(
    books: PaymentBooks, received: PaymentWebhookReceived, standing: DisputeStanding, context: EventContext
) -> list[LedgerEntry]:
    """The movements that the webhook tells of and the ledger does not have."""
    moved = {LedgerKind.DISPUTED: standing.is_withdrawn, LedgerKind.REINSTATED: standing.is_reinstated}
    known = {(entry.kind, entry.reference) for entry in books.ledger}
    return [
        writes.ledger_entry(books.payment, kind, received.reference, received.amount_minor, context.clock.now())
        for kind, is_moved in moved.items()
        if is_moved and (kind, received.reference) not in known
    ]


def _announce(payment: Payment, dispute: Dispute, context: EventContext, *, is_first: bool) -> list[Write]:
    """Announce a dispute's new state, once; one that is first heard of when it is over was opened, too."""
    about = f"{dispute.dispute_id}#{dispute.state}"
    is_closed = dispute.state in (DisputeState.WON, DisputeState.LOST)
    announced = [
        *([_opened(payment, dispute)] if is_first or not is_closed else []),
        *([_closed(payment, dispute)] if is_closed else []),
    ]
    return [writes.put_event(payment, data, about, context) for data in announced]


def _opened(payment: Payment, dispute: Dispute) -> DisputeOpened:
    return DisputeOpened(
        order_id=payment.order_id,
        customer_id=payment.customer_id,
        dispute_id=dispute.dispute_id,
        state=dispute.state,
        amount_minor=dispute.amount_minor,
        currency=dispute.currency,
        reason=dispute.reason,
    )


def _closed(payment: Payment, dispute: Dispute) -> DisputeClosed:
    return DisputeClosed(
        order_id=payment.order_id,
        customer_id=payment.customer_id,
        dispute_id=dispute.dispute_id,
        state=dispute.state,
    )
