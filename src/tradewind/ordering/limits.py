"""Limits on unpaid orders and on attempts to pay, so that nobody holds the stock for nothing or tries stolen cards.

What an order takes of its customer's limits is counted in the transaction that places it, and given back in the one
that decides it. An attempt of an address is counted before the order is placed, and given back after it is paid: what
fails in between leaves it counted. An attempt without success counts until its hour is over. A limit of 0 is none.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from tradewind.aws.table import Absent, AnyOf, AtMost, Condition, ConditionFailed, Equals, TableBusy, Update
from tradewind.edge import caller_address
from tradewind.kernel.clock import epoch_seconds
from tradewind.ordering import writes
from tradewind.ordering.errors import TooManyOpenOrders, TooManyPaymentAttempts, TooManyUnitsHeld
from tradewind.ordering.model import Allowance, Order, UnpaidOrders
from tradewind.ordering.reads import attempts_key, unpaid_from, unpaid_key
from tradewind.settings import Settings
from tradewind.shop import Shop


def allowance(units: int, address: str, settings: Settings, now: datetime) -> Allowance | None:
    """What an order of so many units takes of the limits; None where there are none. Raises TooManyUnitsHeld."""
    if 0 < settings.held_units_limit < units:
        raise _too_many_units(settings)
    is_customer_limited = any((settings.open_orders_limit, settings.held_units_limit, settings.payment_attempts_limit))
    counted_address = address if settings.address_attempts_limit else ""
    if not is_customer_limited and not counted_address:
        return None
    return Allowance(caller_address.window_end(now), units if is_customer_limited else None, counted_address)


def count(order: Order, unpaid: UnpaidOrders, settings: Settings) -> list[Update]:
    """Count what the order takes of its customer's limits.

    The condition fails at a limit, or when `unpaid` is not as it was read.
    """
    taken = order.allowance
    if taken is None or taken.units is None:
        return []
    return [_count_for_customer(order.customer_id, taken, taken.units, unpaid, settings)]


def count_attempt(order: Order, shop: Shop) -> None:
    """Count an attempt of the caller's address before its order is placed. Raises TooManyPaymentAttempts, TableBusy."""
    taken = order.allowance
    if taken is None or not taken.address:
        return
    key, limit = attempts_key(taken.address, taken.attempt_until), shop.settings.address_attempts_limit
    counted = caller_address.count_attempt(key, taken.attempt_until, limit)
    try:
        shop.table.write(counted)
    except ConditionFailed:
        raise _too_many_attempts(taken, shop) from None


def give_back_attempt(order: Order, shop: Shop) -> None:
    """Give back the attempt of an order that was not placed; where that fails, it counts until its hour is over."""
    for write in writes.give_back_attempt(order, shop.clock.now()):
        with suppress(ConditionFailed, TableBusy):
            shop.table.write(write)


def refuse_beyond(order: Order, shop: Shop) -> None:
    """Raises TooManyOpenOrders, TooManyUnitsHeld or TooManyPaymentAttempts when the customer is beyond that limit."""
    taken = order.allowance
    if taken is not None and taken.units is not None:
        found = shop.table.get(unpaid_key(order.customer_id), consistent=True)
        _refuse_customer(unpaid_from(found), taken, taken.units, shop)


def _refuse_customer(unpaid: UnpaidOrders, taken: Allowance, units: int, shop: Shop) -> None:
    settings = shop.settings
    if 0 < settings.open_orders_limit <= unpaid.orders:
        raise TooManyOpenOrders(
            f"You have {unpaid.orders} orders that are not paid yet. Please pay or cancel one of them first."
        )
    if 0 < settings.held_units_limit < unpaid.units + units:
        raise _too_many_units(settings)
    is_this_hour = unpaid.attempts_until == taken.attempt_until
    if is_this_hour and 0 < settings.payment_attempts_limit <= unpaid.attempts:
        raise _too_many_attempts(taken, shop)


def _count_for_customer(
    customer_id: str, taken: Allowance, units: int, unpaid: UnpaidOrders, settings: Settings
) -> Update:
    counted = {"orders": 1, "units": units}
    when = (*_at_most("orders", 1, settings.open_orders_limit), *_at_most("units", units, settings.held_units_limit))
    if unpaid.attempts_until == taken.attempt_until:
        is_this_hour = Equals("attemptsUntil", taken.attempt_until)
        below = _at_most("attempts", 1, settings.payment_attempts_limit)
        return Update(unpaid_key(customer_id), add=counted | {"attempts": 1}, when=(*when, is_this_hour, *below))
    is_earlier = AnyOf((Absent("attemptsUntil"), AtMost("attemptsUntil", taken.attempt_until - 1)))
    first = {"attempts": 1, "attemptsUntil": taken.attempt_until}
    return Update(unpaid_key(customer_id), set=first, add=counted, when=(*when, is_earlier))


def _at_most(attribute: str, added: int, limit: int) -> tuple[Condition, ...]:
    """What is added stays within the limit, if there is one."""
    return (AnyOf((Absent(attribute), AtMost(attribute, limit - added))),) if limit else ()


def _too_many_units(settings: Settings) -> TooManyUnitsHeld:
    return TooManyUnitsHeld(
        f"Orders that are not paid yet may hold {settings.held_units_limit:,} units in all. "
        "Please order fewer, or pay or cancel another order first."
    )


def _too_many_attempts(taken: Allowance, shop: Shop) -> TooManyPaymentAttempts:
    wait_seconds = max(1, taken.attempt_until - epoch_seconds(shop.clock.now()))
    return TooManyPaymentAttempts(
        "Too many payments were without success within this hour. Please try again later.",
        retry_after_seconds=wait_seconds,
    )
