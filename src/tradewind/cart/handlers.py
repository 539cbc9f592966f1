"""The cart's operations."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from tradewind.aws.events import record_passing_event
from tradewind.aws.table import MAX_TRANSACTION_WRITES, ConditionFailed, Put, Table, TableBusy, Update, Write
from tradewind.cart import views, writes
from tradewind.cart.errors import CartFull, CartLineFull, CartLineNotFound
from tradewind.cart.messages import AddedItem, AddItem, Cart, CartLineView, ItemPath, SetQuantity
from tradewind.cart.model import MAX_LINES, MAX_QUANTITY, CartItemAdded, CartLine, OpenCart
from tradewind.cart.pricing import price_cart
from tradewind.cart.reads import line_from, line_key, list_lines, open_cart_from, open_cart_key
from tradewind.catalog.public import (
    Offer,
    ProductNotFound,
    ProductUnavailable,
    find_offer,
    product_from,
    product_key,
    require_variant,
)
from tradewind.edge.errors import VariantRequired
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import epoch_ms
from tradewind.kernel.events import event
from tradewind.kernel.partitions import owner_partition
from tradewind.kernel.variant_ids import product_of
from tradewind.shop import Shop

_ATTEMPTS = 5


class _Before(NamedTuple):
    """What there is before an addition; `line` is None where what is added is not in the cart."""

    offer: Offer
    line: CartLine | None
    cart: OpenCart

    @property
    def quantity(self) -> int:
        return self.line.quantity if self.line else 0


@endpoint(role=Role.GUEST)
def get_cart(request: Request[Empty, Empty], shop: Shop) -> Cart:
    """Get the cart at current prices.

    Each item says how many can be bought now.
    """
    return views.cart(price_cart(shop.table, request.caller.user_id), shop.settings.currency)


@endpoint(
    role=Role.GUEST,
    body=AddItem,
    status=201,
    errors=(ProductNotFound, ProductUnavailable, VariantRequired, CartLineFull, CartFull, TableBusy),
)
def add_item(request: Request[AddItem, Empty], shop: Shop) -> AddedItem:
    """Add an item to the cart.

    Units of what is in the cart already are added to its line. A cart has at most 90 lines.
    """
    item = request.body
    for _ in range(_ATTEMPTS):
        before = _read_before(request.caller.user_id, item, shop)
        if before.quantity + item.quantity > MAX_QUANTITY:
            raise CartLineFull(f"A cart holds at most {MAX_QUANTITY:,} of {before.offer.product.name!r}.")
        addition: list[Write] = [*_add(before, request, shop), _record_addition(before.offer, request, shop)]
        with suppress(ConditionFailed):
            shop.table.transact(addition)
            return views.addition(before.offer, item.quantity, before.quantity + item.quantity)
    raise TableBusy("Others are changing this cart just now. Please try again.", retry_after_seconds=1)


@endpoint(role=Role.GUEST, params=ItemPath, body=SetQuantity, errors=(CartLineNotFound, TableBusy))
def set_quantity(request: Request[SetQuantity, ItemPath], shop: Shop) -> CartLineView:
    """Set the quantity of a cart item."""
    variant_id = request.params.variant_id
    change = writes.set_quantity(request.caller.user_id, variant_id, request.body.quantity, shop.clock.now())
    try:
        changed = shop.table.write(change)
    except ConditionFailed as error:
        raise CartLineNotFound(f"The cart has no {variant_id!r}.") from error
    return views.line(line_from(changed or {}))


@endpoint(role=Role.GUEST, params=ItemPath, status=204, errors=(TableBusy,))
def remove_item(request: Request[Empty, ItemPath], shop: Shop) -> None:
    """Remove an item from the cart.

    Removing an item that is not in the cart changes nothing.
    """
    shop.table.write(writes.delete_line(request.caller.user_id, request.params.variant_id))


@endpoint(role=Role.GUEST, status=204, errors=(TableBusy,))
def clear_cart(request: Request[Empty, Empty], shop: Shop) -> None:
    """Empty the cart.

    What is added or changed at the same moment stays.
    """
    owner_id = request.caller.user_id
    lines = list_lines(shop.table, owner_id)
    for start in range(0, len(lines), MAX_TRANSACTION_WRITES):
        _delete_unchanged(owner_id, lines[start : start + MAX_TRANSACTION_WRITES], shop.table)


def _read_before(owner_id: str, item: AddItem, shop: Shop) -> _Before:
    """One round trip. Raises ProductNotFound, ProductUnavailable or VariantRequired."""
    product_at, mark_at = product_key(product_of(item.wanted_id)), open_cart_key(owner_id)
    line_at = line_key(owner_id, item.wanted_id)
    found = shop.table.get_many([product_at, line_at, mark_at], consistent=True)
    if product_at not in found:
        raise ProductNotFound(f"There is no product {product_of(item.wanted_id)!r}.")
    product = product_from(found[product_at])
    if item.is_by_product:
        require_variant(product)
    offer = find_offer(product, item.wanted_id)
    if offer is None:
        raise ProductUnavailable(f"{product.name!r} is not sold just now, or not in this variant.")
    return _Before(
        offer,
        line_from(found[line_at]) if line_at in found else None,
        open_cart_from(found[mark_at]) if mark_at in found else OpenCart(owner_id),
    )


def _add(before: _Before, request: Request[AddItem, Empty], shop: Shop) -> list[Update]:
    """Add to a line as it was read, or begin one and count it. Raises CartFull."""
    item, owner_id, now = request.body, request.caller.user_id, shop.clock.now()
    is_current = before.cart.is_current(now)
    addition = writes.add_units(owner_id, item.wanted_id, item.quantity, now, may_begin=before.line is None)
    if before.line:
        return [addition, *([] if is_current else [writes.renew_mark(owner_id, now)])]
    counted = _count_line(before.cart, shop)
    return [addition, counted if is_current else writes.renew_with(counted, owner_id, now)]


def _count_line(cart: OpenCart, shop: Shop) -> Update:
    """Lines that were removed or ordered are still counted until then. Raises CartFull."""
    if cart.lines < MAX_LINES:
        return writes.count_line(cart.user_id, shop.clock.now())
    lines = len(list_lines(shop.table, cart.user_id))
    if lines >= MAX_LINES:
        raise CartFull(f"A cart has at most {MAX_LINES} lines. Please order what is in it, or remove something.")
    return writes.recount_line(cart, lines, shop.clock.now())


def _record_addition(offer: Offer, request: Request[AddItem, Empty], shop: Shop) -> Put:
    """The write of the event: additions commute, so their time is order enough and no version has to be known."""
    owner_id = request.caller.user_id
    addition = event(
        CartItemAdded(
            product_id=offer.product.product_id,
            variant_id=offer.variant_id,
            quantity=request.body.quantity,
            unit_price_minor=offer.unit_price_minor,
            currency=offer.product.currency,
        ),
        about=owner_id,
        sequence=epoch_ms(shop.clock.now()),
        clock=shop.clock,
        correlation_id=request.log.correlation_id,
    )
    return record_passing_event(addition, owner_partition(owner_id))


def _delete_unchanged(owner_id: str, lines: list[CartLine], table: Table) -> None:
    """Each refusal leaves fewer lines to try, so this ends."""
    while lines:
        try:
            table.transact([writes.delete_unchanged_line(owner_id, line) for line in lines])
        except ConditionFailed as refused:
            lines = [line for position, line in enumerate(lines) if position not in refused.positions]
        else:
            return
