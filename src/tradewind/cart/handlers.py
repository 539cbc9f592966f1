"""The cart's operations."""

from __future__ import annotations

from typing import NamedTuple

from tradewind.aws.events import recorded
from tradewind.aws.table import MAX_TRANSACTION_WRITES, ConditionFailed, Put, Table, TableBusy
from tradewind.cart import store, views
from tradewind.cart.errors import CartLineFull, NotForSale, NotInCart
from tradewind.cart.messages import AddedItem, AddItem, CartView, ItemPath, LineView, SetQuantity
from tradewind.cart.model import MAX_QUANTITY, CartItemAdded, CartLine
from tradewind.cart.positions import positions
from tradewind.cart.public import lines, removal
from tradewind.catalog.public import Product, ProductNotFound, product_from, product_key
from tradewind.edge.http import Nothing, Request, endpoint
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import epoch_ms
from tradewind.kernel.events import event
from tradewind.shop import Shop


class _Before(NamedTuple):
    product: Product
    quantity: int
    is_looked_after: bool


@endpoint(role=Role.CUSTOMER)
def get_cart(request: Request[Nothing, Nothing], shop: Shop) -> CartView:
    """Show the cart at current prices, and what of it can be bought now."""
    return views.cart(positions(shop.table, request.caller.user_id), shop.settings.currency)


@endpoint(role=Role.CUSTOMER, body=AddItem, status=201, errors=(ProductNotFound, NotForSale, CartLineFull, TableBusy))
def add_item(request: Request[AddItem, Nothing], shop: Shop) -> AddedItem:
    """Put more of a product into the cart."""
    wanted, user_id, now = request.body, request.caller.user_id, shop.clock.now()
    product, quantity_before, is_looked_after = _before(user_id, wanted.product_id, shop)
    addition = store.addition(user_id, wanted.product_id, wanted.quantity, now)
    mark = [] if is_looked_after else [store.start_watching(user_id, now)]
    try:
        shop.table.transact([addition, _told(product, request, shop), *mark])
    except ConditionFailed as error:
        raise CartLineFull(f"A cart holds at most {MAX_QUANTITY:,} of {product.name!r}.") from error
    return views.added(product, wanted.quantity, quantity_before + wanted.quantity)


@endpoint(role=Role.CUSTOMER, params=ItemPath, body=SetQuantity, errors=(NotInCart, TableBusy))
def set_quantity(request: Request[SetQuantity, ItemPath], shop: Shop) -> LineView:
    """Set how many of a product the cart holds."""
    product_id = request.params.product_id
    change = store.change(request.caller.user_id, product_id, request.body.quantity, shop.clock.now())
    try:
        changed = shop.table.write(change)
    except ConditionFailed as error:
        raise NotInCart(f"The cart has no {product_id!r}.") from error
    return views.line(store.from_item(changed or {}))


@endpoint(role=Role.CUSTOMER, params=ItemPath, status=204, errors=(TableBusy,))
def remove_item(request: Request[Nothing, ItemPath], shop: Shop) -> None:
    """Take a product out of the cart, if it is there."""
    shop.table.write(store.removal(request.caller.user_id, request.params.product_id))


@endpoint(role=Role.CUSTOMER, status=204, errors=(TableBusy,))
def clear_cart(request: Request[Nothing, Nothing], shop: Shop) -> None:
    """Empty the cart; what is added or changed at the same moment stays."""
    user_id = request.caller.user_id
    in_cart = lines(shop.table, user_id)
    for start in range(0, len(in_cart), MAX_TRANSACTION_WRITES):
        _remove_unchanged(user_id, in_cart[start : start + MAX_TRANSACTION_WRITES], shop.table)


def _before(user_id: str, product_id: str, shop: Shop) -> _Before:
    """What an addition needs to know: one round trip. Raises ProductNotFound or NotForSale."""
    product_at, line_at, mark_at = product_key(product_id), store.key(user_id, product_id), store.open_key(user_id)
    found = shop.table.get_many([product_at, line_at, mark_at], consistent=True)
    if product_at not in found:
        raise ProductNotFound(f"There is no product {product_id!r}.")
    product = product_from(found[product_at])
    if not product.is_active:
        raise NotForSale(f"{product.name!r} is not sold just now.")
    return _Before(
        product,
        store.from_item(found[line_at]).quantity if line_at in found else 0,
        mark_at in found and store.open_cart_from(found[mark_at]).is_looked_after(shop.clock.now()),
    )


def _told(product: Product, request: Request[AddItem, Nothing], shop: Shop) -> Put:
    """Additions commute, so their time is order enough and no version has to be known."""
    fact = CartItemAdded(product.product_id, request.body.quantity, product.price_minor, product.currency)
    user_id = request.caller.user_id
    told = event(
        fact,
        about=user_id,
        sequence=epoch_ms(shop.clock.now()),
        clock=shop.clock,
        correlation_id=request.journal.correlation_id,
    )
    return recorded(told, store.partition(user_id))


def _remove_unchanged(user_id: str, in_cart: list[CartLine], table: Table) -> None:
    """Each refusal leaves fewer lines to try, so this ends."""
    while in_cart:
        try:
            table.transact([removal(user_id, line) for line in in_cart])
        except ConditionFailed as refused:
            in_cart = [line for position, line in enumerate(in_cart) if position not in refused.positions]
        else:
            return
