"""What must hold once faults have stopped and the shop has come to rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from tradewind.aws.table import Item
from tradewind.inventory.public import ReservationStatus
from tradewind.ordering.model import CancelReason, Order, OrderLine, OrderStatus, PaymentStatus, sum_refunded_lines
from tradewind.payments.model import TIMED_OUT, PaymentState, balance
from tradewind_tools.simulation import (
    analytics_invariants,
    delivery_invariants,
    erasure_invariants,
    export_invariants,
    low_stock_invariants,
    response_invariants,
)
from tradewind_tools.simulation.audit_copies import leave_out_copies
from tradewind_tools.simulation.payment_provider import Account
from tradewind_tools.simulation.people import People
from tradewind_tools.simulation.scenario import Purchase
from tradewind_tools.simulation.table_snapshot import TableSnapshot
from tradewind_tools.simulation.world import World

_REASONS = {
    "tok_approved": set[str](),
    "tok_async": {CancelReason.CARD_DECLINED.value, TIMED_OUT},
    "tok_declined": {CancelReason.CARD_DECLINED.value},
    "tok_insufficient_funds": {CancelReason.INSUFFICIENT_FUNDS.value},
}
_ON_REQUEST = {CancelReason.CUSTOMER_REQUEST.value, CancelReason.SHOP_REQUEST.value}
_ALWAYS_POSSIBLE = {*_ON_REQUEST, CancelReason.OUT_OF_STOCK.value}
"""Whether stock was short is checked when the order is cancelled."""
_KEY_USED_FOR = timedelta(hours=22)
"""The shop requests a charge again for an hour less than a provider knows its key; clocks differ."""
_FINAL = {OrderStatus.PROCESSING, OrderStatus.COMPLETED, OrderStatus.CANCELLED}


def find_violations(world: World, people: People) -> list[str]:
    """Every violation, in words; empty when all invariants hold."""
    snapshot = TableSnapshot(world)
    violations = [*world.commit_checker.violations, *world.provider.violations]
    for order in snapshot.orders:
        violations += _check_order(order, snapshot, world, people.purchase_by_order.get(order.order_id))
    violations += _check_orphaned_reservations(snapshot)
    violations += _find_unfinished_work(snapshot)
    violations += _check_counts(snapshot)
    violations += delivery_invariants.find_violations(snapshot, world, people)
    violations += response_invariants.find_violations(snapshot, world, people)
    violations += erasure_invariants.find_violations(snapshot, world)
    if world.commit_checker.accounts:
        violations += world.commit_checker.accounts.violations
        violations += export_invariants.find_violations(snapshot, world)
    items = leave_out_copies(world.table.truth.all_items())
    violations += low_stock_invariants.find_violations(items, world.shop.settings.low_stock)
    violations += analytics_invariants.find_violations(world.table.truth, snapshot.orders)
    return violations


def _check_orphaned_reservations(snapshot: TableSnapshot) -> Iterator[str]:
    for each in snapshot.reservations_without_order():
        if each.status is not ReservationStatus.RELEASED:
            yield f"stock stays reserved for {each.order_id}, which was never placed"


def _find_unfinished_work(snapshot: TableSnapshot) -> Iterator[str]:
    """The jobs' lists are empty, but for payments: those may be looked up for days."""
    for item in snapshot.unfinished:
        yield f"{item['PK']} {item['SK']} is still listed in {item['GSI2PK']}"


def _check_counts(snapshot: TableSnapshot) -> Iterator[str]:
    """Everything is decided, so nothing counts against the limits any more but attempts, until their hour is over."""
    for item in snapshot.unpaid_counts:
        if item["orders"] or item["units"]:
            yield f"{item['PK']} is still counted {item['orders']} unpaid orders of {item['units']} units"


