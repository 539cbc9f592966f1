"""The steps of the checkout saga. Each looks at what is stored, does what is left to do, and is a no-op when done.

Cancelling comes before giving anything back: the order's own transition `pending → cancelled` or `→ processing` is
the one decision, made once by a conditional write, and only its winner's consequences follow.
"""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed
from tradewind.checkout.model import LONGEST_RUN, Outcome, StepInput, StepResult
from tradewind.checkout.stock import Moved, give_back, hold, hold_longer, sell
from tradewind.edge.consumer import step
from tradewind.identity.public import find_contact
from tradewind.ordering.public import (
    CancelReason,
    Order,
    OrderMissing,
    OrderStatus,
    OrderWithLines,
    PaymentStatus,
    cancelling,
    confirming,
    order_with_lines,
    refunded,
    require_order,
    settled,
)
from tradewind.payments.public import ANSWER_WITHIN, ChargeRequest, FullRefundRequest, charge_order, refund_in_full
from tradewind.shop import Shop


@step(StepInput)
def validate_order(given: StepInput, shop: Shop) -> StepResult:
    """Is the order still to be processed, sound, and its customer active?"""
    found = _with_lines(given, shop)
    if found.order.status is OrderStatus.CANCELLED:
        return StepResult(Outcome.CANCELLED)
    if found.order.status is not OrderStatus.PENDING:
        return StepResult(Outcome.CONFIRMED)
    if not found.adds_up:
        return StepResult(Outcome.INVALID_ORDER)
    customer = find_contact(shop.table, given.customer_id)
    return StepResult(Outcome.VALID if customer and customer.is_active else Outcome.CUSTOMER_INACTIVE)


@step(StepInput)
def check_inventory(given: StepInput, shop: Shop) -> StepResult:
    """Is the stock held? Hold it again where a deadline has passed and the stock allows."""
    return _stock_result(hold(_order(given, shop), shop), Outcome.RESERVED)


@step(StepInput)
def process_payment(given: StepInput, shop: Shop) -> StepResult:
    """Charge the order, once, unless it was cancelled meanwhile."""
    order = _order(given, shop)
    if order.status is OrderStatus.CANCELLED:
        return StepResult(Outcome.CANCELLED)
    wanted = ChargeRequest(
        order_id=order.order_id,
        customer_id=order.customer_id,
        amount_minor=order.total_minor,
        currency=order.currency,
        token=order.payment_token,
        correlation_id=given.correlation_id,
    )
    outcome = Outcome(charge_order(wanted, shop))
    if outcome is Outcome.AWAITING_PAYMENT:
        hold_longer(order, shop.clock.now() + ANSWER_WITHIN, shop)
    return StepResult(outcome)


@step(StepInput)
def update_inventory(given: StepInput, shop: Shop) -> StepResult:
    """Take the reserved stock out: it is sold."""
    return _stock_result(sell(_order(given, shop), shop), Outcome.COMMITTED)


@step(StepInput)
def confirm_order(given: StepInput, shop: Shop) -> StepResult:
    """Decide: `pending → processing`, paid. Lost to a cancellation, everything is given back."""
    order = _order(given, shop)
    if order.status is OrderStatus.PENDING:
        try:
            shop.table.transact(confirming(order, shop.clock))
        except ConditionFailed:
            order = _order(given, shop)
        else:
            return StepResult(Outcome.CONFIRMED)
    return _decided(order)


@step(StepInput)
def cancel_order(given: StepInput, shop: Shop) -> StepResult:
    """Decide: `pending → cancelled`. Lost to a confirmation, nothing is given back."""
    order = _order(given, shop)
    if order.status is OrderStatus.PENDING:
        try:
            shop.table.transact(cancelling(order, _reason(given.reason), shop.clock))
        except ConditionFailed:
            order = _order(given, shop)
        else:
            return StepResult(Outcome.CANCELLED)
    return _decided(order)


@step(StepInput)
def refund_payment(given: StepInput, shop: Shop) -> StepResult:
    """Give back what is left of a cancelled order's charge, the last of what it took."""
    order = _order(given, shop)
    wanted = FullRefundRequest(order.order_id, order.payment_token, order.refunded_minor, given.correlation_id)
    given_back = refund_in_full(wanted, shop)
    if given_back and order.payment_status is not PaymentStatus.REFUNDED:
        shop.table.write(refunded(order, shop.clock.now()))
    if given_back or _no_other_run_can_charge(order, shop):
        shop.table.write(settled(order.order_id))
    return StepResult(Outcome.REFUNDED if given_back else Outcome.NOTHING_TO_REFUND)


@step(StepInput)
def release_stock(given: StepInput, shop: Shop) -> StepResult:
    """Put a cancelled order's stock back on sale."""
    give_back(given.order_id, shop)
    return StepResult(Outcome.RELEASED)


def _no_other_run_can_charge(order: Order, shop: Shop) -> bool:
    """A run that began before the order was cancelled may be asking for its money just now, and die at it."""
    return shop.clock.now() - order.updated_at > LONGEST_RUN


def _stock_result(moved: Moved, done: Outcome) -> StepResult:
    """An order that was decided meanwhile goes on to be confirmed or cancelled: the next steps see which."""
    return StepResult({Moved.DONE: done, Moved.SHORT: Outcome.OUT_OF_STOCK, Moved.DECIDED: Outcome.DECIDED}[moved])


def _order(given: StepInput, shop: Shop) -> Order:
    return require_order(shop.table, given.customer_id, given.order_id)


def _with_lines(given: StepInput, shop: Shop) -> OrderWithLines:
    found = order_with_lines(shop.table, given.customer_id, given.order_id)
    if found is None:
        raise OrderMissing(f"there is no order {given.order_id} of customer {given.customer_id}")
    return found


def _decided(order: Order) -> StepResult:
    return StepResult(Outcome.CANCELLED if order.status is OrderStatus.CANCELLED else Outcome.CONFIRMED)


def _reason(given: str) -> CancelReason:
    """A reason of the run; what is not one of the business reasons is a technical failure."""
    return CancelReason(given) if given in set(CancelReason) else CancelReason.TECHNICAL_FAILURE
