"""What payments do on a schedule."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from tradewind.aws.table import ConditionFailed, Item, Write
from tradewind.edge.consumer import job
from tradewind.ordering.public import Order, OrderStatus, read_order, refunded
from tradewind.payments import store
from tradewind.payments.answers import Hearing, answered, refused
from tradewind.payments.charging import ToGiveBack, refund
from tradewind.payments.giving_up import called_off, look_again_at, next_look
from tradewind.payments.model import ANSWER_WITHIN, TIMED_OUT, Payment, PaymentState
from tradewind.payments.provider import Charge, ChargeOutcome, ProviderTimeout
from tradewind.shop import Shop

PER_SHARD = 25
"""Payments of a shard that one run asks about: those that are left are due at the next."""

_SHORTEST_WAIT, _LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=6)


class OrderMissing(Exception):
    """A payment without its order: a fault of ours."""


@job
def settle_awaited(shop: Shop) -> int:
    """Ask the provider about payments whose webhook has not come; give up what took longer than the stock is held.

    Money that came late is looked after, too, until its order is confirmed or the money has gone back; and what was
    given up without the provider's word is looked for, for some days.
    """
    now = shop.clock.now()
    due = [item for shard in range(store.OPEN_SHARDS) for item in _due(shard, now, shop)]
    return sum(_settled(item, now, shop) for item in due)


def _due(shard: int, now: datetime, shop: Shop) -> list[Item]:
    return shop.table.query(store.due(shard, now, PER_SHARD)).items


def _settled(item: Item, now: datetime, shop: Shop) -> bool:
    """Is the payment settled now? It goes back in the queue first: one in trouble does not hold up the others."""
    payment = store.from_item(item)
    try:
        shop.table.write(store.claim(item, _next_time(payment, now)))
    except ConditionFailed:
        return False
    order = read_order(shop.table, payment.customer_id, payment.order_id)
    if order is None:
        raise OrderMissing(f"there is no order of payment {payment.payment_id}")
    match payment.state:
        case PaymentState.SUCCEEDED:
            return _ended(payment, order, shop)
        case PaymentState.FAILED:
            return _looked_for(payment, order, shop)
        case _:
            return _heard(payment, order, shop)


def _heard(payment: Payment, order: Order, shop: Shop) -> bool:
    """Settle the payment by what the provider says, or give it up; the saga then runs again."""
    hearing = Hearing(order.correlation_id, shop.clock, resume=True)
    answer = _looked_up(payment, order.payment_token, shop)
    if answer and answer.outcome is not ChargeOutcome.AWAITING:
        return _written(answered(payment, answer, hearing), shop)
    is_hopeless = shop.clock.now() >= _deadline(payment)
    return is_hopeless and _written(_given_up(payment, answer, hearing, shop), shop)


def _given_up(payment: Payment, answer: Charge | None, hearing: Hearing, shop: Shop) -> list[Write]:
    last_word = _last_word(payment, answer, shop)
    if last_word and last_word.outcome is ChargeOutcome.APPROVED:
        return answered(payment, last_word, hearing)
    return refused(payment, TIMED_OUT, hearing, look_again_at=look_again_at(last_word, shop.clock.now()))


def _looked_for(payment: Payment, order: Order, shop: Shop) -> bool:
    """Was a payment charged after it was given up? Then it is late money; else it is let go when it can never be."""
    now = shop.clock.now()
    last_word = _last_word(payment, _looked_up(payment, order.payment_token, shop), shop)
    if last_word and last_word.outcome is ChargeOutcome.APPROVED:
        return _written(answered(payment, last_word, Hearing(order.correlation_id, shop.clock, resume=True)), shop)
    is_through = look_again_at(last_word, now) is None or next_look(payment, now) is None
    return is_through and _written([store.closed(payment)], shop)


def _ended(payment: Payment, order: Order, shop: Shop) -> bool:
    """Money that came late is kept for a confirmed order, and given back for a cancelled one."""
    match order.status:
        case OrderStatus.PENDING:
            return False
        case OrderStatus.CANCELLED:
            refund(ToGiveBack(order.order_id, order.payment_token, order.refunded_minor, order.correlation_id), shop)
            return _written([refunded(order, shop.clock.now())], shop)
        case _:
            return _written([store.closed(payment)], shop)


def _written(writes: Sequence[Write], shop: Shop) -> bool:
    with suppress(ConditionFailed):
        shop.table.transact(writes)
        return True
    return False


def _looked_up(payment: Payment, token: str, shop: Shop) -> Charge | None:
    try:
        return shop.provider.look_up(payment.payment_id, token, payment.provider_reference)
    except ProviderTimeout:
        return None


def _last_word(payment: Payment, answer: Charge | None, shop: Shop) -> Charge | None:
    try:
        return called_off(payment, answer, shop)
    except ProviderTimeout:
        return answer


def _next_time(payment: Payment, now: datetime) -> datetime:
    """The longer it has taken, the less often it is asked; but for certain when it is to be given up."""
    later = now + min(max(now - payment.created_at, _SHORTEST_WAIT), _LONGEST_WAIT)
    if payment.state is PaymentState.FAILED:
        return next_look(payment, now) or later
    return min(later, _deadline(payment)) if now < _deadline(payment) else later


def _deadline(payment: Payment) -> datetime:
    return payment.created_at + ANSWER_WITHIN
