"""What a refund is for: worked out from the order's lines and from what was refunded before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tradewind.kernel.errors import Detail
from tradewind.kernel.money import to_decimal, to_minor
from tradewind.ordering.errors import InvalidRefund, OrderClosed, OrderNotPaid, RefundTooLarge
from tradewind.ordering.messages import RefundLine, RefundOrder
from tradewind.ordering.model import Order, OrderLine, OrderStatus, RefundDecision


def decide_refund(refund_id: str, request: RefundOrder, order: Order, lines: Sequence[OrderLine]) -> RefundDecision:
    """Raises OrderNotPaid, OrderClosed, InvalidRefund, InvalidAmount or RefundTooLarge."""
    if order.refundable_minor <= 0:
        raise OrderNotPaid("There is nothing to refund: the order is not paid, or all of it was refunded.")
    _check_goods_are_here(request, order)
    if request.amount is not None:
        amount_minor, units = _read_amount(request, order), Counter[str]()
    elif request.lines:
        units = _count_units(request.lines)
        amount_minor = _price_units(units, order, lines)
    else:
        units, amount_minor = _count_remaining_units(order, lines), order.refundable_minor
    _check_affordable(amount_minor, order)
    return RefundDecision(refund_id, amount_minor, dict(units), request.reason)


def _read_amount(request: RefundOrder, order: Order) -> int:
    if request.lines or request.restock:
        raise InvalidRefund("Name an amount or lines, not both; only lines can be restocked.")
    assert request.amount is not None  # noqa: S101 - the caller looked
    amount_minor = to_minor(request.amount, order.currency, "amount")
    if amount_minor <= 0:
        raise InvalidRefund("The amount must be more than zero.")
    return amount_minor


def _check_goods_are_here(request: RefundOrder, order: Order) -> None:
    """Raises OrderClosed: what became of a cancelled order's goods is decided."""
    if order.status is OrderStatus.CANCELLED and (request.lines or request.restock):
        raise OrderClosed(
            "The order was cancelled: its goods go back on sale, its money to the customer. "
            "Where money is left, refund an amount, without lines and without restocking."
        )


def _count_remaining_units(order: Order, lines: Sequence[OrderLine]) -> Counter[str]:
    """The units of the order that nothing was refunded for yet; none of an order that was cancelled."""
    if order.status is OrderStatus.CANCELLED:
        return Counter()
    return _count_units(lines) - Counter(order.refunded_units)


def _price_units(units: Mapping[str, int], order: Order, lines: Sequence[OrderLine]) -> int:
    """What the units cost, counted along their lines after those that were refunded before."""
    _check_not_refunded_before(units, order, lines)
    amount_minor = sum(
        _price_product(product_id, order.refunded_units.get(product_id, 0), quantity, lines)
        for product_id, quantity in units.items()
    )
    if amount_minor <= 0:
        raise InvalidRefund("These lines cost nothing: there is no money to refund for them.")
    return amount_minor


def _check_not_refunded_before(units: Mapping[str, int], order: Order, lines: Sequence[OrderLine]) -> None:
    ordered, refunded = _count_units(lines), order.refunded_units
    excess = {name: quantity - (ordered[name] - refunded.get(name, 0)) for name, quantity in units.items()}
    details = [
        Detail(name, f"{count} more than were ordered and not yet refunded")
        for name, count in excess.items()
        if count > 0
    ]
    if details:
        raise RefundTooLarge("More units would be refunded than were ordered.", tuple(details))


def _price_product(product_id: str, skipped: int, quantity: int, lines: Sequence[OrderLine]) -> int:
    """What `quantity` units of a product cost, after the first `skipped` units of its lines."""
    total, first, last = 0, skipped, skipped + quantity
    for line in lines:
        if line.product_id == product_id:
            total += max(0, min(last, line.quantity) - max(first, 0)) * line.unit_price_minor
            first, last = first - line.quantity, last - line.quantity
    return total


def _count_units(lines: Sequence[OrderLine] | Sequence[RefundLine]) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in lines:
        units[line.product_id] += line.quantity
    return units


def _check_affordable(amount_minor: int, order: Order) -> None:
    if amount_minor > order.refundable_minor:
        left = to_decimal(order.refundable_minor, order.currency)
        raise RefundTooLarge(f"Only {left} {order.currency} of what was paid is left to refund.")
