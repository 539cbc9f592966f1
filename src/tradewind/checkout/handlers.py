"""The steps of the checkout saga. Each looks at what is stored, does what is left to do, and is a no-op when done.

Which step follows an outcome (a declined card: `cancel_order`) is in `tradewind_tools/blueprint/saga.py`.

An order is cancelled before its money or stock is given back: its own transition `pending → cancelled` or
`→ processing` is the one decision, made once by a conditional write, and the steps after it do what was decided.
"""

from __future__ import annotations

from contextlib import suppress

from tradewind.aws.table import ConditionFailed, TableBusy
from tradewind.checkout.model import LONGEST_RUN, StepInput, StepOutcome, StepResult
from tradewind.checkout.stock import (
    StockOutcome,
    commit_reservations,
    extend_reservations,
    hold_reservations,
    release_reservations,
)
from tradewind.edge.consumer import step
from tradewind.identity.public import find_contact
from tradewind.inventory.public import list_reservations
from tradewind.inventory.public_writes import close_reservations
from tradewind.ordering.public import (
    CancelReason,
    Order,
    OrderMissing,
    OrderStatus,
    OrderWithLines,
    read_order_with_lines,
    require_order,
)
from tradewind.ordering.public_writes import cancel, confirm, give_back_attempt, settle
from tradewind.payments.public import ChargeRequest, answer_within, charge_order, refund_in_full
from tradewind.shop import Shop


@step(StepInput)
def validate_order(run: StepInput, shop: Shop) -> StepResult:
    """Check that the order is still to be processed and adds up, and that its customer is active."""
    found = _read_with_lines(run, shop)
    if found.order.status is OrderStatus.CANCELLED:
        return StepResult(StepOutcome.CANCELLED)
    if found.order.status is not OrderStatus.PENDING:
        return StepResult(StepOutcome.CONFIRMED)
    if not found.adds_up:
        return StepResult(StepOutcome.INVALID_ORDER)
    customer = find_contact(shop.table, run.customer_id)
    return StepResult(StepOutcome.VALID if customer and customer.is_active else StepOutcome.CUSTOMER_INACTIVE)


@step(StepInput)
def check_inventory(run: StepInput, shop: Shop) -> StepResult:
    """Check that the stock is held; hold it again where a deadline has passed and the stock allows it."""
    return _stock_result(hold_reservations(run.order_id, shop), StepOutcome.RESERVED)


_REASONS = {StepOutcome.CANCELLED: StepOutcome.PAYMENT_TIMEOUT, StepOutcome.REFUNDED: StepOutcome.SHOP_REQUEST}
"""For which reason an order is cancelled that stays unpaid by its payment's own end."""


@step(StepInput, connects_to=("table", "provider"))
def process_payment(run: StepInput, shop: Shop) -> StepResult:
    """Charge the order, once, unless it was cancelled meanwhile.

    A charge that may not be requested any more, and that the provider does not know, was not paid in time. One that was
    refunded at the provider before the order was confirmed is the shop's way of cancelling it.
    """
    order = _read_order(run, shop)
    if order.status is OrderStatus.CANCELLED:
        return StepResult(StepOutcome.CANCELLED)
    request = ChargeRequest(
        order_id=order.order_id,
        customer_id=order.customer_id,
        amount_minor=order.total_minor,
        currency=order.currency,
        token=order.payment_token,
        correlation_id=run.correlation_id,
    )
    outcome = StepOutcome(charge_order(request, shop))
    if outcome is StepOutcome.AWAITING_PAYMENT:
        extend_reservations(order.order_id, shop.clock.now() + answer_within(order.customer_id, shop), shop)
    return StepResult(_REASONS.get(outcome, outcome))


@step(StepInput)
def update_inventory(run: StepInput, shop: Shop) -> StepResult:
    """Sell the reserved stock."""
    return _stock_result(commit_reservations(run.order_id, run.correlation_id, shop), StepOutcome.COMMITTED)


@step(StepInput)
def confirm_order(run: StepInput, shop: Shop) -> StepResult:
    """Decide: `pending → processing`, paid. Where a cancellation was faster, everything is given back."""
    order = _read_order(run, shop)
    if order.status is OrderStatus.PENDING:
        try:
            shop.table.transact(confirm(order, shop.clock).transaction)
        except ConditionFailed:
            order = _read_order(run, shop)
        else:
            _give_back_attempt(order, shop)
            return StepResult(StepOutcome.CONFIRMED)
    return _result_of_decision(order)


@step(StepInput)
def cancel_order(run: StepInput, shop: Shop) -> StepResult:
    """Decide: `pending → cancelled`. Where a confirmation was faster, nothing is given back.

    Raises ValueError when the run's reason is none for which an order may be cancelled.
    """
    order = _read_order(run, shop)
    if order.status is OrderStatus.PENDING:
        try:
            closed = close_reservations(list_reservations(shop.table, order.order_id))
            cancelled = cancel(order, CancelReason(run.reason), shop.clock, goods=closed, in_checkout=True)
            shop.table.transact(cancelled.transaction)
        except ConditionFailed:
            order = _read_order(run, shop)
        else:
            return StepResult(StepOutcome.CANCELLED)
    return _result_of_decision(order)


@step(StepInput, connects_to=("table", "provider"))
def refund_payment(run: StepInput, shop: Shop) -> StepResult:
    """Refund what is left of a cancelled order's charge, the last of what it took."""
    order = _read_order(run, shop)
    was_charged = refund_in_full(order, run.correlation_id, shop)
    if was_charged or _no_other_run_can_charge(order, shop):
        with suppress(ConditionFailed):  # it was settled before
            shop.table.transact(settle(order, shop.clock, correlation_id=run.correlation_id).transaction)
    return StepResult(StepOutcome.REFUNDED if was_charged else StepOutcome.NOTHING_TO_REFUND)


@step(StepInput)
def release_stock(run: StepInput, shop: Shop) -> StepResult:
    """Put a cancelled order's stock back on sale."""
    release_reservations(run.order_id, shop)
    return StepResult(StepOutcome.RELEASED)


def _give_back_attempt(order: Order, shop: Shop) -> None:
    """Give the attempt to pay back to its address once, or not at all: then it counts until its hour is over."""
    for write in give_back_attempt(order, shop.clock.now()):
        with suppress(ConditionFailed, TableBusy):
            shop.table.write(write)


def _no_other_run_can_charge(order: Order, shop: Shop) -> bool:
    """A run that began before the order was cancelled may be charging it at this moment, and die after that."""
    return shop.clock.now() - order.updated_at > LONGEST_RUN


def _stock_result(outcome: StockOutcome, done: StepOutcome) -> StepResult:
    """An order that was decided meanwhile goes on to be confirmed or cancelled: the next steps see which."""
    match outcome:
        case StockOutcome.DONE:
            return StepResult(done)
        case StockOutcome.DECIDED:
            return StepResult(StepOutcome.DECIDED)
        case _:
            return StepResult(StepOutcome.OUT_OF_STOCK)


def _result_of_decision(order: Order) -> StepResult:
    return StepResult(StepOutcome.CANCELLED if order.status is OrderStatus.CANCELLED else StepOutcome.CONFIRMED)


def _read_order(run: StepInput, shop: Shop) -> Order:
    return require_order(shop.table, run.customer_id, run.order_id)


def _read_with_lines(run: StepInput, shop: Shop) -> OrderWithLines:
    found = read_order_with_lines(shop.table, run.customer_id, run.order_id)
    if found is None:
        raise OrderMissing(f"there is no order {run.order_id} of customer {run.customer_id}")
    return found
