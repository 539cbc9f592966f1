"""What happens to an order after it was placed, on somebody's word: cancelling, sending, giving back.

Each is one transaction on the order's own state; what follows (stock, money, mails) follows from its event.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from tradewind.aws.events import record_event
from tradewind.aws.table import ConditionFailed, Equals, TableBusy, Update, Write
from tradewind.edge.errors import IdempotencyKeyReused, InProgress, InvalidIdempotencyKey
from tradewind.edge.http import Empty, Request, Response, encode, endpoint
from tradewind.edge.idempotency import HEADER, Idempotency
from tradewind.inventory.public import TooManyProducts, list_reservations, restock
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import ulid
from tradewind.kernel.errors import InvalidAmount
from tradewind.kernel.events import Event, event
from tradewind.kernel.money import to_decimal
from tradewind.ordering import store, views
from tradewind.ordering.errors import InvalidRefund, OrderClosed, OrderNotFound, OrderNotPaid, RefundTooLarge
from tradewind.ordering.facts import transition_event
from tradewind.ordering.finding import order_of
from tradewind.ordering.messages import FulfilOrder, OrderPath, OrderSummary, RefundOrder, RefundView
from tradewind.ordering.model import (
    CancelReason,
    FulfilmentStatus,
    Order,
    OrderCancelled,
    OrderFulfilled,
    OrderStatus,
    PaymentStatus,
    RefundRequested,
    Shipment,
)
from tradewind.ordering.refunding import Share, share
from tradewind.shop import Shop

_ATTEMPTS = 5


@endpoint(role=Role.CUSTOMER, params=OrderPath, errors=(OrderNotFound, OrderClosed, TableBusy))
def cancel_order(request: Request[Empty, OrderPath], shop: Shop) -> OrderSummary:
    """Cancel an order that was not sent yet; its stock goes back on sale and its money back to the customer.

    Wins or loses against the checkout by one conditional write. Cancelling again changes nothing.
    """
    reason = CancelReason.SHOP_REQUEST if request.caller.is_admin else CancelReason.CUSTOMER_REQUEST
    for _ in range(_ATTEMPTS):
        order = order_of(request, shop)
        if order.status is OrderStatus.CANCELLED:
            return views.summary(order)
        if not order.is_open:
            raise OrderClosed("The order was sent already. Ask for a refund instead.")
        told = OrderCancelled(order_id=order.order_id, customer_id=order.customer_id, reason=reason.value, resume=True)
        changed = store.transition(
            order.customer_id,
            order.order_id,
            OrderStatus.CANCELLED,
            shop.clock.now(),
            changes={"cancelReason": reason.value},
            when=(Equals("version", order.version),),
        )
        marked = store.unsettled(order, shop.clock.now())
        if _decided([changed, marked], transition_event(told, order, shop.clock), shop):
            return views.summary(_read_again(order, shop))
    raise _busy()


@endpoint(
    role=Role.ADMIN,
    params=OrderPath,
    body=FulfilOrder,
    errors=(OrderNotFound, OrderClosed, OrderNotPaid, TableBusy),
)
def fulfil_order(request: Request[FulfilOrder, OrderPath], shop: Shop) -> OrderSummary:
    """Note that an order was sent, and how; the customer is told."""
    shipment = Shipment(request.body.carrier, request.body.tracking_number)
    for _ in range(_ATTEMPTS):
        order = order_of(request, shop)
        if order.shipment == shipment:
            return views.summary(order)
        _check_sendable(order)
        told = OrderFulfilled(
            order_id=order.order_id,
            customer_id=order.customer_id,
            carrier=shipment.carrier,
            tracking_number=shipment.tracking_number,
        )
        changes = {
            "fulfilmentStatus": FulfilmentStatus.FULFILLED.value,
            "shipment": msgspec.to_builtins(shipment),
        }
        changed = store.transition(
            order.customer_id,
            order.order_id,
            OrderStatus.COMPLETED,
            shop.clock.now(),
            changes=changes,
            when=(Equals("version", order.version),),
        )
        if _decided([changed], transition_event(told, order, shop.clock), shop):
            return views.summary(_read_again(order, shop))
    raise _busy()


@endpoint(
    role=Role.ADMIN,
    params=OrderPath,
    body=RefundOrder,
    status=201,
    errors=(
        OrderNotFound,
        OrderNotPaid,
        RefundTooLarge,
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
    """Decide to give money back, whole or in part, never more than was paid; the payment service does it."""
    refund_id = ulid(shop.clock)
    idempotency = Idempotency.from_header(
        request.headers.get(HEADER),
        caller=request.caller.user_id,
        request=f"POST /orders/{request.params.order_id}/refunds\n{request.raw_body}",
        owner=refund_id,
        now=shop.clock.now(),
    )
    for _ in range(_ATTEMPTS):
        stored = idempotency and idempotency.replay(shop.table.get(idempotency.key, consistent=True))
        if stored:
            return stored
        order = order_of(request, shop)
        given = share(request.body, order, store.read_lines(shop.table, order.order_id))
        response = Response(201, encode(_refund_view(refund_id, order, given)))
        writes = _refund_writes(refund_id, order, given, request, shop)
        if _decided(
            [*writes, *_stored(idempotency, response)], _refund_event(refund_id, order, given, request, shop), shop
        ):
            return response
    raise _busy()


def _check_sendable(order: Order) -> None:
    if order.status is OrderStatus.PENDING:
        raise OrderNotPaid("The order is not paid yet.")
    if order.status is not OrderStatus.PROCESSING:
        raise OrderClosed(f"The order is {order.status.value} already.")
    if order.payment_status is PaymentStatus.REFUNDED:
        raise OrderNotPaid("All of the order's money was given back. Cancel it instead.")


def _refund_writes(
    refund_id: str, order: Order, given: Share, request: Request[RefundOrder, OrderPath], shop: Shop
) -> list[Write]:
    refunded = order.refunded_minor + given.amount_minor
    changed = Update(
        store.key(order.customer_id, order.order_id),
        set={
            "refundedMinor": refunded,
            "refundedUnits": dict(Counter(order.refunded_units) + Counter(given.units)),
            "paymentStatus": order.payment_status_after(refunded).value,
            "updatedAt": msgspec.to_builtins(shop.clock.now()),
        },
        add={"version": 1},
        when=(Equals("version", order.version),),
    )
    request.log.add(refundId=refund_id, orderId=order.order_id)
    restocked = restock(list_reservations(shop.table, order.order_id), given.units) if request.body.restock else []
    return [changed, *restocked]


def _refund_event(
    refund_id: str, order: Order, given: Share, request: Request[RefundOrder, OrderPath], shop: Shop
) -> Event:
    told = RefundRequested(
        order_id=order.order_id,
        customer_id=order.customer_id,
        refund_id=refund_id,
        amount_minor=given.amount_minor,
        currency=order.currency,
        reason=request.body.reason,
    )
    return event(
        told,
        about=order.order_id,
        sequence=order.version + 1,
        clock=shop.clock,
        correlation_id=request.log.correlation_id,
        event_id=refund_id,
    )


def _refund_view(refund_id: str, order: Order, given: Share) -> RefundView:
    return RefundView(
        refund_id=refund_id,
        order_id=order.order_id,
        amount=to_decimal(given.amount_minor, order.currency),
        refunded=to_decimal(order.refunded_minor + given.amount_minor, order.currency),
        total=to_decimal(order.total_minor, order.currency),
        currency=order.currency,
    )


def _stored(idempotency: Idempotency | None, response: Response) -> list[Write]:
    return [idempotency.complete(response, claimed=False)] if idempotency else []


def _decided(writes: list[Write], fact: Event, shop: Shop) -> bool:
    """Did the order change, and was it told? False when somebody else changed something first."""
    try:
        shop.table.transact([*writes, record_event(fact, store.partition(fact.aggregate_id))])
    except ConditionFailed:
        return False
    return True


def _read_again(order: Order, shop: Shop) -> Order:
    return store.read(shop.table, order.customer_id, order.order_id, consistent=True) or order


def _busy() -> TableBusy:
    return TableBusy("Others are changing this order just now. Please try again.", retry_after_seconds=1)
