"""The consumer of the queue of short messages: what has become of an order, for customers who wish to know so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from tradewind.aws.sms import Text
from tradewind.edge.consumer import queue_consumer
from tradewind.identity.public import find_contact
from tradewind.kernel.events import Event
from tradewind.notifications import store, wording
from tradewind.notifications.delivery import send_once
from tradewind.notifications.errors import CustomerGone, NoTelephone, NotWished, Undeliverable
from tradewind.notifications.model import Channel, Notification, NotificationStatus
from tradewind.shop import Shop

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""ITU-T E.164: a country code and at most fifteen digits. A number without the code could be anybody's anywhere."""
_PUNCTUATION = str.maketrans("", "", " ()./-")


class Confirmed(msgspec.Struct, frozen=True, rename="camel"):
    order_id: str
    total_minor: int
    currency: str


class Sent(msgspec.Struct, frozen=True, rename="camel"):
    order_id: str
    carrier: str
    tracking_number: str


@queue_consumer
def send_text(event: Event, shop: Shop) -> str:
    """Tell the customer by a short message what has become of an order, if they wish it."""
    try:
        text = _text(event, shop)
    except Undeliverable as reason:
        return type(reason).__name__
    return send_once(_notification(event, text), lambda: shop.sms.send(text), shop)


def _text(event: Event, shop: Shop) -> Text:
    """Raises Undeliverable."""
    customer_id = event.data["customerId"]
    if not store.preferences(shop.table, customer_id).order_texts:
        raise NotWished
    customer = find_contact(shop.table, customer_id)
    if customer is None:
        raise CustomerGone
    return Text(_telephone(customer.phone or ""), f"{shop.settings.shop_name}: {_WORDS[event.type](event)}")


def _telephone(given: str) -> str:
    number = given.translate(_PUNCTUATION)
    if not _E164.fullmatch(number):
        raise NoTelephone
    return number


def _confirmed(event: Event) -> str:
    order = msgspec.convert(event.data, Confirmed)
    return f"your order {order.order_id} is confirmed: {wording.amount(order.total_minor, order.currency)}, paid."


def _sent(event: Event) -> str:
    order = msgspec.convert(event.data, Sent)
    tracking = f"{wording.one_line(order.carrier)}, tracking number {wording.one_line(order.tracking_number)}"
    return f"your order {order.order_id} is on its way with {tracking}."


_WORDS: Mapping[str, Callable[[Event], str]] = {"OrderConfirmed": _confirmed, "OrderFulfilled": _sent}


def _notification(event: Event, text: Text) -> Notification:
    """Beside the mail's record of the same event: each channel tells once."""
    return Notification(
        notification_id=f"{event.event_id}#{Channel.SMS}",
        user_id=event.data["customerId"],
        kind=event.type,
        subject=text.words,
        status=NotificationStatus.PENDING,
        created_at=event.occurred_at,
        order_id=event.data["orderId"],
        channel=Channel.SMS,
    )
