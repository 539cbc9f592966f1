"""What people were promised: whoever was answered has what they asked for, once, and nobody is refused for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from tradewind.ordering.messages import RefundView
from tradewind.ordering.model import Order
from tradewind_tools.simulation.found import Found
from tradewind_tools.simulation.purchases import Part, Purchase
from tradewind_tools.simulation.shopping import REFUND_MINOR, People, RefundWish
from tradewind_tools.simulation.world import World

_OUT_OF_STOCK, _CART_CHANGED = "OutOfStock", "CartChanged"


def violations(found: Found, world: World, people: People) -> Iterator[str]:
    yield from _accounts(found, people)
    yield from _idempotency(found, people)
    yield from _orders(found, people)
    yield from _refusals(world, people)
    yield from _refunds(found, people)


def _accounts(found: Found, people: People) -> Iterator[str]:
    """Whoever was told of an account has it, alone by its address, and the shop has heard of it once."""
    told = Counter(event.aggregate_id for event in found.events if event.type == "UserRegistered")
    addresses = Counter(user.email.lower() for user in found.users.values())
    yield from (f"{count} accounts have the address {email}" for email, count in addresses.items() if count > 1)
    yield from (f"{told[user_id]} events UserRegistered of {user_id}" for user_id in found.users if told[user_id] != 1)
    yield from (
        f"{user_id} was promised and does not exist" for user_id in people.registered.keys() - found.users.keys()
    )


def _idempotency(found: Found, people: People) -> Iterator[str]:
    """Repeats get the first answer, and do nothing more: nobody has more orders or refunds than they wanted."""
    if len(found.orders) > people.purchases:
        yield f"{len(found.orders)} orders came of {people.purchases} purchases"
    refunds = Counter(event.aggregate_id for event in found.events if event.type == "RefundRequested")
    for order_id, purchase in people.ordered.items():
        if refunds[order_id] > purchase.refunds_wanted:
            yield f"order {order_id} has {refunds[order_id]} refunds instead of {purchase.refunds_wanted}"
    yield from (f"key {key} was taken for another request, too" for key in people.taken_twice)
    for (user_id, key), answers in people.front_door.answers.items():
        if len(set(answers)) > 1:
            yield f"{user_id} got different answers to {key}: {[answer.body for answer in answers]}"


def _orders(found: Found, people: People) -> Iterator[str]:
    """Whoever was told of an order has it, as it was wanted; and a cart whose order stands is empty."""
    orders = {order.order_id: order for order in found.orders}
    for order_id, purchase in people.promised:
        order = orders.get(order_id)
        if order is None:
            yield f"{order_id} was promised and does not exist"
            continue
        yield from _unlike(order, purchase, found)
        if order.from_cart:
            yield from _left_in_cart(order, found)


def _unlike(order: Order, purchase: Purchase, found: Found) -> Iterator[str]:
    """How an order differs from what was wanted."""
    if order.customer_id != purchase.customer_id:
        yield f"order {order.order_id} of {order.customer_id} was promised to {purchase.customer_id}"
    lines = found.lines(order)
    if sorted((line.product_id, line.quantity) for line in lines) != sorted(purchase.items):
        yield f"order {order.order_id} is not of {purchase.items}"
    if any(line.unit_price_minor != found.prices_minor[line.product_id] for line in lines):
        yield f"order {order.order_id} has other prices than the catalogue"


def _left_in_cart(order: Order, found: Found) -> Iterator[str]:
    ordered = {line.product_id for line in found.lines(order)}
    left = [item["productId"] for item in found.carts if item["PK"] == f"USER#{order.customer_id}"]
    kept = sorted(ordered & set(left))
    if kept:
        yield f"{len(kept)} products, {', '.join(kept[:3])} among them, are still in the cart of order {order.order_id}"


def _refusals(world: World, people: People) -> Iterator[str]:
    """Only somebody who was too late is refused."""
    for purchase, answer in people.refused:
        error = answer.read("error")
        if error == _OUT_OF_STOCK and world.books.was_short_of(purchase.units):
            continue
        if error != _CART_CHANGED or purchase.copies == 1:
            yield f"{purchase.customer_id} was refused {purchase.units}: {error}"


def _refunds(found: Found, people: People) -> Iterator[str]:
    """Each gives back as much as was wished."""
    for key, wish in people.refunds.items():
        for answer in people.front_door.answers.get(key, ()):
            given = msgspec.json.decode(answer.body, type=RefundView)
            if not _is_as_wished(given, wish, found):
                yield f"a refund of order {given.order_id} was to be {wish.part}, and is {given.amount}"


def _is_as_wished(given: RefundView, wish: RefundWish, found: Found) -> bool:
    match wish.part:
        case Part.REST:
            return given.refunded == given.total
        case Part.AMOUNT:
            return given.amount * 100 == REFUND_MINOR
        case _:
            return bool(given.amount * 100 == found.prices_minor[wish.product_id])
