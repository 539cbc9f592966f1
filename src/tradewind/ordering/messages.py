"""The messages of the operations that read and change orders."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.edge.messages import (
    Cursor,
    Limit,
    Moment,
    NamedVariant,
    OrderId,
    Price,
    Quantity,
    RequestMessage,
    UserId,
)
from tradewind.kernel.text import Line
from tradewind.ordering.model import MAX_LINES, Address, FulfilmentStatus, OrderStatus, PaymentStatus

Text = Annotated[Line, Meta(min_length=1, max_length=200)]


class OrderPath(RequestMessage, frozen=True):
    order_id: OrderId


class ListOrders(
    RequestMessage, frozen=True, rename={"placed_from": "from", "placed_to": "to", "customer_id": "customerId"}
):
    """Newest first; placed at `from` or after, and before `to`.

    `customerId` is for administrators, who see everybody's orders.
    """

    status: OrderStatus | None = None
    placed_from: Moment | None = None
    placed_to: Moment | None = None
    customer_id: UserId | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


class OrderLineView(Struct, frozen=True, rename="camel"):
    """A line, and what was refunded of it: units, those among them that went back on sale, and money.

    Of refunds that are for no lines, the order's `refunded` knows alone.
    """

    product_id: str
    variant_id: str
    name: str
    options: dict[str, str]
    quantity: int
    unit_price: Decimal
    line_total: Decimal
    refunded_quantity: int
    restocked_quantity: int
    refunded_amount: Decimal


class OrderSummary(Struct, frozen=True, rename="camel"):
    """An order without its lines."""

    order_id: str
    customer_id: str
    status: OrderStatus
    payment_status: PaymentStatus
    fulfilment_status: FulfilmentStatus
    total: Decimal
    currency: str
    line_count: int
    reference: str | None
    cancel_reason: str | None
    created_at: datetime
    updated_at: datetime


class ShipmentView(Struct, frozen=True, rename="camel"):
    """How an order was sent, with the carrier's own tracking number."""

    carrier: str
    tracking_number: str


class OrderView(OrderSummary, frozen=True, rename="camel"):
    """`refunded` is what the shop has decided to refund of `total`; `shipment` is null until the order is sent."""

    placed_by: str | None
    refunded: Decimal
    shipment: ShipmentView | None
    shipping_address: Address
    lines: list[OrderLineView]


class TimelineEntry(Struct, frozen=True, rename="camel"):
    event: str
    at: datetime
    reason: str | None


class OrderProgress(Struct, frozen=True, rename="camel"):
    """The status of an order, and the events that led to it, oldest first."""

    order_id: str
    status: OrderStatus
    payment_status: PaymentStatus
    fulfilment_status: FulfilmentStatus
    cancel_reason: str | None
    timeline: list[TimelineEntry]


class FulfilOrder(RequestMessage, frozen=True):
    carrier: Text
    tracking_number: Text


class RefundLine(NamedVariant, frozen=True, kw_only=True):
    """Refund what the units cost, or an `amount` of their own: from 0 to what is left of what the line cost.

    A `productId` names what the order has of the product, if that is one variant.
    """

    quantity: Quantity
    amount: Price | None = None


class RefundOrder(RequestMessage, frozen=True):
    """Refund an `amount` without goods, or `lines`, or with neither all that is left.

    With `restock` the units go back on sale: those of the lines, or all that are left. Goods that come back for no
    money have an amount of 0: in their lines, or with `restock` and no lines for all that are left. A field that is not
    one of these is refused: misspelt `lines` would refund everything.
    """

    reason: Text
    amount: Price | None = None
    lines: Annotated[list[RefundLine], Meta(min_length=1, max_length=MAX_LINES)] | None = None
    restock: bool = False


class RefundView(Struct, frozen=True, rename="camel"):
    """`refunded` is the total that the shop has decided to refund of this order, with this refund."""

    refund_id: str
    order_id: str
    amount: Decimal
    refunded: Decimal
    total: Decimal
    currency: str
