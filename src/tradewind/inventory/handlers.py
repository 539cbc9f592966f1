"""The inventory's operations, for administrators; what orders do to stock is in `writes.py`."""

from __future__ import annotations

import msgspec

from tradewind.aws.events import record_event
from tradewind.aws.table import ConditionFailed, Item, TableBusy, Write
from tradewind.edge.cursor import seal, unseal
from tradewind.edge.errors import InvalidCursor
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.paging import Page, read_page
from tradewind.inventory.errors import NotEnoughStock, StockNotFound, StockReserved
from tradewind.inventory.messages import ListMovements, MovementView, SetStock, StockPath, StockView
from tradewind.inventory.model import (
    Movement,
    MovementKind,
    Stock,
    apply_adjustment,
    apply_count,
    stock_events,
    watch_level,
)
from tradewind.inventory.reads import movement_from, query_movements, stock_from, stock_key
from tradewind.inventory.writes import insert_movement, update_stock
from tradewind.kernel.backoff import pause_seconds
from tradewind.kernel.caller import Permission
from tradewind.kernel.clock import ulid
from tradewind.kernel.events import Event, event
from tradewind.kernel.partitions import product_partition
from tradewind.kernel.variant_ids import product_of
from tradewind.shop import Shop

_ATTEMPTS = 12
"""A failed attempt means that another one succeeded, so this many others must be faster before we give up."""

_PAUSE_SECONDS = 0.01
_LONGEST_PAUSE = 3
_INTERNAL = ("received", "low_reported")


@endpoint(permission=Permission.CATALOGUE, params=StockPath, errors=(StockNotFound,))
def get_stock(request: Request[Empty, StockPath], shop: Shop) -> StockView:
    """Get the stock of a variant."""
    return _view(_read_stock(request.params.variant_id, shop))


@endpoint(
    permission=Permission.CATALOGUE,
    params=StockPath,
    body=SetStock,
    errors=(StockNotFound, StockReserved, NotEnoughStock, TableBusy),
)
def set_stock(request: Request[SetStock, StockPath], shop: Shop) -> StockView:
    """Set or adjust the stock of a variant.

    Either set what is on hand after a count, or adjust it by what came or went.
    """
    for attempt in range(_ATTEMPTS):
        before = _read_stock(request.params.variant_id, shop)
        after = watch_level(before, _apply_change(before, request.body), shop.settings.low_stock)
        try:
            shop.table.transact(_write_change(before, after, request, shop))
        except ConditionFailed:
            shop.clock.sleep(pause_seconds(min(attempt, _LONGEST_PAUSE), _PAUSE_SECONDS, shop.clock))
        else:
            return _view(after)
    raise TableBusy("It is selling too fast just now. Please try again.", retry_after_seconds=1)


@endpoint(permission=Permission.CATALOGUE, params=ListMovements, errors=(InvalidCursor,))
def list_movements(request: Request[Empty, ListMovements], shop: Shop) -> Page[MovementView]:
    """List the stock movements of a variant.

    The opening stock, counts and adjustments, newest first.
    """
    params = request.params
    query = query_movements(params.variant_id)
    start = unseal(params.cursor, query.pk, shop)
    items, following = read_page(shop.table, msgspec.structs.replace(query, start=start), params.limit)
    return Page(items=[_movement_view(item) for item in items], next_cursor=seal(following, query.pk, shop))


def _read_stock(variant_id: str, shop: Shop) -> Stock:
    """Raises StockNotFound."""
    item = shop.table.get(stock_key(variant_id), consistent=True)
    if item is None:
        raise StockNotFound(f"There is no variant {variant_id!r} that tracks stock.")
    return stock_from(item)


def _apply_change(stock: Stock, change: SetStock) -> Stock:
    """Raises StockReserved or NotEnoughStock."""
    if change.on_hand is not None:
        return apply_count(stock, change.on_hand)
    return apply_adjustment(stock, change.adjustment or 0)


def _write_change(before: Stock, after: Stock, request: Request[SetStock, StockPath], shop: Shop) -> list[Write]:
    partition = product_partition(product_of(after.variant_id))
    return [
        update_stock(after, before.version),
        insert_movement(_movement(before, after, request, shop)),
        *(record_event(each, partition) for each in _change_events(before, after, request, shop)),
    ]


def _movement(before: Stock, after: Stock, request: Request[SetStock, StockPath], shop: Shop) -> Movement:
    return Movement(
        movement_id=ulid(shop.clock),
        variant_id=after.variant_id,
        change=after.available - before.available,
        kind=MovementKind.ADJUSTMENT if request.body.on_hand is None else MovementKind.COUNT,
        at=shop.clock.now(),
        by=request.caller.user_id,
        reason=request.body.reason,
    )


def _change_events(before: Stock, after: Stock, request: Request[SetStock, StockPath], shop: Shop) -> list[Event]:
    """Their sequence is the version of the stock."""
    return [
        event(
            data,
            about=product_of(after.variant_id),
            sequence=after.version,
            clock=shop.clock,
            correlation_id=request.log.correlation_id,
        )
        for data in stock_events(before, after)
    ]


def _view(stock: Stock) -> StockView:
    shown = {name: value for name, value in msgspec.structs.asdict(stock).items() if name not in _INTERNAL}
    return StockView(on_hand=stock.on_hand, **shown)


def _movement_view(item: Item) -> MovementView:
    return MovementView(**msgspec.structs.asdict(movement_from(item)))
