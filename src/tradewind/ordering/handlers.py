"""The operations on orders that callers have."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.aws.events import timeline
from tradewind.cart.public import list_lines
from tradewind.catalog.public import ProductUnavailable
from tradewind.edge.cursor import seal, unseal
from tradewind.edge.errors import IdempotencyKeyReused, InProgress, InvalidCursor, InvalidIdempotencyKey
from tradewind.edge.http import Empty, Request, Response, endpoint
from tradewind.edge.idempotency import HEADER, Idempotency
from tradewind.edge.paging import Page, read_page
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import ulid
from tradewind.kernel.errors import AdminOnly, InvalidAmount
from tradewind.ordering import listing, store, views
from tradewind.ordering.errors import (
    CartChanged,
    CartEmpty,
    CustomerNotFound,
    MixedCurrencies,
    OrderNotFound,
    OutOfStock,
    TooManyLines,
    TotalChanged,
)
from tradewind.ordering.finding import order_of
from tradewind.ordering.messages import (
    CheckOut,
    ListOrders,
    OrderPath,
    OrderProgress,
    OrderSummary,
    OrderView,
    PlaceOrder,
)
from tradewind.ordering.model import MAX_LINES, Order
from tradewind.ordering.placing import Draft, Wanted, place
from tradewind.shop import Shop

_CART_ATTEMPTS = 3
_REFUSALS = (
    OutOfStock,
    ProductUnavailable,
    TotalChanged,
    MixedCurrencies,
    InvalidAmount,
    InProgress,
    IdempotencyKeyReused,
    InvalidIdempotencyKey,
)


@endpoint(
    role=Role.CUSTOMER,
    body=PlaceOrder,
    status=201,
    errors=(*_REFUSALS, CustomerNotFound, AdminOnly),
    headers=(HEADER,),
    response=OrderSummary,
)
def place_order(request: Request[PlaceOrder, Empty], shop: Shop) -> Response:
    """Place an order: its stock is reserved at once, its payment follows.

    Repeated with the same Idempotency-Key it gives the same answer, and there is one order.
    """
    wanted = request.body
    for_another = wanted.customer_id is not None and wanted.customer_id != request.caller.user_id
    if for_another or any(item.unit_price is not None for item in wanted.items):
        request.caller.must_be(Role.ADMIN)
    order_id = ulid(shop.clock)
    draft = Draft(
        order_id=order_id,
        customer_id=wanted.customer_id or request.caller.user_id,
        wanted=[Wanted(item.product_id, item.quantity, item.unit_price) for item in wanted.items],
        shipping_address=wanted.shipping_address,
        payment_token=wanted.payment_method.token,
        correlation_id=request.log.correlation_id,
        expected_total=wanted.expected_total,
        placed_by=request.caller.user_id if for_another else None,
        reference=wanted.reference,
    )
    return _placed(place(draft, _intention("POST /orders", request, order_id, shop), shop), request)


@endpoint(
    role=Role.CUSTOMER,
    body=CheckOut,
    status=201,
    errors=(*_REFUSALS, CartEmpty, CartChanged, TooManyLines),
    headers=(HEADER,),
    response=OrderSummary,
)
def check_out(request: Request[CheckOut, Empty], shop: Shop) -> Response:
    """Order what is in the cart, and empty it."""
    order_id = ulid(shop.clock)
    idempotency = _intention("POST /checkout", request, order_id, shop)
    for attempt in range(_CART_ATTEMPTS):
        try:
            return _placed(_placed_from_cart(request, order_id, idempotency, shop), request)
        except CartChanged:
            if attempt == _CART_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


@endpoint(role=Role.CUSTOMER, params=ListOrders, errors=(InvalidCursor,))
def list_orders(request: Request[Empty, ListOrders], shop: Shop) -> Page[OrderSummary]:
    """List my orders, newest first; an administrator lists everybody's, by status, time or customer."""
    wanted = request.params
    if request.caller.is_admin and wanted.customer_id is None:
        orders, following = listing.of_all(shop.table, wanted, unseal(wanted.cursor, _scope(wanted), shop))
    else:
        orders, following = _of_customer(request, shop)
    return Page(items=[views.summary(order) for order in orders], next_cursor=seal(following, _scope(wanted), shop))


@endpoint(role=Role.CUSTOMER, params=OrderPath, errors=(OrderNotFound,))
def get_order(request: Request[Empty, OrderPath], shop: Shop) -> OrderView:
    """Read an order with its lines."""
    order = order_of(request, shop)
    return views.view(order, store.read_lines(shop.table, order.order_id))


@endpoint(role=Role.CUSTOMER, params=OrderPath, errors=(OrderNotFound,))
def get_order_status(request: Request[Empty, OrderPath], shop: Shop) -> OrderProgress:
    """Read where an order stands, and how it came there."""
    order = order_of(request, shop)
    return views.progress(order, timeline(shop.table, store.partition(order.order_id)))


def _intention(operation: str, request: Request[Any, Empty], order_id: str, shop: Shop) -> Idempotency | None:
    return Idempotency.from_header(
        request.headers.get(HEADER),
        caller=request.caller.user_id,
        request=f"{operation}\n{request.raw_body}",
        owner=order_id,
        now=shop.clock.now(),
    )


def _placed_from_cart(
    request: Request[CheckOut, Empty], order_id: str, idempotency: Idempotency | None, shop: Shop
) -> Response:
    lines = list_lines(shop.table, request.caller.user_id)
    if not lines:
        return _answer_to_empty_cart(idempotency, shop)
    if len(lines) > MAX_LINES:
        raise TooManyLines(f"An order has at most {MAX_LINES} lines; the cart has {len(lines)}.")
    draft = Draft(
        order_id=order_id,
        customer_id=request.caller.user_id,
        wanted=[Wanted(line.product_id, line.quantity) for line in lines],
        shipping_address=request.body.shipping_address,
        payment_token=request.body.payment_method.token,
        correlation_id=request.log.correlation_id,
        expected_total=request.body.expected_total,
        cart=tuple(lines),
    )
    return place(draft, idempotency, shop)


def _answer_to_empty_cart(idempotency: Idempotency | None, shop: Shop) -> Response:
    """The cart is empty after the first request, too: a repeat still gets its answer."""
    stored = idempotency and idempotency.replay(shop.table.get(idempotency.key, consistent=True))
    if not stored:
        raise CartEmpty("There is nothing in the cart. Add something first.")
    return stored


def _placed(response: Response, request: Request[Any, Empty]) -> Response:
    placed = msgspec.json.decode(response.body, type=_Placed)
    request.log.add(orderId=placed.order_id)
    return response


class _Placed(msgspec.Struct, frozen=True, rename="camel"):
    order_id: str


def _of_customer(request: Request[Empty, ListOrders], shop: Shop) -> tuple[list[Order], dict[str, str] | None]:
    wanted = request.params
    customer_id = wanted.customer_id if request.caller.is_admin and wanted.customer_id else request.caller.user_id
    start = unseal(wanted.cursor, _scope(wanted), shop)
    query = msgspec.structs.replace(store.of_customer(customer_id), start=start, where=listing.filters(wanted))
    items, following = read_page(shop.table, query, wanted.limit)
    return [store.from_item(item) for item in items], following


def _scope(wanted: ListOrders) -> str:
    return f"orders|{wanted.customer_id}|{wanted.status}|{wanted.placed_from}|{wanted.placed_to}"
