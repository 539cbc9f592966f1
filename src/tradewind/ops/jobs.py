"""The daily inventory audit: stock on hand and sold is what was received, stock reserved is held by reservations.

Units that ever came in, by opening, count and adjustment, are on hand or sold; what orders move stands in their
reservations, and every reserved unit is held by one. The shop goes on selling meanwhile: a product is judged only
where its stock did not change during the look, and reported only when a second look says the same of the same stock
after a pause, in which the indexes have caught up with whatever happened before the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import timedelta

from tradewind.catalog.public import list_product_ids
from tradewind.edge.consumer import Report, job
from tradewind.inventory.public import (
    Reservation,
    ReservationStatus,
    Stock,
    list_reservations,
    list_unplaced_reservations,
    read_stocks,
    sum_received_units,
)
from tradewind.kernel.clock import BEGINNING
from tradewind.ordering.public import page_pending_orders, page_unsettled_orders
from tradewind.shop import Shop

_NAMED = 50
_CLOCKS_DIFFER_BY = timedelta(minutes=1)

_INDEXES_LAG_SECONDS = 5.0
"""An index follows its table within a second, as a rule: what it shows after this long, it shows for good."""


@job
def audit_inventory(shop: Shop) -> Report:
    """Check that the stock of every product adds up, and report the products where it does not."""
    products = list(list_product_ids(shop.table))
    suspects = _mismatches(products, shop)
    wrong = _confirm(suspects, shop) if suspects else []
    return Report(len(products), {"InventoryMismatch": len(wrong)}, {"productIds": wrong[:_NAMED]} if wrong else {})


def _confirm(suspects: Collection[Stock], shop: Shop) -> list[str]:
    """Those of which a second look says the same, and whose stock has not changed since the first."""
    shop.clock.sleep(_INDEXES_LAG_SECONDS)
    again = _mismatches([stock.product_id for stock in suspects], shop)
    return [stock.product_id for stock in again if stock in suspects]


def _mismatches(products: Collection[str], shop: Shop) -> list[Stock]:
    before = read_stocks(shop.table, products)
    held = _sum_held_units(shop)
    received = {product_id: sum_received_units(shop.table, product_id) for product_id in before}
    after = read_stocks(shop.table, products)
    at_rest = [stock for product_id, stock in after.items() if stock == before.get(product_id)]
    return [stock for stock in at_rest if not _adds_up(stock, received[stock.product_id], held)]


def _adds_up(stock: Stock, received: int, held: Counter[str]) -> bool:
    return stock.on_hand + stock.sold == received and stock.reserved == held[stock.product_id]


def _sum_held_units(shop: Shop) -> Counter[str]:
    """What is held, by product: ahead of orders, for pending ones, and for cancelled ones not given back yet."""
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
                for order in page:
                    yield from list_reservations(shop.table, order.order_id)
