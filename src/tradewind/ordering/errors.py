"""The refusals and faults of ordering."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, NotFound, RetryLater, TooMany, Unprocessable


class OrderNotFound(NotFound):
    """There is no such order, or it is somebody else's."""


class CustomerNotFound(Unprocessable):
    """The order is for a customer that does not exist."""


class CartEmpty(Unprocessable):
    """There is nothing in the cart to order."""


class CartChanged(Conflict):
    """The cart was changed while the order was placed: read it again and repeat."""


class OutOfStock(Conflict):
    """There is not enough stock for the order; `details` names each variant and what is left of it."""


class MixedCurrencies(Unprocessable):
    """An order has one currency: order products of another one separately."""


class TotalChanged(Conflict):
    """The total is not the one that the caller expected: look at the prices again."""


class TooManyOpenOrders(Conflict):
    """The customer has as many unpaid orders as the shop allows: pay or cancel one of them first."""


class TooManyUnitsHeld(Conflict):
    """Unpaid orders would hold more units than the shop allows: order fewer, or pay or cancel one of them first."""


class TooManyPaymentAttempts(TooMany):
    """Too many payments were without success within the hour: try again after `Retry-After` seconds."""


class TooManyLines(Unprocessable):
    """An order has at most 1,000 lines."""


class OrderClosed(Conflict):
    """The order was sent or cancelled already: it cannot be changed like this any more."""


class OrderNotPaid(Conflict):
    """Only a paid order can be fulfilled or refunded."""


class NothingToFulfil(Conflict):
    """All of the order's goods came back before they were sent."""


class RefundTooLarge(Conflict):
    """The refund is larger than what is left of what was paid, or of what was ordered."""


class InvalidRefund(Unprocessable):
    """The refund does not say clearly what to refund."""


class OrderMissing(Exception):
    """An event or a payment belongs to an order that is not in the table: a fault of ours."""


class OrderChanged(RetryLater):
    """The order was changed by another request at the same time: try again later."""
