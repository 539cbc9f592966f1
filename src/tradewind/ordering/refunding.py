"""What a refund gives back: worked out from the order's lines and from what was given back before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec

from tradewind.kernel.errors import Detail
from tradewind.kernel.money import to_decimal, to_minor
from tradewind.ordering.errors import InvalidRefund, OrderNotPaid, RefundTooLarge
from tradewind.ordering.messages import RefundOrder
from tradewind.ordering.model import Line, Order


class Share(msgspec.Struct, frozen=True):
    """What a refund gives back: money in minor units, and the units by product that it is for."""

    amount_minor: int
    units: dict[str, int]


def share(wanted: RefundOrder, order: Order, lines: list[Line]) -> Share:
    """Raises OrderNotPaid, InvalidRefund, InvalidAmount or RefundTooLarge."""
    if order.refundable_minor <= 0:
        raise OrderNotPaid("There is nothing to give back: the order is not paid, or all of it was given back.")
    if wanted.amount is not None:
        return _of_amount(wanted, order)
    units = _named(wanted) if wanted.lines else _left(order, lines)
    taken = _taken(units, order, lines)
    amount = sum(taken) if wanted.lines else order.refundable_minor
    if amount <= 0:
        raise InvalidRefund("These lines cost nothing: there is no money to give back for them.")
    return _affordable(Share(amount, dict(units)), order)


def _of_amount(wanted: RefundOrder, order: Order) -> Share:
    if wanted.lines or wanted.restock:
        raise InvalidRefund("Name an amount or lines, not both; only lines can be restocked.")
    assert wanted.amount is not None  # noqa: S101 - the caller looked
    amount = to_minor(wanted.amount, order.currency, "amount")
    if amount <= 0:
        raise InvalidRefund("The amount must be more than zero.")
    return _affordable(Share(amount, {}), order)


def _named(wanted: RefundOrder) -> Counter[str]:
    units: Counter[str] = Counter()
    for line in wanted.lines or ():
        units[line.product_id] += line.quantity
    return units


def _left(order: Order, lines: list[Line]) -> Counter[str]:
    """The units of the order that nothing was given back for yet."""
    ordered: Counter[str] = Counter()
    for line in lines:
        ordered[line.product_id] += line.quantity
    return ordered - Counter(order.refunded_units)


def _taken(units: Mapping[str, int], order: Order, lines: list[Line]) -> list[int]:
    """The price of each unit given back, in the order of the lines, after those that were given back before."""
    prices: dict[str, list[Line]] = {}
    for line in lines:
        prices.setdefault(line.product_id, []).append(line)
    too_many = [
        Detail(product_id, f"{count} more than were ordered and not yet refunded")
        for product_id, quantity in units.items()
        if (count := quantity - _refundable_units(product_id, order, prices)) > 0
    ]
    if too_many:
        raise RefundTooLarge("More units would be refunded than were ordered.", tuple(too_many))
    return [
        _price(prices[product_id], order.refunded_units.get(product_id, 0), quantity)
        for product_id, quantity in units.items()
    ]


def _refundable_units(product_id: str, order: Order, prices: Mapping[str, list[Line]]) -> int:
    ordered = sum(line.quantity for line in prices.get(product_id, ()))
    return ordered - order.refunded_units.get(product_id, 0)


def _price(lines: list[Line], skipped: int, quantity: int) -> int:
    """What `quantity` units cost, counted along the lines after the first `skipped`."""
    total, first, last = 0, skipped, skipped + quantity
    for line in lines:
        total += max(0, min(last, line.quantity) - max(first, 0)) * line.unit_price_minor
        first, last = first - line.quantity, last - line.quantity
    return total


def _affordable(wanted: Share, order: Order) -> Share:
    if wanted.amount_minor > order.refundable_minor:
        left = to_decimal(order.refundable_minor, order.currency)
        raise RefundTooLarge(f"Only {left} {order.currency} of what was paid is left to give back.")
    return wanted
