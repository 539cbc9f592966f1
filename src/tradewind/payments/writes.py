"""Writes of payments, above all those that record what a provider answered.

An answer is recorded in one transaction: the payment's transition, the ledger's entry where money moved, and the event.
The transition is the condition of them all, and the ids follow from what is recorded: the same answer, received twice
or in another order, changes nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from tradewind.aws.events import record_event
from tradewind.aws.table import Absent, Equals, Item, Key, OneOf, Put, Update, Write
from tradewind.kernel.clock import Clock, derive_ulid, epoch_seconds, iso
from tradewind.kernel.events import EventData, event
from tradewind.kernel.partitions import order_partition, shard_of
from tradewind.payments.model import (
    CANCELLED,
    CHECK_AFTER,
    DISPUTE_STATES,
    RECHECK_AFTER,
    Dispute,
    LedgerEntry,
    LedgerKind,
    Payment,
    PaymentFailed,
    PaymentState,
    PaymentSucceeded,
    PaymentWebhookReceived,
    balance,
    sources_of_answer,
    state_of_charged,
)
from tradewind.payments.provider import Charge, ChargeOutcome, WebhookEvent
from tradewind.payments.reads import (
    OPEN_SHARDS,
    RECONCILED,
    PaymentBooks,
    dispute_key,
    ledger_key,
    open_partition,
    payment_from,
    payment_key,
    recorded_partition,
    recorded_position,
    webhook_partition,
)

WEBHOOKS_KEPT_FOR = timedelta(days=30)
"""No provider repeats a webhook for longer."""

_OPEN_KEYS = ("GSI2PK", "GSI2SK")


class EventContext(msgspec.Struct, frozen=True):
    """What an event takes from the run that records it; `resume` when no checkout waits, so that one has to begin."""

    correlation_id: str
    clock: Clock
    resume: bool = False


def insert_payment(payment: Payment) -> Put:
    pk, sk = payment_key(payment.order_id, payment.attempt)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(payment)}, when=(Absent(),))


def record_answer(payment: Payment, charge: Charge, context: EventContext) -> list[Write]:
    """Record whatever the provider answered."""
    match charge.outcome:
        case ChargeOutcome.APPROVED:
            return record_success(payment, charge.reference, context)
        case ChargeOutcome.AWAITING:
            now, changes = context.clock.now(), {"providerReference": charge.reference}
            return [move_payment(payment, PaymentState.AWAITING, now, now + CHECK_AFTER, changes)]
        case refusal:
            return record_failure(payment, refusal.value, context, reference=charge.reference)


def record_success(payment: Payment, reference: str, context: EventContext) -> list[Write]:
    """Record that the charge was made. One that comes late stays open: its order may have been cancelled long ago."""
    now = context.clock.now()
    succeeded = PaymentSucceeded(
        order_id=payment.order_id,
        customer_id=payment.customer_id,
        payment_id=payment.payment_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        resume=context.resume,
    )
    check_at = now + CHECK_AFTER if context.resume else None
    return [
        move_payment(payment, PaymentState.SUCCEEDED, now, check_at, {"providerReference": reference}),
        put_ledger_entry(ledger_entry(payment, LedgerKind.CHARGED, reference, payment.amount_minor, now)),
        put_event(payment, succeeded, payment.payment_id, context),
    ]


def record_failure(
    payment: Payment,
    failure: str,
    context: EventContext,
    *,
    reference: str | None = None,
    next_check_at: datetime | None = None,
) -> list[Write]:
    """Record that the charge was not made; `next_check_at` where it may be made all the same."""
    failed = PaymentFailed(
        order_id=payment.order_id,
        customer_id=payment.customer_id,
        payment_id=payment.payment_id,
        reason=failure,
        resume=context.resume,
    )
    return [
        _fail_payment(payment, failure, context.clock.now(), reference, next_check_at),
        put_event(payment, failed, payment.payment_id, context),
    ]


def record_not_found(payment: Payment, context: EventContext) -> list[Write]:
    """Record that the provider does not know the charge. The request for it may still arrive: it is checked again."""
    check_at = context.clock.now() + RECHECK_AFTER[0]
    return record_failure(payment, CANCELLED, context, next_check_at=check_at)


def cancel_payment(
    payment: Payment, final_status: Charge | None, now: datetime, next_check_at: datetime | None
) -> Update:
    """Record that the order was cancelled before its charge was made; without an event, since nobody waits for one."""
    return _fail_payment(payment, CANCELLED, now, final_status.reference if final_status else None, next_check_at)


def move_payment(
    payment: Payment,
    to: PaymentState,
    now: datetime,
    next_check_at: datetime | None = None,
    changes: Item | None = None,
) -> Update:
    """Move a payment where the answer to its charge leads it; it stays open only where it is to be checked again.

    The condition fails when the payment was charged, or this was recorded, before.
    """
    sources = tuple(state.value for state in sources_of_answer(to))
    open_keys = _open_keys(payment, next_check_at) if next_check_at else {}
    closed = () if next_check_at else _OPEN_KEYS
    outdated = ("failure",) if to is PaymentState.SUCCEEDED else ()
    return Update(
        payment_key(payment.order_id, payment.attempt),
        set={"state": to.value, **msgspec.to_builtins({"updatedAt": now, **(changes or {})}), **open_keys},
        remove=(*closed, *outdated),
        when=(OneOf("state", sources),),
    )


def close_payment(payment: Payment) -> Update:
    """Check a payment no more: nothing can become of it."""
    key = payment_key(payment.order_id, payment.attempt)
    return Update(key, remove=_OPEN_KEYS, when=(Equals("state", payment.state),))


def claim_payment(item: Item, next_check_at: datetime) -> Update:
    """Put a due payment, as it was read, back in the queue; the condition fails when another run was faster."""
    due_at = _due_at(payment_from(item), next_check_at)
    return Update(Key(item["PK"], item["SK"]), set={"GSI2SK": due_at}, when=(Equals("GSI2SK", item["GSI2SK"]),))


def move_money(
    books: PaymentBooks,
    entries: Sequence[LedgerEntry],
    now: datetime,
    *,
    dispute: Dispute | None = None,
    closes: bool = False,
) -> list[Write]:
    """Enter what moved money of a charged payment, and the state that it leaves the payment in.

    The condition fails when other money moved since the books were read. With `closes` the payment is not checked any
    more.
    """
    payment = books.payment
    others = [each for each in books.disputes if dispute is None or each.dispute_id != dispute.dispute_id]
    disputes = [*others, dispute] if dispute else others
    state = state_of_charged(balance([*books.ledger, *entries]), disputes)
    moved = Update(
        payment_key(payment.order_id, payment.attempt),
        set={"state": state.value, "updatedAt": msgspec.to_builtins(now)},
        add={"version": 1},
        remove=_OPEN_KEYS if closes else (),
        when=(_has_version(payment.version),),
    )
    return [moved, *map(put_ledger_entry, entries)]


def insert_dispute(dispute: Dispute) -> Put:
    """The condition fails when there is a dispute with this id."""
    pk, sk = dispute_key(dispute.order_id, dispute.dispute_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(dispute)}, when=(Absent(),))


def move_dispute(dispute: Dispute) -> Update:
    """Record how a dispute stands now; the condition fails when what is recorded is newer."""
    sources = tuple(state.value for state in (*DISPUTE_STATES.sources(dispute.state), dispute.state))
    changes = {"state": dispute.state, "amountMinor": dispute.amount_minor, "updatedAt": dispute.updated_at}
    key = dispute_key(dispute.order_id, dispute.dispute_id)
    return Update(key, set=msgspec.to_builtins(changes), when=(OneOf("state", sources),))


def put_ledger_entry(entry: LedgerEntry) -> Put:
    """Record a movement of money; its id is derived from the movement, so that a second write stores the same item.

    It is listed by the time of the record, for the reconciliation; what moved nothing is at no provider.
    """
    pk, sk = ledger_key(entry)
    listed = {"GSI2PK": recorded_partition(entry), "GSI2SK": recorded_position(entry)} if entry.amount_minor else {}
    return Put({"PK": pk, "SK": sk, **listed, **msgspec.to_builtins(entry)})


def record_reconciled(last: datetime | None, until: datetime) -> Update:
    """The ledger was reconciled from `last` on; the condition fails when another run was faster."""
    is_unchanged = Equals("until", iso(last)) if last else Absent("until")
    return Update(RECONCILED, set={"until": iso(until)}, when=(is_unchanged,))


def ledger_entry(payment: Payment, kind: LedgerKind, reference: str, amount_minor: int, at: datetime) -> LedgerEntry:
    """The ledger's entry of a movement; `reference` is the provider's id of it."""
    return LedgerEntry(
        entry_id=derive_ulid(payment.created_at, f"{kind}#{reference}"),
        order_id=payment.order_id,
        kind=kind,
        reference=reference,
        amount_minor=amount_minor,
        currency=payment.currency,
        at=at,
    )


def insert_webhook(webhook: WebhookEvent, provider: str, context: EventContext) -> list[Put]:
    """Keep a webhook and announce it, once per event; both are forgotten after a while."""
    received = PaymentWebhookReceived(
        provider=provider,
        webhook_event_id=webhook.event_id,
        webhook_event_type=webhook.type,
        payment_id=webhook.payment_id,
        reference=webhook.reference,
        amount_minor=webhook.amount_minor,
        currency=webhook.currency,
        reason=webhook.reason.value,
        charge_reference=webhook.charge_reference,
        refund_id=webhook.refund_id,
        note=webhook.note,
        dispute=webhook.dispute,
    )
    announced = event(
        received,
        about=webhook.payment_id or webhook.charge_reference,
        sequence=1,
        clock=context.clock,
        correlation_id=context.correlation_id,
    )
    now, pk = context.clock.now(), webhook_partition(provider, webhook.event_id)
    expires = {"expiresAt": epoch_seconds(now + WEBHOOKS_KEPT_FOR)}
    return [
        Put({"PK": pk, "SK": "EVENT", "receivedAt": iso(now), **expires}, when=(Absent(),)),
        Put(record_event(announced, pk).item | expires),
    ]


def put_event(payment: Payment, data: EventData, about: str, context: EventContext) -> Put:
    """The event of what became of `about`, a payment, refund or dispute; written again, it is the same item."""
    announced = event(
        data,
        about=payment.order_id,
        sequence=payment.attempt,
        clock=context.clock,
        correlation_id=context.correlation_id,
        event_id=derive_ulid(payment.created_at, f"{type(data).__name__}#{about}"),
    )
    return record_event(announced, order_partition(payment.order_id))


def _fail_payment(
    payment: Payment, failure: str, now: datetime, reference: str | None, next_check_at: datetime | None
) -> Update:
    changes = {"failure": failure} | ({"providerReference": reference} if reference else {})
    return move_payment(payment, PaymentState.FAILED, now, next_check_at, changes)


def _has_version(version: int) -> Absent | Equals:
    """A payment that no money moved of after its charge has no version yet."""
    return Equals("version", version) if version else Absent("version")


def _open_keys(payment: Payment, next_check_at: datetime) -> Item:
    shard = shard_of(payment.order_id, OPEN_SHARDS)
    return {"GSI2PK": open_partition(shard), "GSI2SK": _due_at(payment, next_check_at)}


def _due_at(payment: Payment, moment: datetime) -> str:
    return f"{iso(moment)}#{payment.payment_id}"
