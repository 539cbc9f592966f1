"""The consumer of the queue of short messages: what happens to an order, for customers who want to know."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from tradewind.aws.sms import SmsMessage
from tradewind.edge.consumer import queue_consumer
from tradewind.identity.public import find_contact
from tradewind.kernel.events import Event
from tradewind.notifications import reads, truth, wording
from tradewind.notifications.delivery import new_notification, record_refusal, send_once
from tradewind.notifications.errors import CustomerGone, NoPhoneNumber, OptedOut, OrderGone, Undeliverable
from tradewind.notifications.model import Channel
from tradewind.ordering.public import Order, read_order
from tradewind.shop import Shop

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""ITU-T E.164: a country code and at most fifteen digits. A number without the code could be anybody's anywhere."""
_PUNCTUATION = str.maketrans("", "", " ()./-")


class ConfirmedOrder(msgspec.Struct, frozen=True, rename="camel"):
    """What a message needs of an event OrderConfirmed."""

    order_id: str
    total_minor: int
    currency: str


class FulfilledOrder(msgspec.Struct, frozen=True, rename="camel"):
    """What a message needs of an event OrderFulfilled."""

    order_id: str
    carrier: str
    tracking_number: str


@partial(queue_consumer, connects_to=("table", "sms"))
def send_sms(event: Event, shop: Shop) -> str:
    """Send the customer a short message about their order, if they wanted it when it happened, and it is still so."""
    notification = new_notification(event, Channel.SMS)
    try:
        message = _write_message(event, shop)
    except Undeliverable as reason:
        return record_refusal(notification, reason, shop)
    notification = msgspec.structs.replace(notification, subject=message.body)
    return send_once(notification, lambda: shop.sms.send(message), shop)


def _write_message(event: Event, shop: Shop) -> SmsMessage:
    """Raises Undeliverable."""
    customer_id = event.data["customerId"]
    preferences = reads.find_preferences(shop.table, customer_id, consistent=True)
    if not preferences.wants_sms_of(event.occurred_at):
        raise OptedOut
    customer = find_contact(shop.table, customer_id)
    if customer is None:
        raise CustomerGone
    _CHECKS[event.type](_find_order(event, shop))
    return SmsMessage(_e164(customer.phone or ""), f"{shop.settings.shop_name}: {_BODIES[event.type](event)}")


def _find_order(event: Event, shop: Shop) -> Order:
    order = read_order(shop.table, event.data["customerId"], event.data["orderId"])
    if order is None:
        raise OrderGone
    return order


def _e164(phone: str) -> str:
    """Return the number in E.164's form. Raises NoPhoneNumber."""
    number = phone.translate(_PUNCTUATION)
    if not _E164.fullmatch(number):
        raise NoPhoneNumber
    return number


def _confirmation(event: Event) -> str:
    order = msgspec.convert(event.data, ConfirmedOrder)
    amount = wording.sms_amount(order.total_minor, order.currency)
    return f"your order {order.order_id} is confirmed. We have received your payment of {amount}."


def _shipment(event: Event) -> str:
    order = msgspec.convert(event.data, FulfilledOrder)
    carrier, tracking_number = wording.one_line(order.carrier), wording.one_line(order.tracking_number)
    return f"your order {order.order_id} is on its way with {carrier}. Tracking number: {tracking_number}"


_BODIES: Mapping[str, Callable[[Event], str]] = {"OrderConfirmed": _confirmation, "OrderFulfilled": _shipment}
_CHECKS: Mapping[str, Callable[[Order], None]] = {
    "OrderConfirmed": truth.check_confirmed,
    "OrderFulfilled": truth.check_fulfilled,
}
