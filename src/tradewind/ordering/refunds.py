"""What a refund is for: worked out from the order's lines and from what was refunded before.

Money and goods are counted apart: goods may come back for less than they cost, or for nothing, and money may go back
without goods. A refund never takes more of either than is left, of the order or of one of its lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from tradewind.edge.errors import VariantRequired
from tradewind.kernel.errors import Detail
from tradewind.kernel.money import price_to_minor, to_decimal, to_minor
from tradewind.kernel.variant_ids import product_of
from tradewind.ordering.errors import InvalidRefund, OrderClosed, OrderNotPaid, RefundTooLarge
from tradewind.ordering.messages import RefundLine, RefundOrder
from tradewind.ordering.model import (
    Order,
    OrderLine,
    OrderStatus,
    PaymentStatus,
    Refund,
    RefundDecision,
    RefundedLine,
    sum_refunded_lines,
)


class _AskedLine(msgspec.Struct, frozen=True):
    """A line of the request, by the variant that it means."""

    variant_id: str
    quantity: int
    amount: Decimal | None


class Refundable(msgspec.Struct, frozen=True):
    """An order with its lines, and by variant the units and the money of them that were not refunded yet."""

    order: Order
    lines: Sequence[OrderLine]
    units: Counter[str]
    minor: Counter[str]

    def price(self, variant_id: str, taken: int, quantity: int) -> int:
        """What `quantity` units of a variant cost, counted along its lines after the refunded and the `taken` ones."""
        skipped = self.order.refunded_units.get(variant_id, 0) + taken
        return _price_variant(variant_id, skipped, quantity, self.lines)


def decide_refund(
    refund_id: str, request: RefundOrder, order: Order, lines: Sequence[OrderLine], refunds: Iterable[Refund]
) -> RefundDecision:
    """Raises OrderNotPaid, OrderClosed, InvalidRefund, InvalidAmount, VariantRequired or RefundTooLarge."""
    left = _find_refundable(order, lines, refunds)
    if order.payment_status is PaymentStatus.UNPAID or not (order.refundable_minor or left.units):
        raise OrderNotPaid("There is nothing to refund: the order is not paid, or all of it was refunded.")
    _check_goods_are_here(request, order)
    refunded, amount_minor = _decide_lines(request, left)
    _check_affordable(amount_minor, order)
    return RefundDecision(refund_id, amount_minor, refunded, request.reason, is_restocked=request.restock)


def has_goods_left(order: Order, lines: Sequence[OrderLine]) -> bool:
    """Whether there are units that did not come back, be it for their price or for nothing."""
    return bool(_count_units(lines) - Counter(order.refunded_units))


def _find_refundable(order: Order, lines: Sequence[OrderLine], refunds: Iterable[Refund]) -> Refundable:
    """Of a cancelled order no goods are left: they are on their way back."""
    minor = Counter[str]()
    for line in lines:
        minor[line.variant_id] += line.total_minor
    for variant_id, refunded in sum_refunded_lines(refunds).items():
        minor[variant_id] -= refunded.amount_minor
    is_cancelled = order.status is OrderStatus.CANCELLED
    units = Counter[str]() if is_cancelled else _count_units(lines) - Counter(order.refunded_units)
    return Refundable(order, lines, units, +minor)


def _check_goods_are_here(request: RefundOrder, order: Order) -> None:
    """Raises OrderClosed: what becomes of a cancelled order's goods is decided."""
    if order.status is OrderStatus.CANCELLED and (request.lines or request.restock):
        raise OrderClosed(
            "The order was cancelled: its goods go back on sale, its money to the customer. "
            "Where money is left, refund an amount, without lines and without restocking."
        )


def _decide_lines(request: RefundOrder, left: Refundable) -> tuple[list[RefundedLine], int]:
    """What is refunded of which lines, and the money in all."""
    if request.amount is not None:
        amount_minor = _read_amount(request, left.order)
        return (_split_rest(0, left) if request.restock else []), amount_minor
    if request.lines:
        refunded = _price_lines([_name_variant(line, left.lines) for line in request.lines], left)
        return refunded, sum(line.amount_minor for line in refunded)
    amount_minor = left.order.refundable_minor
    if not (amount_minor or request.restock) and left.order.total_minor:
        raise OrderNotPaid("All that was paid was refunded. Name lines, or restock, to take goods back without money.")
    return _split_rest(amount_minor, left), amount_minor