def _check_order(order: Order, snapshot: TableSnapshot, world: World, purchase: Purchase | None) -> Iterator[str]:
    name = f"order {order.order_id} ({order.status.value})"
    if order.status not in _FINAL:
        yield f"{name} is stuck"
    lines = snapshot.lines_of(order)
    if len(lines) != order.line_count or sum(line.total_minor for line in lines) != order.total_minor:
        yield f"{name}: its lines do not add up"
    yield from (f"{name}: {violation}" for violation in _check_money(order, snapshot, world))
    yield from (f"{name}: {violation}" for violation in _check_refunds(order, snapshot, world))
    yield from (f"{name}: {violation}" for violation in _check_stock(order, lines, snapshot))
    yield from (f"{name}: {violation}" for violation in _check_cancel_reason(order, snapshot, purchase, world))
    yield from (f"{name}: {violation}" for violation in _check_events(order, snapshot))


def _check_money(order: Order, snapshot: TableSnapshot, world: World) -> Iterator[str]:
    account, is_troubled = world.provider.account_of(order.order_id), world.provider.has_troubled(order.order_id)
    if world.provider.times_charged(order.order_id) > 1:
        yield "was charged more than once"
    if order.status is not OrderStatus.CANCELLED and account.charged != order.total_minor:
        yield f"{account.charged} charged of {order.total_minor}"
    if account.refunded != order.refunded_minor:
        yield f"{account.refunded} refunded of {order.refunded_minor}"
    if not is_troubled and account.kept != (0 if order.status is OrderStatus.CANCELLED else _kept_minor(order)):
        yield f"the shop keeps {account.kept} of {order.total_minor}, with {order.refunded_minor} refunded"
    if (
        not is_troubled
        and account.refunded == account.charged > 0
        and order.payment_status is not PaymentStatus.REFUNDED
    ):
        yield f"its money was refunded, and its payment is {order.payment_status.value}"
    ledger = balance(snapshot.ledger_of(order.order_id))
    if (ledger.charged, ledger.refunded, ledger.disputed) != account:
        yield f"the ledger says {ledger}, the provider {account}"
    for payment in snapshot.payments:
        if payment["orderId"] == order.order_id and payment["state"] != _state_of(account, payment, world):
            yield f"its payment is {payment['state']}, with {account}"


def _check_refunds(order: Order, snapshot: TableSnapshot, world: World) -> Iterator[str]:
    """No refund leaves that was not decided, and none leaves twice."""
    for key, count in Counter(made.key for made in world.provider.refunds_by_shop(order.order_id)).items():
        if count > 1:
            yield f"its refund {key} left {count} times"
        if key not in snapshot.refund_ids:
            yield f"its refund {key} was never decided"


def _kept_minor(order: Order) -> int:
    return order.total_minor - order.refunded_minor


def _state_of(account: Account, payment: Item, world: World) -> str:
    """The state of a payment at rest, by what the provider has of it."""
    if not account.charged:
        return PaymentState.FAILED.value if payment["amountMinor"] else PaymentState.SUCCEEDED.value
    if world.provider.is_disputed(payment["orderId"]):
        return PaymentState.DISPUTED.value
    if account.kept > 0:
        return PaymentState.SUCCEEDED.value
    return (PaymentState.CHARGED_BACK if account.disputed else PaymentState.REFUNDED).value


def _check_stock(order: Order, lines: list[OrderLine], snapshot: TableSnapshot) -> Iterator[str]:
    reservations = snapshot.reservations_of(order.order_id)
    expected = ReservationStatus.RELEASED if order.status is OrderStatus.CANCELLED else ReservationStatus.COMMITTED
    if any(each.status is not expected for each in reservations):
        yield f"its stock is {', '.join(each.status.value for each in reservations)}"
    units, taken_out = Counter[str](), Counter[str]()
    for each in reservations:
        units.update(each.units)
        taken_out += Counter(each.restocked) + Counter(each.written_off)
    ordered = Counter[str]()
    for line in lines:
        ordered[line.variant_id] += line.quantity * line.tracked
    if units + taken_out != +ordered:
        yield f"it reserved {dict(units)} and took out {dict(taken_out)} for {ordered}"
    yield from _check_refunded_lines(order, lines, snapshot)
    if taken_out != Counter({name: count for name, count in order.refunded_units.items() if ordered[name]}):
        yield f"it took out {dict(taken_out)}, with {order.refunded_units} refunded"


