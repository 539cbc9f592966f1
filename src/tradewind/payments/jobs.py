"""What payments do on a schedule."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from tradewind.aws.consumer import job
from tradewind.aws.table import ConditionFailed, Item, Write
from tradewind.ordering.public import read_order
from tradewind.payments import store
from tradewind.payments.answers import Hearing, answered, refused
from tradewind.payments.model import ANSWER_WITHIN, TIMED_OUT, Payment
from tradewind.payments.provider import Charge, ChargeOutcome, ProviderTimeout
from tradewind.shop import Shop

PER_SHARD = 25
"""Payments of a shard that one run asks about: those that are left are due at the next."""

_SHORTEST_WAIT, _LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=6)


@job
def settle_awaited(shop: Shop) -> int:
    """Ask the provider about payments whose notice has not come; give up what took longer than the stock is held."""
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
    writes = _outcome(payment, now, shop)
    with suppress(ConditionFailed):
        shop.table.transact(writes)
    return bool(writes)


def _outcome(payment: Payment, now: datetime, shop: Shop) -> list[Write]:
    """What the provider's answer changes; nothing while it is still waited for."""
    order = read_order(shop.table, payment.customer_id, payment.order_id)
    hearing = Hearing(order.correlation_id if order else payment.payment_id, shop.clock, resume=True)
    answer = _looked_up(payment, order.payment_token if order else "", shop)
    if answer and answer.outcome is not ChargeOutcome.AWAITING:
        return answered(payment, answer, hearing)
    return refused(payment, TIMED_OUT, hearing) if now >= _deadline(payment) else []


def _looked_up(payment: Payment, token: str, shop: Shop) -> Charge | None:
    try:
        return shop.provider.look_up(payment.payment_id, token, payment.provider_reference)
    except ProviderTimeout:
        return None


def _next_time(payment: Payment, now: datetime) -> datetime:
    """The longer it has taken, the less often it is asked; but for certain when it is to be given up."""
    later = now + min(max(now - payment.created_at, _SHORTEST_WAIT), _LONGEST_WAIT)
    return min(later, _deadline(payment)) if now < _deadline(payment) else later


def _deadline(payment: Payment) -> datetime:
    return payment.created_at + ANSWER_WITHIN