def _read_amount(request: RefundOrder, order: Order) -> int:
    """Goods come back with an amount only where it is 0."""
    assert request.amount is not None  # noqa: S101 - the caller looked
    amount_minor = to_minor(request.amount, order.currency, "amount")
    if request.lines or (request.restock and amount_minor):
        raise InvalidRefund(
            "Name an amount or lines, not both; lines are restocked, and may have amounts of their own."
        )
    if amount_minor < 0 or not (amount_minor or request.restock):
        raise InvalidRefund("The amount must be more than zero.")
    return amount_minor


def _price_lines(requested: Sequence[_AskedLine], left: Refundable) -> list[RefundedLine]:
    """Each variant once: the units, and what is refunded for them, by their prices or as the request says."""
    _check_units_are_left(_count_units(requested), left)
    units, minor = Counter[str](), Counter[str]()
    for position, line in enumerate(requested):
        minor[line.variant_id] += _price_line(f"lines[{position}].amount", line, units, minor, left)
        units[line.variant_id] += line.quantity
    return [RefundedLine(variant_id, count, minor[variant_id]) for variant_id, count in units.items()]


def _name_variant(line: RefundLine, ordered: Sequence[OrderLine]) -> _AskedLine:
    """A product's id means what the order has of it, whatever the shop sells of it now. Raises VariantRequired."""
    return _AskedLine(_find_variant(line, ordered), line.quantity, line.amount)


def _find_variant(line: RefundLine, ordered: Sequence[OrderLine]) -> str:
    if not line.is_by_product:
        return line.wanted_id
    found = {each.variant_id: each for each in ordered if product_of(each.variant_id) == line.wanted_id}
    if len(found) > 1:
        details = tuple(Detail(variant_id, each.full_name) for variant_id, each in found.items())
        raise VariantRequired("The order has several variants of the product: name one by its variantId.", details)
    return next(iter(found), line.wanted_id)


def _price_line(
    field: str, line: _AskedLine, units: Mapping[str, int], minor: Mapping[str, int], left: Refundable
) -> int:
    """What is refunded for a line, after the `units` and the money of the lines before it."""
    name, currency = line.variant_id, left.order.currency
    left_minor = left.minor[name] - minor[name]
    if line.amount is None:
        amount_minor = left.price(name, units[name], line.quantity)
    else:
        amount_minor = price_to_minor(line.amount, currency, field)
    if amount_minor > left_minor:
        reason = (
            f"Only {to_decimal(left_minor, currency)} {currency} is left to refund of {name!r}: name such an amount."
        )
        raise RefundTooLarge(reason, (Detail(field, reason),))
    return amount_minor


def _check_units_are_left(units: Mapping[str, int], left: Refundable) -> None:
    details = [
        Detail(name, f"{quantity - left.units[name]} more than were ordered and not yet refunded")
        for name, quantity in units.items()
        if quantity > left.units[name]
    ]
    if details:
        raise RefundTooLarge("More units would be refunded than were ordered.", tuple(details))


def _split_rest(amount_minor: int, left: Refundable) -> list[RefundedLine]:
    """All units that are left, and an amount by what is left of each variant: by the largest remainder, ties by id."""
    names = sorted(left.units | left.minor)
    whole = max(1, left.minor.total())
    shares = {name: divmod(amount_minor * left.minor[name], whole) for name in names}
    missing = amount_minor - sum(share for share, _ in shares.values())
    raised = set(sorted(names, key=lambda name: -shares[name][1])[:missing])
    return [RefundedLine(name, left.units[name], shares[name][0] + (name in raised)) for name in names]


def _price_variant(variant_id: str, skipped: int, quantity: int, lines: Sequence[OrderLine]) -> int:
    """What `quantity` units of a variant cost, after the first `skipped` units of its lines."""
    total, first, last = 0, skipped, skipped + quantity
    for line in lines:
        if line.variant_id == variant_id:
            total += max(0, min(last, line.quantity) - max(first, 0)) * line.unit_price_minor
            first, last = first - line.quantity, last - line.quantity
    return total


def _count_units(lines: Sequence[OrderLine] | Sequence[_AskedLine]) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in lines:
        units[line.variant_id] += line.quantity
    return units


def _check_affordable(amount_minor: int, order: Order) -> None:
    if amount_minor and not order.refundable_minor:
        raise OrderNotPaid("All that was paid was refunded. Give the lines an amount of 0 to take goods back.")
    if amount_minor > order.refundable_minor:
        left = to_decimal(order.refundable_minor, order.currency)
        raise RefundTooLarge(f"Only {left} {order.currency} of what was paid is left to refund.")
