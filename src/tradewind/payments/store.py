"""Payments in the table, beside their order: `ORDER#<id>` / `PAYMENT#<attempt>` and `LEDGER#<id>`.

A payment is in an index only while somebody has to look after it: its method has not answered, it answered late and its
order is not settled, or it was given up and may still be charged. The usual order pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from tradewind.aws.table import Absent, Equals, Item, Key, OneOf, Put, Query, Table, Update, query_all
from tradewind.kernel.clock import epoch_seconds, iso
from tradewind.payments.model import PAYMENT_STATES, LedgerEntry, Payment, PaymentState

FIRST_ATTEMPT = 1
OPEN_SHARDS = 4
_OPEN_KEYS = ("GSI2PK", "GSI2SK")
_PAYMENT, _LEDGER = "PAYMENT#", "LEDGER#"
WEBHOOKS_KEPT_FOR = timedelta(days=30)
"""No provider repeats a webhook for longer."""


def partition(order_id: str) -> str:
    return f"ORDER#{order_id}"


def key(order_id: str, attempt: int) -> Key:
    return Key(partition(order_id), f"{_PAYMENT}{attempt:02d}")


def new(payment: Payment) -> Put:
    pk, sk = key(payment.order_id, payment.attempt)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(payment)}, when=(Absent(),))


def transition(
    payment: Payment,
    to: PaymentState,
    now: datetime,
    *,
    look_again_at: datetime | None = None,
    changes: Item | None = None,
) -> Update:
    """Move a payment to another state, if it is in one from which that is allowed.

    Only one that is to be looked at again is in the index.
    """
    sources = tuple(state.value for state in PAYMENT_STATES.sources(to))
    opened = _open_keys(payment, look_again_at) if look_again_at else {}
    closed = () if look_again_at else _OPEN_KEYS
    outdated = ("failure",) if to is PaymentState.SUCCEEDED else ()
    return Update(
        key(payment.order_id, payment.attempt),
        set={"state": to.value, **msgspec.to_builtins({"updatedAt": now, **(changes or {})}), **opened},
        remove=(*closed, *outdated),
        when=(OneOf("state", sources),),
    )


def closed(payment: Payment) -> Update:
    """The write that takes a payment out of the index: nothing is to be done about it any more."""
    return Update(key(payment.order_id, payment.attempt), remove=_OPEN_KEYS, when=(Equals("state", payment.state),))


def due(shard: int, now: datetime, limit: int) -> Query:
    """Payments of a shard after which the provider is to be asked by now, the longest due first."""
    return Query(_open_partition(shard), index="GSI2", between=("0", f"{iso(now)}~"), limit=limit)


def claim(item: Item, ask_again_at: datetime) -> Update:
    """Put a due payment, as it was found, back in the queue; its condition fails when another run was faster."""
    ask_at = _ask_at(from_item(item), ask_again_at)
    return Update(Key(item["PK"], item["SK"]), set={"GSI2SK": ask_at}, when=(Equals("GSI2SK", item["GSI2SK"]),))


def from_item(item: Item) -> Payment:
    return msgspec.convert(item, Payment)


def read(table: Table, order_id: str, attempt: int) -> Payment | None:
    item = table.get(key(order_id, attempt), consistent=True)
    return from_item(item) if item else None


def of_order(table: Table, order_id: str) -> list[Payment]:
    items = query_all(table, Query(partition(order_id), begins=_PAYMENT, consistent=True))
    return [from_item(item) for item in items]


def awaiting(table: Table, order_ids: Iterable[str]) -> set[str]:
    """Those of the orders whose payment method answers later and has not answered yet."""
    found = table.get_many([key(order_id, FIRST_ATTEMPT) for order_id in order_ids])
    payments = [from_item(item) for item in found.values()]
    return {payment.order_id for payment in payments if payment.state is PaymentState.AWAITING}


def recorded(entry: LedgerEntry, *, once: bool = False) -> Put:
    """An entry's id is derived from what it tells: told again, it is the same item, or refused if `once`."""
    item = {"PK": partition(entry.order_id), "SK": f"{_LEDGER}{entry.entry_id}", **msgspec.to_builtins(entry)}
    return Put(item, when=(Absent(),) if once else ())


def is_recorded(table: Table, entry: LedgerEntry) -> bool:
    return table.get(recorded(entry).key, consistent=True) is not None


def ledger(table: Table, order_id: str) -> list[LedgerEntry]:
    items = query_all(table, Query(partition(order_id), begins=_LEDGER, consistent=True))
    return ledger_in(items)


def ledger_in(items: Iterable[Item]) -> list[LedgerEntry]:
    """The ledger among the items that stand beside an order."""
    return [msgspec.convert(item, LedgerEntry) for item in items if item["SK"].startswith(_LEDGER)]


def is_money_late(items: Iterable[Item]) -> bool:
    """Whether, by the items that stand beside an order, money has come for it that nobody has decided on yet."""
    opened = [item for item in items if item["SK"].startswith(_PAYMENT) and "GSI2PK" in item]
    return any(item["state"] == PaymentState.SUCCEEDED.value for item in opened)


def inbox_partition(provider: str, event_id: str) -> str:
    return f"INBOX#{provider}#{event_id}"


def insert_webhook(provider: str, event_id: str, now: datetime) -> Put:
    """The record that a webhook came; its condition fails when it came before."""
    kept_until = epoch_seconds(now + WEBHOOKS_KEPT_FOR)
    item = {"PK": inbox_partition(provider, event_id), "SK": "EVENT", "receivedAt": iso(now), "expiresAt": kept_until}
    return Put(item, when=(Absent(),))


def _open_keys(payment: Payment, look_again_at: datetime) -> Item:
    shard = int(payment.order_id[-1], 36) % OPEN_SHARDS
    return {"GSI2PK": _open_partition(shard), "GSI2SK": _ask_at(payment, look_again_at)}


def _ask_at(payment: Payment, moment: datetime) -> str:
    return f"{iso(moment)}#{payment.payment_id}"


def _open_partition(shard: int) -> str:
    return f"PAYMENT_OPEN#{shard}"
