"""The consumer of the queue of short messages: what happens to an order, for customers who want to know."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from tradewind.aws.sms import SmsMessage
from tradewind.edge.consumer import queue_consumer
from tradewind.identity.public import find_contact
from tradewind.kernel.events import Event
from tradewind.notifications import reads, wording
from tradewind.notifications.delivery import send_once
from tradewind.notifications.errors import CustomerGone, NoPhoneNumber, OptedOut, Undeliverable
from tradewind.notifications.model import Channel, Notification, NotificationStatus
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


@queue_consumer
def send_sms(event: Event, shop: Shop) -> str:
    """Send the customer a short message about their order, if they want it."""
    try:
        message = _write_message(event, shop)
    except Undeliverable as reason:
        return type(reason).__name__
    return send_once(_notification(event, message), lambda: shop.sms.send(message), shop)


def _write_message(event: Event, shop: Shop) -> SmsMessage:
    """Raises Undeliverable."""
    customer_id = event.data["customerId"]
    if not reads.find_preferences(shop.table, customer_id).order_sms:
        raise OptedOut
    customer = find_contact(shop.table, customer_id)
    if customer is None:
        raise CustomerGone
    return SmsMessage(_e164(customer.phone or ""), f"{shop.settings.shop_name}: {_BODIES[event.type](event)}")


def _e164(phone: str) -> str:
    """Return the number in E.164's form. Raises NoPhoneNumber."""
    number = phone.translate(_PUNCTUATION)
    if not _E164.fullmatch(number):
        raise NoPhoneNumber
    return number


def _confirmation(event: Event) -> str:
    order = msgspec.convert(event.data, ConfirmedOrder)
    amount = wording.amount(order.total_minor, order.currency)
    return f"your order {order.order_id} is confirmed. We have received your payment of {amount}."


def _shipment(event: Event) -> str:
    order = msgspec.convert(event.data, FulfilledOrder)
    carrier, tracking_number = wording.one_line(order.carrier), wording.one_line(order.tracking_number)
    return f"your order {order.order_id} is on its way with {carrier}. Tracking number: {tracking_number}"


_BODIES: Mapping[str, Callable[[Event], str]] = {"OrderConfirmed": _confirmation, "OrderFulfilled": _shipment}


def _notification(event: Event, message: SmsMessage) -> Notification:
    """Its id differs from that of the email about the same event: each channel sends once."""
    return Notification(
        notification_id=f"{event.event_id}#{Channel.SMS}",
        user_id=event.data["customerId"],
        kind=event.type,
        subject=message.body,
        status=NotificationStatus.PENDING,
        created_at=event.occurred_at,
        order_id=event.data["orderId"],
        channel=Channel.SMS,
    )
