"""Payments in the table, beside their order: `ORDER#<id>` / `PAYMENT#<attempt>` and `LEDGER#<id>`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tradewind.aws.table import Absent, Key, OneOf, Put, Query, Table, Update, query_all
from tradewind.payments.model import PAYMENT_STATES, LedgerEntry, Payment, PaymentState

FIRST_ATTEMPT = 1


def partition(order_id: str) -> str:
    return f"ORDER#{order_id}"


def key(order_id: str, attempt: int) -> Key:
    return Key(partition(order_id), f"PAYMENT#{attempt:02d}")


def new(payment: Payment) -> Put:
    pk, sk = key(payment.order_id, payment.attempt)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(payment)}, when=(Absent(),))


def transition(payment: Payment, to: PaymentState, **changes: object) -> Update:
    sources = tuple(state.value for state in PAYMENT_STATES.sources(to))
    return Update(
        key(payment.order_id, payment.attempt),
        set={"state": to.value, **msgspec.to_builtins(changes)},
        when=(OneOf("state", sources),),
    )


def read(table: Table, order_id: str, attempt: int) -> Payment | None:
    item = table.get(key(order_id, attempt), consistent=True)
    return msgspec.convert(item, Payment) if item else None


def awaiting(table: Table, order_ids: Iterable[str]) -> set[str]:
    """Those of the orders whose payment method answers later and has not answered yet."""
    found = table.get_many([key(order_id, FIRST_ATTEMPT) for order_id in order_ids])
    payments = [msgspec.convert(item, Payment) for item in found.values()]
    return {payment.order_id for payment in payments if payment.state is PaymentState.AWAITING}


def recorded(entry: LedgerEntry, *, once: bool = False) -> Put:
    """An entry's id is derived from what it tells: told again, it is the same item, or refused if `once`."""
    item = {"PK": partition(entry.order_id), "SK": f"LEDGER#{entry.entry_id}", **msgspec.to_builtins(entry)}
    return Put(item, when=(Absent(),) if once else ())


def ledger(table: Table, order_id: str) -> list[LedgerEntry]:
    items = query_all(table, Query(partition(order_id), begins="LEDGER#", consistent=True))
    return [msgspec.convert(item, LedgerEntry) for item in items]
