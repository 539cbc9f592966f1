"""An order, its lines and its three axes of state: order, payment, fulfilment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tradewind.kernel.events import EventData
from tradewind.kernel.states import StateTable

MAX_LINES = 1_000
HOLD = timedelta(minutes=15)
"""How long stock is held for an order that nobody has paid yet."""


class OrderStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class PaymentStatus(StrEnum):
    UNPAID = "unpaid"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class FulfilmentStatus(StrEnum):
    UNFULFILLED = "unfulfilled"
    FULFILLED = "fulfilled"


ORDER_STATES = StateTable(
    "order",
    OrderStatus.PENDING,
    {
        OrderStatus.PENDING: (OrderStatus.PROCESSING, OrderStatus.CANCELLED),
        OrderStatus.PROCESSING: (OrderStatus.COMPLETED, OrderStatus.CANCELLED),
        OrderStatus.COMPLETED: (),
        OrderStatus.CANCELLED: (),
    },
)
PAYMENT_STATES = StateTable(
    "payment of an order",
    PaymentStatus.UNPAID,
    {
        PaymentStatus.UNPAID: (PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED),
        PaymentStatus.PAID: (PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED),
        PaymentStatus.PARTIALLY_REFUNDED: (PaymentStatus.REFUNDED, PaymentStatus.PAID),  # a refund failed afterwards
        PaymentStatus.REFUNDED: (PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.PAID),  # likewise
    },
)
FULFILMENT_STATES = StateTable(
    "fulfilment",
    FulfilmentStatus.UNFULFILLED,
    {FulfilmentStatus.UNFULFILLED: (FulfilmentStatus.FULFILLED,), FulfilmentStatus.FULFILLED: ()},
)


class CancelReason(StrEnum):
    """Why an order was cancelled; the customer's mail explains it."""

    CARD_DECLINED = "CardDeclined"
    INSUFFICIENT_FUNDS = "InsufficientFunds"
    UNKNOWN_PAYMENT_METHOD = "UnknownPaymentMethod"
    OUT_OF_STOCK = "OutOfStock"
    CUSTOMER_INACTIVE = "CustomerInactive"
    INVALID_ORDER = "InvalidOrder"
    PAYMENT_TIMEOUT = "PaymentTimeout"
    CUSTOMER_REQUEST = "CustomerRequest"
    SHOP_REQUEST = "ShopRequest"