def _check_refunded_lines(order: Order, lines: list[OrderLine], snapshot: TableSnapshot) -> Iterator[str]:
    """What was refunded without restocking has not come back, the rest has; no line is refunded more than it cost."""
    cost, restocked, written_off = Counter[str](), Counter[str](), Counter[str]()
    for line in lines:
        cost[line.variant_id] += line.total_minor
    for each in snapshot.reservations_of(order.order_id):
        restocked += Counter(each.restocked)
        written_off += Counter(each.written_off)
    tracked = {line.variant_id for line in lines if line.tracked}
    refunded = sum_refunded_lines(each for each in snapshot.refunds.values() if each.order_id == order.order_id)
    for name, totals in refunded.items():
        if totals.amount_minor > cost[name]:
            yield f"{totals.amount_minor} was refunded for {name}, which cost {cost[name]}"
        returned = (totals.restocked, totals.quantity - totals.restocked)
        if name in tracked and returned != (restocked[name], written_off[name]):
            yield f"{returned} of {name} went back on sale, and did not, but {restocked[name]}, {written_off[name]} did"


def _check_cancel_reason(
    order: Order, snapshot: TableSnapshot, purchase: Purchase | None, world: World
) -> Iterator[str]:
    if order.status is not OrderStatus.CANCELLED:
        return
    is_overdue = order.cancel_reason == TIMED_OUT and _is_attempt_overdue(order, snapshot, world)
    possible = _ALWAYS_POSSIBLE | _REASONS.get(order.payment_token, set())
    if order.customer_id in snapshot.deleted_accounts:
        possible |= {CancelReason.CUSTOMER_INACTIVE.value}
    if order.cancel_reason not in possible and not is_overdue:
        yield f"was cancelled for {order.cancel_reason}"
    is_by_shop = order.cancel_reason == CancelReason.SHOP_REQUEST
    is_refunded_by_hand = is_by_shop and world.provider.has_troubled(order.order_id)
    may_be_cancelled = purchase is None or purchase.may_be_cancelled or is_refunded_by_hand
    if order.cancel_reason in _ON_REQUEST and not may_be_cancelled:
        yield "was cancelled although nobody requested it"


def _is_attempt_overdue(order: Order, snapshot: TableSnapshot, world: World) -> bool:
    """Nothing was charged, and the attempt was so old that no provider would have known its key."""
    cancelled_at = [each.occurred_at for each in snapshot.events_about(order.order_id) if each.type == "OrderCancelled"]
    attempts = [payment for payment in snapshot.payments if payment["orderId"] == order.order_id]
    attempted_at = [msgspec.convert(payment["createdAt"], datetime) for payment in attempts]
    is_old = all(ended - began > _KEY_USED_FOR for ended in cancelled_at for began in attempted_at)
    return is_old and not world.provider.times_charged(order.order_id)


def _check_events(order: Order, snapshot: TableSnapshot) -> Iterator[str]:
    """Each transition has one event."""
    counts = Counter(event.type for event in snapshot.events_about(order.order_id))
    expected = {
        "OrderPlaced": 1,
        "OrderCancelled": int(order.status is OrderStatus.CANCELLED),
        "OrderFulfilled": int(order.status is OrderStatus.COMPLETED),
    }
    for kind, count in expected.items():
        if counts[kind] != count:
            yield f"{counts[kind]} events {kind}, not {count}"
    if order.status is not OrderStatus.CANCELLED and counts["OrderConfirmed"] != 1:
        yield f"{counts['OrderConfirmed']} events OrderConfirmed, not 1"
