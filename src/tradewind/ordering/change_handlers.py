"""The operations that change an order after it was placed: cancelling, fulfilling, refunding it."""

from __future__ import annotations

from functools import partial
from importlib import import_module

from tradewind.aws.table import TableBusy, Write
from tradewind.edge.errors import IdempotencyKeyReused, InProgress, InvalidIdempotencyKey, VariantRequired
from tradewind.edge.http import Empty, Request, Response, encode, endpoint
from tradewind.edge.idempotency import HEADER, Idempotency
from tradewind.inventory.public import TooManyProducts, list_reservations
from tradewind.inventory.public_writes import close_reservations, restock, write_off
from tradewind.kernel.caller import Permission, Role
from tradewind.kernel.clock import ulid
from tradewind.kernel.errors import InvalidAmount
from tradewind.ordering import views
from tradewind.ordering.errors import (
    InvalidRefund,
    NothingToFulfil,
    OrderClosed,
    OrderNotFound,
    OrderNotPaid,
    RefundTooLarge,
)
from tradewind.ordering.messages import FulfilOrder, OrderPath, OrderSummary, RefundOrder, RefundView
from tradewind.ordering.model import CancelReason, Order, OrderStatus, RefundDecision, Shipment
from tradewind.ordering.reads import find_order, read_lines, read_lines_and_refunds, read_order
from tradewind.ordering.refunds import decide_refund, has_goods_left
from tradewind.ordering.transitions import Transition, cancel, fulfil, refund, retry_on_conflict
from tradewind.shop import Shop, prepare_in_init

prepare_in_init(partial(import_module, "hashlib"))


@endpoint(
    role=Role.CUSTOMER, permission=Permission.ORDERS, params=OrderPath, errors=(OrderNotFound, OrderClosed, TableBusy)
)
def cancel_order(request: Request[Empty, OrderPath], shop: Shop) -> OrderSummary:
    """Cancel an order.

    It can be cancelled until it is fulfilled. Its stock goes back on sale, its money back to the customer. Cancelling
    again changes nothing.
    """
    reason = CancelReason.SHOP_REQUEST if request.caller.is_staff else CancelReason.CUSTOMER_REQUEST

    def cancel_once() -> Order:
        order = find_order(shop.table, request.caller, request.params.order_id)
        if order.status is OrderStatus.CANCELLED:
            return order
        closed = close_reservations(list_reservations(shop.table, order.order_id))
        return _write(cancel(order, reason, shop.clock, goods=closed), order, shop)

    return views.summary(retry_on_conflict(cancel_once))


@endpoint(
    permission=Permission.ORDERS,
    params=OrderPath,
    body=FulfilOrder,
    errors=(OrderNotFound, OrderClosed, OrderNotPaid, NothingToFulfil, TableBusy),
)
def fulfil_order(request: Request[FulfilOrder, OrderPath], shop: Shop) -> OrderSummary:
    """Fulfil an order.

    Record that it was sent, and how. The customer gets a mail about it.
    """
    shipment = Shipment(request.body.carrier, request.body.tracking_number)

    def fulfil_once() -> Order:
        order = find_order(shop.table, request.caller, request.params.order_id)
        if order.shipment == shipment:
            return order
        fulfilled = fulfil(order, shipment, shop.clock)
        _check_goods_are_left(order, shop)
        return _write(fulfilled, order, shop)

    return views.summary(retry_on_conflict(fulfil_once))


@endpoint(
    permission=Permission.ORDERS,
    params=OrderPath,
    body=RefundOrder,
    status=201,
    errors=(
        OrderNotFound,
        OrderClosed,
        OrderNotPaid,
        RefundTooLarge,
        VariantRequired,
        InvalidRefund,
        InvalidAmount,
        TooManyProducts,
        TableBusy,
        InProgress,
        IdempotencyKeyReused,
        InvalidIdempotencyKey,
    ),
    headers=(HEADER,),
    response=RefundView,
)
def refund_order(request: Request[RefundOrder, OrderPath], shop: Shop) -> Response:
    """Refund an order.

    The whole or a part of it, never more than was paid. The refund is decided at once; the money moves a moment later.
    Refunded goods go back on sale with `restock`; without, they stay sold, also when the order is cancelled later.
    Goods may come back for less than they cost, or for nothing; money may go back without goods.
    """
    refund_id = ulid(shop.clock)
    idempotency = Idempotency.from_header(
        request.headers.get(HEADER),
        caller=request.caller.user_id,
        operation=f"POST /orders/{request.params.order_id}/refunds",
        body=request.raw_body,
        owner=refund_id,
        now=shop.clock.now(),
    )
    return retry_on_conflict(lambda: _refund(refund_id, idempotency, request, shop))


def _refund(
    refund_id: str, idempotency: Idempotency | None, request: Request[RefundOrder, OrderPath], shop: Shop
) -> Response:
    """The stored response of the request that made this refund, or the one that it is made with."""
    stored = idempotency and idempotency.replay(shop.table.get(idempotency.key, consistent=True))
    if stored:
        return stored
    order = find_order(shop.table, request.caller, request.params.order_id)
    decision = decide_refund(refund_id, request.body, order, *read_lines_and_refunds(shop.table, order.order_id))
    request.log.add(refundId=refund_id, orderId=order.order_id)
    response = Response(201, encode(views.refund(order, decision)))
    transition = refund(
        order,
        decision,
        shop.clock,
        correlation_id=request.log.correlation_id,
        goods=_take_goods_out(request, decision, shop),
    )
    complete = [idempotency.complete(response, claimed=False)] if idempotency else []
    shop.table.transact([*transition.transaction, *complete])
    return response


def _check_goods_are_left(order: Order, shop: Shop) -> None:
    """Raises NothingToFulfil. The lines of an order never change, and are read only where goods came back."""
    if order.refunded_units and not has_goods_left(order, read_lines(shop.table, order.order_id)):
        raise NothingToFulfil("All of the order's goods came back. Cancel it instead.")


def _take_goods_out(request: Request[RefundOrder, OrderPath], decision: RefundDecision, shop: Shop) -> list[Write]:
    """The refunded units go back on sale, or never. Raises TooManyProducts."""
    if not decision.units:
        return []
    reservations = list_reservations(shop.table, request.params.order_id)
    return (restock if request.body.restock else write_off)(reservations, decision.units)


def _write(transition: Transition, order: Order, shop: Shop) -> Order:
    """The order as it is afterwards. Raises ConditionFailed."""
    shop.table.transact(transition.transaction)
    return read_order(shop.table, order.customer_id, order.order_id) or order
