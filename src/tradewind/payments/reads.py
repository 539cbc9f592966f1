"""Reads of payments and of the ledger, and the keys of their items, which are in the partition of their order.

A payment is in an index only while it is open: its method has not answered, its money came late and the order is not
settled, or it was abandoned and may still be charged. The usual order pays nothing for the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

import msgspec

from tradewind.aws.table import Item, ItemKind, Key, Query, Table, query_all, query_pages
from tradewind.kernel.clock import iso
from tradewind.kernel.partitions import order_partition, shard_of
from tradewind.kernel.privacy import NOT_PERSONAL, Erasure, Privacy
from tradewind.payments.model import FIRST_ATTEMPT, Dispute, LedgerEntry, Payment, PaymentState
from tradewind.shop import prepare_types

ITEMS = (
    ItemKind(
        "Payment",
        "ORDER#<orderId>",
        "PAYMENT#<attempt>",
        gsi2="PAYMENT_OPEN#<shard> / <checkAt>#<paymentId>",
        note="in GSI2 only while it is open",
        privacy=Privacy(
            Erasure.KEEP,
            exported=("paymentId", "state", "amountMinor", "currency", "failure", "createdAt", "updatedAt"),
        ),
    ),
    ItemKind(
        "Ledger entry",
        "ORDER#<orderId>",
        "LEDGER#<ulid>",
        gsi2="RECORDED#<day>#<shard> / <timestamp>#<entryId>",
        note="balances are a fold over these",
        privacy=Privacy(Erasure.KEEP, exported=("kind", "amountMinor", "currency", "at")),
    ),
    ItemKind(
        "Dispute",
        "ORDER#<orderId>",
        "DISPUTE#<disputeId>",
        privacy=Privacy(Erasure.KEEP, exported=("state", "amountMinor", "currency", "reason", "openedAt", "updatedAt")),
    ),
    ItemKind(
        "Reconciliation",
        "RECONCILIATION#LEDGER",
        "UNTIL",
        note="until when the ledger was reconciled",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Movement of the fake provider",
        "FAKEBANK#<reference>",
        "<kind>",
        gsi2="FAKEBANK#<day> / <timestamp>#<reference>#<kind>",
        note="the fake's own books",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Inbox record",
        "INBOX#<provider>#<eventId>",
        "EVENT",
        note="a webhook was received; TTL 30 days",
        privacy=NOT_PERSONAL,
    ),
)

prepare_types(Payment, LedgerEntry)

OPEN_SHARDS = 4
RECORDED_SHARDS = 4
RECONCILED = Key("RECONCILIATION#LEDGER", "UNTIL")
_PAYMENT, _LEDGER, _DISPUTE = "PAYMENT#", "LEDGER#", "DISPUTE#"


class PaymentBooks(msgspec.Struct, frozen=True):
    """A payment, and all that moved money of its order."""

    payment: Payment
    ledger: list[LedgerEntry]
    disputes: list[Dispute]


def webhook_partition(provider: str, event_id: str) -> str:
    return f"INBOX#{provider}#{event_id}"


def open_partition(shard: int) -> str:
    return f"PAYMENT_OPEN#{shard}"


def payment_key(order_id: str, attempt: int) -> Key:
    return Key(order_partition(order_id), f"{_PAYMENT}{attempt:02d}")


def ledger_key(entry: LedgerEntry) -> Key:
    return Key(order_partition(entry.order_id), f"{_LEDGER}{entry.entry_id}")


def dispute_key(order_id: str, dispute_id: str) -> Key:
    return Key(order_partition(order_id), f"{_DISPUTE}{dispute_id}")


def payment_from(item: Item) -> Payment:
    return msgspec.convert(item, Payment)


def ledger_from(items: Iterable[Item]) -> list[LedgerEntry]:
    """The ledger among the items that stand beside an order."""
    return [msgspec.convert(item, LedgerEntry) for item in items if item["SK"].startswith(_LEDGER)]


def has_late_money(items: Iterable[Item]) -> bool:
    """Whether, by the items that stand beside an order, money came late for it and is still to be kept or refunded."""
    payments = [item for item in items if item["SK"].startswith(_PAYMENT) and "GSI2PK" in item]
    return any(item["state"] == PaymentState.SUCCEEDED.value for item in payments)


def recorded_partition(entry: LedgerEntry) -> str:
    """Where in GSI2 an entry is listed by its time."""
    return _recorded_partition(entry.at.date(), shard_of(entry.order_id, RECORDED_SHARDS))


def recorded_position(entry: LedgerEntry) -> str:
    return f"{iso(entry.at)}#{entry.entry_id}"


def page_recorded(table: Table, begin: datetime, end: datetime) -> Iterator[list[LedgerEntry]]:
    """The entries that were recorded from `begin` on and before `end`, page by page, in no order."""
    days = (begin.date() + timedelta(days=number) for number in range((end.date() - begin.date()).days + 1))
    for partition in (_recorded_partition(day, shard) for day in days for shard in range(RECORDED_SHARDS)):
        for page in query_pages(table, Query(partition, index="GSI2", between=(iso(begin), iso(end)))):
            yield msgspec.convert(page, list[LedgerEntry])


def find_reconciled_until(table: Table) -> datetime | None:
    """None before the first reconciliation."""
    item = table.get(RECONCILED, consistent=True)
    return datetime.fromisoformat(item["until"]) if item else None


def find_payment(table: Table, order_id: str, attempt: int = FIRST_ATTEMPT) -> Payment | None:
    """The payment as it is at this moment."""
    item = table.get(payment_key(order_id, attempt), consistent=True)
    return payment_from(item) if item else None


def reread_payment(table: Table, payment: Payment) -> Payment:
    """The payment as it is at this moment: another run, or a webhook, may have changed it."""
    return find_payment(table, payment.order_id, payment.attempt) or payment


def list_payments(table: Table, order_id: str) -> list[Payment]:
    items = query_all(table, Query(order_partition(order_id), begins=_PAYMENT, consistent=True))
    return [payment_from(item) for item in items]


def list_ledger(table: Table, order_id: str) -> list[LedgerEntry]:
    return ledger_from(query_all(table, Query(order_partition(order_id), begins=_LEDGER, consistent=True)))


def list_disputes(table: Table, order_id: str) -> list[Dispute]:
    items = query_all(table, Query(order_partition(order_id), begins=_DISPUTE, consistent=True))
    return [msgspec.convert(item, Dispute) for item in items]


def read_books(table: Table, order_id: str) -> PaymentBooks | None:
    """The payment comes first: what moves money after that changes its version. None where nothing was charged."""
    payment = find_payment(table, order_id)
    if payment is None or not payment.was_charged or payment.provider_reference is None:
        return None
    return PaymentBooks(payment, list_ledger(table, order_id), list_disputes(table, order_id))


def _recorded_partition(day: date, shard: int) -> str:
    return f"RECORDED#{day.isoformat()}#{shard}"


def list_due(table: Table, shard: int, now: datetime, limit: int) -> list[Item]:
    """The open payments of a shard that are to be checked by now, as items; the longest due first."""
    due = Query(open_partition(shard), index="GSI2", between=("0", f"{iso(now)}~"), limit=limit)
    return table.query(due).items


def find_awaiting(table: Table, order_ids: Iterable[str]) -> set[str]:
    """Those of the orders whose payment method answers later and has not answered yet."""
    found = table.get_many([payment_key(order_id, FIRST_ATTEMPT) for order_id in order_ids])
    payments = [payment_from(item) for item in found.values()]
    return {payment.order_id for payment in payments if payment.state is PaymentState.AWAITING}
