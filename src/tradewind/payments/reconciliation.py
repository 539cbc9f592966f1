"""The reconciliation: the shop's ledger against the provider's own list of movements, both ways, each movement once.

A run begins where the last one ended and goes on to what is half a day old, so that it costs what moved in between.
By then every movement has been recorded, also one whose webhook was lost. Clocks differ and records come late, so
neither list ends where the other does: what is in one of them alone is looked up by itself before it counts as missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from tradewind.aws.table import ConditionFailed
from tradewind.edge.consumer import Report, job
from tradewind.payments import reads, writes
from tradewind.payments.model import LedgerEntry, LedgerKind, parse_payment_id
from tradewind.payments.provider import ProviderMovement
from tradewind.shop import Shop

SETTLED_AFTER = timedelta(hours=12)
"""What the shop has not heard of by itself is asked for every six hours at least."""

_FIRST_LOOK = timedelta(days=1)
_CLOCKS_DIFFER_BY = timedelta(minutes=15)
_LONGEST_PERIOD = timedelta(days=1)
_SHORTEST_PERIOD = timedelta(minutes=1)
_MOST_ENTRIES = 20_000
"""In memory at once: a period with more is halved."""
_BEGIN_WITHIN = timedelta(minutes=9)
"""No period is begun later in a run; what is left is the next run's."""
_LISTED = 20


class Fault(StrEnum):
    MISSING_IN_LEDGER = "MissingInLedger"
    MISSING_AT_PROVIDER = "MissingAtProvider"
    OTHER_AMOUNT = "OtherAmount"


class Difference(msgspec.Struct, frozen=True, rename="camel"):
    """A movement of which the ledger and the provider say different things; an amount that one lacks is 0."""

    fault: Fault
    kind: LedgerKind
    reference: str
    order_id: str
    ledger_minor: int
    provider_minor: int


class Comparison(NamedTuple):
    """What a period came to: how many movements were compared, and where they differ."""

    end: datetime
    compared: int
    differences: list[Difference]


class _TooManyEntries(Exception):
    """The period is too long for the memory of one run."""


@job
def reconcile_ledger(shop: Shop) -> Report:
    """Compare the ledger with the provider's movements since the last run, and report every difference once."""
    started = shop.clock.now()
    last, until = reads.find_reconciled_until(shop.table), started - SETTLED_AFTER
    begin = last or until - _FIRST_LOOK
    compared, differences = 0, list[Difference]()
    while begin < until and shop.clock.now() - started < _BEGIN_WITHIN:
        comparison = _compare_longest(begin, min(until, begin + _LONGEST_PERIOD), shop)
        begin, compared = comparison.end, compared + comparison.compared
        differences += comparison.differences
    try:
        shop.table.write(writes.record_reconciled(last, begin))
    except ConditionFailed:  # another run was faster, and reports the same
        return Report(0)
    facts: dict[str, Any] = {"until": begin}
    if differences:
        facts["differences"] = msgspec.to_builtins(differences[:_LISTED])
    return Report(compared, {"LedgerDifference": len(differences)}, msgspec.to_builtins(facts))


def _compare_longest(begin: datetime, end: datetime, shop: Shop) -> Comparison:
    """Compare a period, or as much of it from its beginning as fits into memory."""
    while True:
        try:
            return _compare(begin, end, shop)
        except _TooManyEntries:
            end = begin + max(_SHORTEST_PERIOD, (end - begin) / 2)


def _compare(begin: datetime, end: datetime, shop: Shop) -> Comparison:
    """Raises _TooManyEntries, ProviderTimeout."""
    around = begin - _CLOCKS_DIFFER_BY, end + _CLOCKS_DIFFER_BY
    entries = _read_entries(*around, shop, is_bounded=end - begin > _SHORTEST_PERIOD)
    differences, listed, compared = list[Difference](), set[tuple[LedgerKind, str]](), 0
    for movement in _list_movements(*around, shop):
        identity = movement.kind, movement.reference
        listed.add(identity)
        if begin <= movement.at < end:
            compared += 1
            differences += _check_movement(movement, entries.get(identity), shop)
    for identity, entry in entries.items():
        if identity not in listed and begin <= entry.at < end:
            compared += 1
            differences += _check_entry(entry, shop)
    return Comparison(end, compared, differences)


def _read_entries(
    begin: datetime, end: datetime, shop: Shop, *, is_bounded: bool
) -> dict[tuple[LedgerKind, str], LedgerEntry]:
    entries: dict[tuple[LedgerKind, str], LedgerEntry] = {}
    for page in reads.page_recorded(shop.table, begin, end):
        entries |= {(entry.kind, entry.reference): entry for entry in page}
        if is_bounded and len(entries) > _MOST_ENTRIES:
            raise _TooManyEntries
    return entries


def _list_movements(begin: datetime, end: datetime, shop: Shop) -> Iterator[ProviderMovement]:
    page = shop.provider.list_movements(begin, end, None)
    yield from page.movements
    while page.next_cursor is not None:
        page = shop.provider.list_movements(begin, end, page.next_cursor)
        yield from page.movements


def _check_movement(movement: ProviderMovement, entry: LedgerEntry | None, shop: Shop) -> list[Difference]:
    """One that was recorded at another time is found in the ledger of its order; one of another shop is nobody's."""
    order_id = entry.order_id if entry else _find_order_id(movement, shop)
    if order_id is None:
        return []
    entry = entry or _find_entry(order_id, movement, shop)
    if entry is None:
        return [_difference(Fault.MISSING_IN_LEDGER, movement, order_id, provider_minor=movement.amount_minor)]
    return _compare_amounts(entry, movement)


def _find_order_id(movement: ProviderMovement, shop: Shop) -> str | None:
    payment_id = movement.payment_id or shop.provider.find_payment_id(movement.charge_reference)
    parsed = parse_payment_id(payment_id) if payment_id else None
    return parsed[0] if parsed else None


def _find_entry(order_id: str, movement: ProviderMovement, shop: Shop) -> LedgerEntry | None:
    ledger = reads.list_ledger(shop.table, order_id)
    identity = movement.kind, movement.reference
    return next((entry for entry in ledger if (entry.kind, entry.reference) == identity), None)


def _check_entry(entry: LedgerEntry, shop: Shop) -> list[Difference]:
    """One that the provider lists at another time is found by its reference."""
    movement = shop.provider.find_movement(entry.kind, entry.reference)
    if movement is None:
        return [_difference(Fault.MISSING_AT_PROVIDER, entry, entry.order_id, ledger_minor=entry.amount_minor)]
    return _compare_amounts(entry, movement)


def _compare_amounts(entry: LedgerEntry, movement: ProviderMovement) -> list[Difference]:
    if (entry.amount_minor, entry.currency) == (movement.amount_minor, movement.currency):
        return []
    amounts = {"ledger_minor": entry.amount_minor, "provider_minor": movement.amount_minor}
    return [_difference(Fault.OTHER_AMOUNT, entry, entry.order_id, **amounts)]


def _difference(
    fault: Fault,
    about: LedgerEntry | ProviderMovement,
    order_id: str,
    *,
    ledger_minor: int = 0,
    provider_minor: int = 0,
) -> Difference:
    return Difference(fault, about.kind, about.reference, order_id, ledger_minor, provider_minor)
