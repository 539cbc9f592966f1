"""What responses confirmed must exist, once; and no request is refused without a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from tradewind.ordering.messages import RefundView
from tradewind.ordering.model import Order, Refund
from tradewind_tools.simulation.api_gateway import UNAUTHORIZED
from tradewind_tools.simulation.people import REFUND_MINOR, People, RequestedRefund
from tradewind_tools.simulation.scenario import Purchase, RefundScope
from tradewind_tools.simulation.table_snapshot import TableSnapshot
from tradewind_tools.simulation.world import World

_OUT_OF_STOCK, _CART_CHANGED, _CART_EMPTY = "OutOfStock", "CartChanged", "CartEmpty"


def find_violations(snapshot: TableSnapshot, world: World, people: People) -> Iterator[str]:
    yield from _check_accounts(snapshot, people)
    yield from _check_idempotency(snapshot, people)
    yield from _check_orders(snapshot, people)
    yield from _check_refusals(world, people)
    yield from _check_refunds(snapshot, people)


def _check_accounts(snapshot: TableSnapshot, people: People) -> Iterator[str]:
    """An account that was confirmed exists, is the only one with its address, and has one event UserRegistered."""
    events = Counter(event.aggregate_id for event in snapshot.events if event.type == "UserRegistered")
    addresses = Counter(user.email.lower() for user in snapshot.users.values())
    yield from (f"{count} accounts have the address {email}" for email, count in addresses.items() if count > 1)
    for user_id in snapshot.users:
        if events[user_id] != 1:
            yield f"{events[user_id]} events UserRegistered of {user_id}"
    missing = people.accounts.keys() - snapshot.users.keys() - snapshot.deleted_accounts
    yield from (f"the account {user_id} was confirmed and does not exist" for user_id in missing)


def _check_idempotency(snapshot: TableSnapshot, people: People) -> Iterator[str]:
    """Repeated requests get the first response and do nothing more: there are no more orders or refunds than wanted."""
    if len(snapshot.orders) > people.purchases:
        yield f"{people.purchases} purchases led to {len(snapshot.orders)} orders"
    refunds = Counter(event.aggregate_id for event in snapshot.events if event.type == "RefundRequested")
    for order_id, purchase in people.purchase_by_order.items():
        if refunds[order_id] > purchase.refunds_wanted:
            yield f"order {order_id} has {refunds[order_id]} refunds instead of {purchase.refunds_wanted}"
    yield from (f"key {key} was accepted for another request, too" for key in people.reused_keys)
    for (user_id, key), responses in people.client.responses.items():
        if len(set(responses)) > 1:
            yield f"{user_id} got different responses for {key}: {[response.body for response in responses]}"


def _check_orders(snapshot: TableSnapshot, people: People) -> Iterator[str]:
    """An order that was confirmed exists as it was requested; the cart that it came from is empty."""
    orders = {order.order_id: order for order in snapshot.orders}
    for order_id, purchase in people.placed_orders:
        order = orders.get(order_id)
        if order is None:
            yield f"order {order_id} was confirmed and does not exist"
            continue
        yield from _compare(order, purchase, snapshot, people)
        if order.from_cart:
            yield from _check_cart_is_empty(order, snapshot)


def _compare(order: Order, purchase: Purchase, snapshot: TableSnapshot, people: People) -> Iterator[str]:
    """How an order differs from what was requested."""
    if order.customer_id != purchase.customer_id:
        yield f"order {order.order_id} of {order.customer_id} was confirmed to {purchase.customer_id}"
    lines = snapshot.lines_of(order)
    if not _is_as_wanted([(line.variant_id, line.quantity) for line in lines], purchase, people):
        yield f"order {order.order_id} is not of {purchase.items}"
    if any(line.unit_price_minor != snapshot.prices_minor[line.variant_id] for line in lines):
        yield f"order {order.order_id} has other prices than the catalogue"


def _is_as_wanted(ordered: Sequence[tuple[str, int]], purchase: Purchase, people: People) -> bool:
    """To the unit; but an order by name of the same customer takes what it orders out of the cart."""
    taken = people.units_taken_from_cart(purchase)
    if not taken:
        return sorted(ordered) == sorted(purchase.items)
    units, wanted = Counter(dict(ordered)), purchase.units
    return all(wanted.get(name, 0) - taken[name] <= units[name] <= wanted.get(name, 0) for name in {*wanted, *units})


def _check_cart_is_empty(order: Order, snapshot: TableSnapshot) -> Iterator[str]:
    ordered = {line.variant_id for line in snapshot.lines_of(order)}
    cart = [item["variantId"] for item in snapshot.carts if item["PK"] == f"USER#{order.customer_id}"]
    left = sorted(ordered & set(cart))
    if left:
        yield f"{len(left)} products, among them {', '.join(left[:3])}, are still in the cart of order {order.order_id}"


def _check_refusals(world: World, people: People) -> Iterator[str]:
    """A request is refused only where stock was sold out, a limit reached, or the cart had changed or was emptied."""
    shortages = world.commit_checker.shortages
    for purchase, response, since_ms, until_ms in people.refusals:
        error = response.read("error")
        beside_own_hold = purchase.is_large and not people.units_taken_from_cart(purchase)
        if error == _OUT_OF_STOCK and shortages.was_short_of(
            purchase.units, since_ms, until_ms, beside_own_hold=beside_own_hold
        ):
            continue
        if world.commit_checker.limits.may_refuse(error, purchase.customer_id, purchase.units):
            continue
        is_cart_shared = bool(people.units_taken_from_cart(purchase))
        possible = {
            _CART_CHANGED: is_cart_shared or purchase.copies > 1,
            _CART_EMPTY: is_cart_shared,
            UNAUTHORIZED: purchase.customer_id in people.client.token_checks,
        }
        if not possible.get(error):
            yield f"{purchase.customer_id} was refused {purchase.units}: {error}"


def _check_refunds(snapshot: TableSnapshot, people: People) -> Iterator[str]:
    """Each refund is of the amount and of the goods that were requested."""
    for key, request in people.refunds.items():
        for response in people.client.responses.get(key, ()):
            refund = msgspec.json.decode(response.body, type=RefundView)
            if not _is_as_requested(refund, request, snapshot):
                yield f"a refund of order {refund.order_id} was to be {request.scope}, and is {refund.amount}"
            record = snapshot.refunds[refund.refund_id]
            if not _is_recorded_as_requested(record, request):
                yield f"a refund of order {refund.order_id} was to be {request.scope}, and is recorded as {record}"


def _is_as_requested(refund: RefundView, request: RequestedRefund, snapshot: TableSnapshot) -> bool:
    match request.scope:
        case RefundScope.REMAINDER:
            return refund.refunded == refund.total
        case RefundScope.AMOUNT | RefundScope.REDUCED_LINE:
            return refund.amount * 100 == REFUND_MINOR
        case RefundScope.GOODS:
            return refund.amount == 0
        case _:
            return bool(refund.amount * 100 == snapshot.prices_minor[request.variant_id])


def _is_recorded_as_requested(record: Refund, request: RequestedRefund) -> bool:
    """Whose goods it is for, and whether they went back on sale."""
    units = {line.variant_id: line.quantity for line in record.lines if line.quantity}
    match request.scope:
        case RefundScope.REMAINDER:
            return not record.is_restocked
        case RefundScope.AMOUNT:
            return not units
        case scope:
            return units == {request.variant_id: 1} and record.is_restocked is (scope is not RefundScope.LINE)
