"""The daily inventory audit: stock on hand and sold is what was received, stock reserved is held by reservations.

What ever came in, by opening, count and adjustment, is summed in the stock itself; what orders move stands in their
reservations, and every reserved unit is held by one. The shop goes on selling meanwhile: a product is judged only
where its stock did not change during the look, and reported only when a second look says the same of the same stock
after a pause, in which the indexes have caught up with whatever happened before the first.

Products are looked at in slices. Where one run does not reach the end, or dies, the next goes on from its last slice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import timedelta

from tradewind.aws.table import Table
from tradewind.catalog.public import Position, page_variant_ids
from tradewind.edge.consumer import Report, job
from tradewind.inventory.public import (
    Reservation,
    ReservationStatus,
    Stock,
    list_unplaced_reservations,
    read_reservations,
    read_stocks,
)
from tradewind.kernel.clock import BEGINNING
from tradewind.ops import reads, writes
from tradewind.ordering.public import page_pending_orders, page_unsettled_orders
from tradewind.shop import Shop

VARIANTS_PER_SLICE = 50_000
"""Looked at together: what is held for orders is summed once for so many."""
SLICES_PER_RUN = 20
"""A run of a million variants: 11,000 round trips for their stock, and 20 times what is held."""

_NAMED = 50
_CLOCKS_DIFFER_BY = timedelta(minutes=1)

_INDEXES_LAG_SECONDS = 5.0
"""An index follows its table within a second, as a rule: what it shows after this long, it shows for good."""


@job
def audit_inventory(shop: Shop) -> Report:
    """Check that the stock of every variant adds up, and report the variants where it does not."""
    position, done, wrong = reads.read_position(shop.table), 0, list[str]()
    for _ in range(SLICES_PER_RUN):
        variants, following = _read_slice(shop.table, position)
        suspects = _mismatches(variants, shop)
        wrong += _confirm(suspects, shop) if suspects else []
        done += len(variants)
        shop.table.write(writes.save_position(following))
        if following is None:
            break
        position = following
    return Report(done, {"InventoryMismatch": len(wrong)}, {"variantIds": wrong[:_NAMED]} if wrong else {})


def _read_slice(table: Table, position: Position | None) -> tuple[list[str], Position | None]:
    page = page_variant_ids(table, position)
    variants = list(page.variant_ids)
    while page.following and len(variants) < VARIANTS_PER_SLICE:
        page = page_variant_ids(table, page.following)
        variants += page.variant_ids
    return variants, page.following


def _confirm(suspects: Collection[Stock], shop: Shop) -> list[str]:
    """Those of which a second look says the same, and whose stock has not changed since the first."""
    shop.clock.sleep(_INDEXES_LAG_SECONDS)
    again = _mismatches([stock.variant_id for stock in suspects], shop)
    return [stock.variant_id for stock in again if stock in suspects]


def _mismatches(variants: Collection[str], shop: Shop) -> list[Stock]:
    before = read_stocks(shop.table, variants)
    held = _sum_held_units(shop)
    suspects = {variant_id: stock for variant_id, stock in before.items() if not _adds_up(stock, held)}
    after = read_stocks(shop.table, suspects) if suspects else {}
    return [stock for variant_id, stock in after.items() if stock == suspects[variant_id]]


def _adds_up(stock: Stock, held: Counter[str]) -> bool:
    return stock.on_hand + stock.sold == stock.received and stock.reserved == held[stock.variant_id]


def _sum_held_units(shop: Shop) -> Counter[str]:
    """What is held, by variant: ahead of orders, for pending ones, and for cancelled ones not given back yet."""
    held: Counter[str] = Counter()
    for reservation in _reservations(shop):
        if reservation.status is ReservationStatus.HELD:
            held.update(reservation.units)
    return held


def _reservations(shop: Shop) -> Iterator[Reservation]:
    """Each once: an order moves from one list to the next while they are read."""
    seen = set[tuple[str, int]]()
    for reservation in (*list_unplaced_reservations(shop.table), *_of_orders(shop)):
        identity = (reservation.order_id, reservation.number)
        if identity not in seen:
            seen.add(identity)
            yield reservation


def _of_orders(shop: Shop) -> Iterator[Reservation]:
    until = shop.clock.now() + _CLOCKS_DIFFER_BY
    for pages in (
        page_pending_orders(shop.table, BEGINNING, until),
        page_unsettled_orders(shop.table, BEGINNING, until),
    ):
        for shard in pages:
            for page in shard:
                yield from read_reservations(shop.table, [order.order_id for order in page])
