"""What administrators do with stock; what orders do with it stands in the reservations."""

from __future__ import annotations

import time

import msgspec

from tradewind.aws import events
from tradewind.aws.table import ConditionFailed, Item, Put, TableBusy, Write
from tradewind.edge.cursor import InvalidCursor, seal, unseal
from tradewind.edge.http import Nothing, Request, endpoint
from tradewind.edge.paging import Listed, read_page
from tradewind.inventory import store
from tradewind.inventory.errors import NotEnoughStock, StockNotFound, StockReserved
from tradewind.inventory.messages import ListMovements, MovementView, SetStock, StockPath, StockView
from tradewind.inventory.model import Movement, MovementKind, Stock, adjusted, counted, facts
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import ulid
from tradewind.kernel.events import event
from tradewind.shop import Shop

_ATTEMPTS = 12
"""A failed attempt means that somebody else's succeeded, so this many others must be faster before we give up."""

_PAUSE_SECONDS = 0.01


@endpoint(role=Role.ADMIN, params=StockPath, errors=(StockNotFound,))
def get_stock(request: Request[Nothing, StockPath], shop: Shop) -> StockView:
    """Read how many units of a product there are."""
    return _view(_read(request.params.product_id, shop))


@endpoint(
    role=Role.ADMIN,
    params=StockPath,
    body=SetStock,
    errors=(StockNotFound, StockReserved, NotEnoughStock, TableBusy),
)
def set_stock(request: Request[SetStock, StockPath], shop: Shop) -> StockView:
    """Set what is on hand after a count, or adjust it by what came or went."""
    for attempt in range(_ATTEMPTS):
        before = _read(request.params.product_id, shop)
        after = _changed(before, request.body)
        try:
            shop.table.transact(_change(before, after, request, shop))
        except ConditionFailed:
            time.sleep(_pause_seconds(attempt, shop))
        else:
            return _view(after)
    raise TableBusy("This product is selling too fast just now. Please try again.", retry_after_seconds=1)


@endpoint(role=Role.ADMIN, params=ListMovements, errors=(InvalidCursor,))
def list_movements(request: Request[Nothing, ListMovements], shop: Shop) -> Listed[MovementView]:
    """List the counts and adjustments of a product's stock, newest first."""
    wanted = request.params
    query = store.movements(wanted.product_id)
    start = unseal(wanted.cursor, query.pk, shop)
    items, following = read_page(shop.table, msgspec.structs.replace(query, start=start), wanted.limit)
    return Listed(items=[_movement_view(item) for item in items], next_cursor=seal(following, query.pk, shop))


def _read(product_id: str, shop: Shop) -> Stock:
    """Raises StockNotFound."""
    item = shop.table.get(store.stock_key(product_id), consistent=True)
    if item is None:
        raise StockNotFound(f"There is no product {product_id!r} that tracks stock.")
    return store.stock_from(item)


def _pause_seconds(attempt: int, shop: Shop) -> float:
    """Anywhere up to a bound that grows: those who collided do not meet again."""
    return _PAUSE_SECONDS * attempt * shop.clock.entropy(1)[0] / 255


def _changed(stock: Stock, wanted: SetStock) -> Stock:
    """Raises StockReserved or NotEnoughStock."""
    if wanted.on_hand is not None:
        return counted(stock, wanted.on_hand)
    return adjusted(stock, wanted.adjustment or 0)


def _change(before: Stock, after: Stock, request: Request[SetStock, StockPath], shop: Shop) -> list[Write]:
    return [
        store.replacement(after, before.version),
        store.recorded(_movement(before, after, request, shop)),
        *_told(before, after, request, shop),
    ]


def _movement(before: Stock, after: Stock, request: Request[SetStock, StockPath], shop: Shop) -> Movement:
    return Movement(
        movement_id=ulid(shop.clock),
        product_id=after.product_id,
        change=after.available - before.available,
        kind=MovementKind.ADJUSTMENT if request.body.on_hand is None else MovementKind.COUNT,
        at=shop.clock.now(),
        by=request.caller.user_id,
        reason=request.body.reason,
    )


def _told(before: Stock, after: Stock, request: Request[SetStock, StockPath], shop: Shop) -> list[Put]:
    """The events; their sequence is the version of the stock."""
    told = [
        event(
            fact,
            about=after.product_id,
            sequence=after.version,
            clock=shop.clock,
            correlation_id=request.journal.correlation_id,
        )
        for fact in facts(before, after)
    ]
    return [events.recorded(each, store.partition(after.product_id)) for each in told]


def _view(stock: Stock) -> StockView:
    return StockView(on_hand=stock.on_hand, **msgspec.structs.asdict(stock))


def _movement_view(item: Item) -> MovementView:
    return MovementView(**msgspec.structs.asdict(store.movement_from(item)))
