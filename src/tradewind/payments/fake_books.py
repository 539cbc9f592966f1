"""The books of the fake provider: every movement of its money, kept in the shop's table, beside the shop's own ledger.

A movement is booked once, however often it is asked for or reported.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

import msgspec

from tradewind.aws.table import Absent, ConditionFailed, Item, Key, Put, Query, Table
from tradewind.kernel.clock import Clock, iso
from tradewind.payments.model import LedgerKind
from tradewind.payments.provider import MovementPage, ProviderMovement

_PAGE = 100


class Books:
    """`table` gives the table once something is booked: most functions of a provider book nothing."""

    def __init__(self, table: Callable[[], Table], clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def book(
        self, kind: LedgerKind, reference: str, amount_minor: int, currency: str, payment_id: str, charge_reference: str
    ) -> None:
        """Note that money moved now, unless it is noted."""
        now = self._clock.now()
        movement = ProviderMovement(kind, reference, amount_minor, currency, now, payment_id, charge_reference)
        (pk, sk), position = _key(kind, reference), f"{iso(now)}#{reference}#{kind}"
        listed = {"GSI2PK": _partition(position), "GSI2SK": position}
        with suppress(ConditionFailed):
            self._table().write(Put({"PK": pk, "SK": sk, **listed, **msgspec.to_builtins(movement)}, when=(Absent(),)))

    def page(self, begin: datetime, end: datetime, cursor: str | None) -> MovementPage:
        """The movements of a time in their order, day by day; `cursor` is where in which day the page begins."""
        first = cursor or iso(begin)
        page = self._table().query(Query(_partition(first), index="GSI2", between=(first, iso(end)), limit=_PAGE))
        movements = [msgspec.convert(item, ProviderMovement) for item in page.items]
        if page.last is not None and page.items:
            return MovementPage(movements, f"{page.items[-1]['GSI2SK']}~")
        following = (date.fromisoformat(first[:10]) + timedelta(days=1)).isoformat()
        return MovementPage(movements, following if following < iso(end) else None)

    def find(self, kind: LedgerKind, reference: str) -> ProviderMovement | None:
        item: Item | None = self._table().get(_key(kind, reference), consistent=True)
        return msgspec.convert(item, ProviderMovement) if item else None


def _key(kind: LedgerKind, reference: str) -> Key:
    return Key(f"FAKEBANK#{reference}", kind.value)


def _partition(position: str) -> str:
    """Where in GSI2 the movements of a day are; a position begins with it."""
    return f"FAKEBANK#{position[:10]}"
