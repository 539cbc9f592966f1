"""What must hold once faults have stopped and everything has come to rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tradewind.inventory.public import Reservation, ReservationStatus
from tradewind.ordering.model import CancelReason, Line, Order, OrderStatus, PaymentStatus
from tradewind.payments.model import TIMED_OUT, PaymentState, balance
from tradewind_tools.simulation import figures, promises, tidings
from tradewind_tools.simulation.found import Found
from tradewind_tools.simulation.purchases import Purchase
from tradewind_tools.simulation.shopping import People
from tradewind_tools.simulation.world import World

_REASONS = {
    "tok_approved": set[str](),
    "tok_async": {CancelReason.CARD_DECLINED.value, TIMED_OUT},
    "tok_declined": {CancelReason.CARD_DECLINED.value},
    "tok_insufficient_funds": {CancelReason.INSUFFICIENT_FUNDS.value},
}
_ALWAYS_POSSIBLE = {CancelReason.CUSTOMER_REQUEST.value, CancelReason.SHOP_REQUEST.value}
_UNDER_FAULTS = {CancelReason.TECHNICAL_FAILURE.value, CancelReason.OUT_OF_STOCK.value}
_FINAL = {OrderStatus.PROCESSING, OrderStatus.COMPLETED, OrderStatus.CANCELLED}
_SETTLED = {PaymentState.SUCCEEDED.value, PaymentState.FAILED.value, PaymentState.REFUNDED.value}


def violations(world: World, people: People) -> list[str]:
    """Everything that is wrong, in words; empty when all is well."""
    found = Found(world)
    told = [*world.books.violations, *world.bank.complaints]
    for order in found.orders:
        told += _of_order(order, found, world, people.ordered.get(order.order_id))
    told += [
        f"stock stays reserved for {each.order_id}, which was never placed"
        for each in found.orphans()
        if _is_held(each)
    ]
    told += _unfinished(found)
    told += tidings.violations(found, world, people)
    told += promises.violations(found, world, people)
    told += figures.differences(world.table.truth, found.orders)
    return told


def _unfinished(found: Found) -> Iterator[str]:
    """What jobs go through is through; a payment may be looked for for days."""
    for item in found.unfinished:
        yield f"{item['PK']} {item['SK']} still stands in {item['GSI2PK']}"


def _of_order(order: Order, found: Found, world: World, purchase: Purchase | None) -> Iterator[str]:
    name = f"order {order.order_id} ({order.status.value})"
    if order.status not in _FINAL:
        yield f"{name} is stuck"
    lines = found.lines(order)
    if len(lines) != order.line_count or sum(line.total_minor for line in lines) != order.total_minor:
        yield f"{name}: its lines do not add up"
    yield from (f"{name}: {told}" for told in _money(order, found, world))
    yield from (f"{name}: {told}" for told in _stock(order, lines, found))
    yield from (f"{name}: {told}" for told in _reason(order, purchase, world))
    yield from (f"{name}: {told}" for told in _facts(order, found))


def _money(order: Order, found: Found, world: World) -> Iterator[str]:
    taken, given_back = world.bank.taken_minor(order.order_id), world.bank.given_back_minor(order.order_id)
    if world.bank.times_charged(order.order_id) > 1:
        yield "was charged more than once"
    if order.status is OrderStatus.CANCELLED:
        if taken != given_back:
            yield f"{taken} taken and {given_back} given back, and the order is cancelled"
        if taken and order.payment_status is not PaymentStatus.REFUNDED:
            yield f"its money went back, and its payment is {order.payment_status.value}"
    elif (taken, given_back) != (order.total_minor, order.refunded_minor):
        yield f"{taken} taken of {order.total_minor}, {given_back} given back of {order.refunded_minor}"
    ledger = balance(found.ledger(order.order_id))
    if (ledger.charged, ledger.refunded) != (taken, given_back):
        yield f"the ledger says {ledger}, the bank {taken} taken and {given_back} given back"
    for payment in found.payments:
        if payment["orderId"] == order.order_id and payment["state"] not in _SETTLED:
            yield f"its payment is left {payment['state']}"


def _stock(order: Order, lines: list[Line], found: Found) -> Iterator[str]:
    reservations = found.reservations(order.order_id)
    wanted = ReservationStatus.RELEASED if order.status is OrderStatus.CANCELLED else ReservationStatus.COMMITTED
    if any(each.status is not wanted for each in reservations):
        yield f"its stock is {', '.join(each.status.value for each in reservations)}"
    units: Counter[str] = Counter()
    for each in reservations:
        units.update(each.units)
    ordered = Counter[str]()
    for line in lines:
        ordered[line.product_id] += line.quantity * line.tracked
    too_much = {name: count for name, count in units.items() if count > ordered.get(name, 0)}
    too_little = {name for name, count in ordered.items() if count - units[name] > order.refunded_units.get(name, 0)}
    if too_much or too_little:
        yield f"it reserved {dict(units)} for {ordered}"


def _reason(order: Order, purchase: Purchase | None, world: World) -> Iterator[str]:
    if order.status is not OrderStatus.CANCELLED:
        return
    possible = _ALWAYS_POSSIBLE | _REASONS[order.payment_token] | (_UNDER_FAULTS if world.calls.was_struck else set())
    if order.cancel_reason not in possible:
        yield f"was cancelled for {order.cancel_reason}"
    wished = purchase is None or purchase.may_be_cancelled
    if order.cancel_reason in _ALWAYS_POSSIBLE and not wished:
        yield "was cancelled at nobody's wish"


def _facts(order: Order, found: Found) -> Iterator[str]:
    """Each transition was told once."""
    told = Counter(event.type for event in found.events if event.aggregate_id == order.order_id)
    expected = {
        "OrderPlaced": 1,
        "OrderCancelled": int(order.status is OrderStatus.CANCELLED),
        "OrderFulfilled": int(order.status is OrderStatus.COMPLETED),
    }
    for kind, count in expected.items():
        if told[kind] != count:
            yield f"{told[kind]} events {kind}, not {count}"
    if order.status is not OrderStatus.CANCELLED and told["OrderConfirmed"] != 1:
        yield f"{told['OrderConfirmed']} events OrderConfirmed, not 1"


def _is_held(reservation: Reservation) -> bool:
    return reservation.status is not ReservationStatus.RELEASED