class Address(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Where an order is sent; `country` is an ISO 3166-1 alpha-2 code."""

    street: str
    country: str
    city: str = ""
    postal_code: str = ""
    name: str = ""
    street2: str = ""
    region: str = ""
    phone: str = ""


class Shipment(msgspec.Struct, frozen=True, rename="camel"):
    """How an order is sent, with the carrier's own tracking number."""

    carrier: str
    tracking_number: str


class Allowance(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What an unpaid order takes of the limits on its customer and on the address of the caller.

    `units` is None where the customer is not counted, `address` empty where the address is not. `attempt_until` is when
    the hour ends in which its payment is an attempt: epoch seconds.
    """

    attempt_until: int
    units: int | None = None
    address: str = ""


class UnpaidOrders(msgspec.Struct, frozen=True, rename="camel"):
    """What the unpaid orders of a customer take, all together; `attempts` are those of the hour that ends then."""

    orders: int = 0
    units: int = 0
    attempts: int = 0
    attempts_until: int = 0


class OrderLine(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A line of an order, with the name, options and price it was ordered at; `tracked` when it takes stock.

    `options` are names and values, as pairs: a map keeps no order in the table.
    """

    variant_id: str
    name: str
    quantity: int
    unit_price_minor: int
    tracked: bool
    options: list[list[str]] = []

    @property
    def full_name(self) -> str:
        """The name with the option values: `Deck shirt (Small, Navy)`."""
        return f"{self.name} ({', '.join(value for _, value in self.options)})" if self.options else self.name

    @property
    def total_minor(self) -> int:
        return self.quantity * self.unit_price_minor


class Order(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An order without its lines, so that a change of state stays small.

    `payment_token` is what the payment provider gave the client; `placed_by` is the administrator who took the order.
    `refunded_minor` is what the shop has decided to refund, whether or not the money has moved yet, and
    `refunded_units` counts the units, by variant, that it was refunded for. `allowance` is there until the order is
    confirmed or cancelled, which gives it back.
    """

    order_id: str
    customer_id: str
    status: OrderStatus
    payment_status: PaymentStatus
    fulfilment_status: FulfilmentStatus
    currency: str
    total_minor: int
    refunded_minor: int
    line_count: int
    shipping_address: Address
    payment_token: str
    created_at: datetime
    updated_at: datetime
    version: int
    correlation_id: str
    placed_by: str | None = None
    reference: str | None = None
    from_cart: bool = False
    cancel_reason: str | None = None
    shipment: Shipment | None = None
    refunded_units: dict[str, int] = {}
    allowance: Allowance | None = None

    @property
    def refundable_minor(self) -> int:
        """What may still be refunded, in minor units."""
        paid = self.payment_status in (PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED)
        return max(0, self.total_minor - self.refunded_minor) if paid else 0

    def payment_status_after(self, refunded_minor: int) -> PaymentStatus:
        """The payment status of a paid order once so much of it is refunded; an unpaid one keeps its own."""
        if self.payment_status is PaymentStatus.UNPAID:
            return self.payment_status
        return self.paid_status_after(refunded_minor)

    def paid_status_after(self, refunded_minor: int) -> PaymentStatus:
        """The same of an order whose money is here, whatever its payment status says."""
        if refunded_minor <= 0:
            return PaymentStatus.PAID
        return PaymentStatus.PARTIALLY_REFUNDED if refunded_minor < self.total_minor else PaymentStatus.REFUNDED

    @property
    def is_open(self) -> bool:
        """Whether it can still be cancelled."""
        is_unfulfilled = self.fulfilment_status is FulfilmentStatus.UNFULFILLED
        return is_unfulfilled and self.status in (OrderStatus.PENDING, OrderStatus.PROCESSING)


class RefundedLine(msgspec.Struct, frozen=True, rename="camel"):
    """What a refund is for: units of a variant, and the money for them, each of which may be 0."""

    variant_id: str
    quantity: int
    amount_minor: int


class RefundDecision(msgspec.Struct, frozen=True):
    """What the shop refunds of an order: money in minor units, and the lines that it is for, each variant once."""

    refund_id: str
    amount_minor: int
    lines: list[RefundedLine]
    reason: str
    is_restocked: bool = False

    @property
    def units(self) -> dict[str, int]:
        """By variant, as far as goods come back or are given up."""
        return {line.variant_id: line.quantity for line in self.lines if line.quantity}


class RefundState(StrEnum):
    REQUESTED = "requested"
    ISSUED = "issued"
    FAILED = "failed"


REFUND_STATES = StateTable(
    "refund",
    RefundState.REQUESTED,
    {
        RefundState.REQUESTED: (RefundState.ISSUED, RefundState.FAILED),
        RefundState.ISSUED: (RefundState.FAILED,),  # the money came back: the provider could not deliver it
        RefundState.FAILED: (),
    },
)

ISSUE_WITHIN = timedelta(minutes=10)
"""How long a refund may wait for its event to be handled, before a job issues it."""


class RefundOrigin(StrEnum):
    """Who decided a refund: an administrator, a cancellation, or somebody at the payment provider."""

    SHOP = "shop"
    CANCELLATION = "cancellation"
    PROVIDER = "provider"


class Refund(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A refund of an order, and what became of it; it is kept for good, so that no refund is issued twice.

    `reference` is the provider's id of it, `failure` why it failed. The id of one that was made at the provider is that
    reference. `lines` are what it is for, if not for money alone; their units went back on sale where `is_restocked`.
    """

    refund_id: str
    order_id: str
    customer_id: str
    amount_minor: int
    currency: str
    reason: str
    origin: RefundOrigin
    state: RefundState
    created_at: datetime
    updated_at: datetime
    correlation_id: str
    reference: str | None = None
    failure: str | None = None
    lines: list[RefundedLine] = []
    is_restocked: bool = False


class RefundedTotals(msgspec.Struct, frozen=True):
    """What was refunded of a variant: units, those among them that went back on sale, and money."""

    quantity: int = 0
    restocked: int = 0
    amount_minor: int = 0


def sum_refunded_lines(refunds: Iterable[Refund]) -> dict[str, RefundedTotals]:
    """By variant. The money of a refund that failed is not refunded; where its goods are, they stay."""
    totals: dict[str, RefundedTotals] = {}
    for refund in refunds:
        for line in refund.lines:
            known = totals.get(line.variant_id, RefundedTotals())
            totals[line.variant_id] = RefundedTotals(
                known.quantity + line.quantity,
                known.restocked + line.quantity * refund.is_restocked,
                known.amount_minor + line.amount_minor * (refund.state is not RefundState.FAILED),
            )
    return totals


class UnsettledOrder(msgspec.Struct, frozen=True, rename="camel"):
    """Marks a cancelled order until all that it took is given back."""

    order_id: str
    customer_id: str
    cancelled_at: datetime


class OrderWithLines(msgspec.Struct, frozen=True):
    order: Order
    lines: list[OrderLine]

    @property
    def adds_up(self) -> bool:
        return len(self.lines) == self.order.line_count and total_minor(self.lines) == self.order.total_minor


def total_minor(lines: Iterable[OrderLine]) -> int:
    return sum(line.total_minor for line in lines)


def count_units(lines: Iterable[OrderLine]) -> dict[str, int]:
    """How many units of each variant the lines order, summed: one variant may be in many lines."""
    units: Counter[str] = Counter()
    for line in lines:
        units[line.variant_id] += line.quantity
    return dict(units)


def count_tracked_units(lines: Iterable[OrderLine]) -> dict[str, int]:
    """How many units of each variant the lines take from stock."""
    return count_units(line for line in lines if line.tracked)


class OrderPlaced(EventData, frozen=True):
    """The checkout begins with it; `cart_remains` when lines of the cart are still to be removed."""

    order_id: str
    customer_id: str
    total_minor: int
    currency: str
    line_count: int
    cart_remains: bool


class OrderConfirmed(EventData, frozen=True):
    order_id: str
    customer_id: str
    total_minor: int
    currency: str


class OrderCancelled(EventData, frozen=True):
    """`resume` when the checkout is to run once more, to give back what the order took."""

    order_id: str
    customer_id: str
    reason: str
    resume: bool


class OrderSettled(EventData, frozen=True):
    """All that a cancelled order took is given back."""

    order_id: str
    customer_id: str


class OrderFulfilled(EventData, frozen=True):
    order_id: str
    customer_id: str
    carrier: str
    tracking_number: str


class RefundRequested(EventData, frozen=True):
    """The shop has decided to refund money; the payments service does it."""

    order_id: str
    customer_id: str
    refund_id: str
    amount_minor: int
    currency: str
    reason: str
