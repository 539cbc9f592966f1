"""The operations that place orders."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.cart.public import list_lines
from tradewind.catalog.public import ProductUnavailable
from tradewind.edge.caller_address import caller_address
from tradewind.edge.errors import IdempotencyKeyReused, InProgress, InvalidIdempotencyKey, VariantRequired
from tradewind.edge.http import Empty, Request, Response, endpoint
from tradewind.edge.idempotency import HEADER, Idempotency
from tradewind.kernel.caller import Permission, Role
from tradewind.kernel.clock import ulid
from tradewind.kernel.errors import InvalidAmount, PermissionRequired
from tradewind.ordering.errors import (
    CartChanged,
    CartEmpty,
    CustomerNotFound,
    MixedCurrencies,
    OutOfStock,
    TooManyLines,
    TooManyOpenOrders,
    TooManyPaymentAttempts,
    TooManyUnitsHeld,
    TotalChanged,
)
from tradewind.ordering.messages import OrderSummary
from tradewind.ordering.model import MAX_LINES
from tradewind.ordering.placement import OrderDraft, place
from tradewind.ordering.placement_messages import CheckOut, PlaceOrder
from tradewind.ordering.pricing import RequestedLine
from tradewind.shop import Shop, prepare_types

_CART_ATTEMPTS = 3
_REFUSALS = (
    OutOfStock,
    TooManyOpenOrders,
    TooManyUnitsHeld,
    TooManyPaymentAttempts,
    ProductUnavailable,
    VariantRequired,
    TotalChanged,
    MixedCurrencies,
    InvalidAmount,
    InProgress,
    IdempotencyKeyReused,
    InvalidIdempotencyKey,
)


class _PlacedOrder(msgspec.Struct, frozen=True, rename="camel"):
    """What the log needs of the response to a placed order."""

    order_id: str


prepare_types(_PlacedOrder)


@endpoint(
    role=Role.CUSTOMER,
    permission=Permission.ORDERS,
    body=PlaceOrder,
    status=201,
    errors=(*_REFUSALS, CustomerNotFound, PermissionRequired),
    headers=(HEADER,),
    response=OrderSummary,
)
def place_order(request: Request[PlaceOrder, Empty], shop: Shop) -> Response:
    """Place an order.

    Its stock is reserved at once, its payment follows. What a customer orders is taken out of the cart. Repeated with
    the same Idempotency-Key the request gets the same response, and there is one order.
    """
    body = request.body
    is_for_another = body.customer_id is not None and body.customer_id != request.caller.user_id
    if is_for_another or any(item.unit_price is not None for item in body.items):
        request.caller.must_have(Permission.ORDERS)
    order_id = ulid(shop.clock)
    draft = OrderDraft(
        order_id=order_id,
        customer_id=body.customer_id or request.caller.user_id,
        requested=[
            RequestedLine(item.wanted_id, item.quantity, item.unit_price, item.is_by_product) for item in body.items
        ],
        shipping_address=body.shipping_address.as_address(),
        payment_token=body.payment_method.token,
        correlation_id=request.log.correlation_id,
        is_limited=not request.caller.is_staff,
        caller_address=caller_address(request, shop.settings),
        expected_total=body.expected_total,
        placed_by=request.caller.user_id if is_for_another else None,
        reference=body.reference,
    )
    response = place(draft, _idempotency("POST /orders", request, order_id, shop), shop)
    return _log_order(response, request)


@endpoint(
    role=Role.CUSTOMER,
    permission=Permission.ORDERS,
    body=CheckOut,
    status=201,
    errors=(*_REFUSALS, CartEmpty, CartChanged, TooManyLines),
    headers=(HEADER,),
    response=OrderSummary,
)
def check_out(request: Request[CheckOut, Empty], shop: Shop) -> Response:
    """Check out the cart.

    Everything in the cart becomes one order, and the cart is empty.
    """
    order_id = ulid(shop.clock)
    idempotency = _idempotency("POST /checkout", request, order_id, shop)
    for attempt in range(_CART_ATTEMPTS):
        try:
            return _log_order(_place_cart(request, order_id, idempotency, shop), request)
        except CartChanged:
            if attempt == _CART_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _idempotency(operation: str, request: Request[Any, Empty], order_id: str, shop: Shop) -> Idempotency | None:
    return Idempotency.from_header(
        request.headers.get(HEADER),
        caller=request.caller.user_id,
        operation=operation,
        body=request.raw_body,
        owner=order_id,
        now=shop.clock.now(),
    )


def _place_cart(
    request: Request[CheckOut, Empty], order_id: str, idempotency: Idempotency | None, shop: Shop
) -> Response:
    lines = list_lines(shop.table, request.caller.user_id)
    if not lines:
        return _response_to_empty_cart(idempotency, shop)
    if len(lines) > MAX_LINES:
        raise TooManyLines(f"An order has at most {MAX_LINES} lines; the cart has {len(lines)}.")
    draft = OrderDraft(
        order_id=order_id,
        customer_id=request.caller.user_id,
        requested=[RequestedLine(line.variant_id, line.quantity) for line in lines],
        shipping_address=request.body.shipping_address.as_address(),
        payment_token=request.body.payment_method.token,
        correlation_id=request.log.correlation_id,
        is_limited=not request.caller.is_staff,
        caller_address=caller_address(request, shop.settings),
        expected_total=request.body.expected_total,
        cart=tuple(lines),
        is_whole_cart=True,
    )
    return place(draft, idempotency, shop)


def _response_to_empty_cart(idempotency: Idempotency | None, shop: Shop) -> Response:
    """The cart is empty after the first request, too: a repeat still gets its response. Raises CartEmpty."""
    stored = idempotency and idempotency.replay(shop.table.get(idempotency.key, consistent=True))
    if not stored:
        raise CartEmpty("There is nothing in the cart. Add something first.")
    return stored


def _log_order(response: Response, request: Request[Any, Empty]) -> Response:
    """The order of a repeat is that of the first request: its id is in the response."""
    placed = msgspec.json.decode(response.body, type=_PlacedOrder)
    request.log.add(orderId=placed.order_id)
    return response
