"""Sending a notification of an event to a customer, once, or recording for good why it is not sent."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from tradewind.aws.sms import SmsRefusedForGood
from tradewind.aws.table import ConditionFailed, Put
from tradewind.identity.public import find_contact
from tradewind.kernel.events import Event
from tradewind.notifications import reads, writes
from tradewind.notifications.errors import CustomerGone, SendInProgress, Undeliverable
from tradewind.notifications.model import INVENTORY_TEAM, Channel, Notification, NotificationStatus
from tradewind.shop import Shop


class SendOutcome(StrEnum):
    SENT = "Sent"
    REFUSED = "Refused"
    ALREADY_DECIDED = "AlreadyDecided"


def send_once(notification: Notification, send: Callable[[], str], shop: Shop) -> str:
    """Send a notification by `send`, which returns the sending service's id for it, unless it was decided before.

    Returns a SendOutcome. A refusal for good is recorded as the reason. Raises SendInProgress, and what `send` raises.
    """
    if not _write_if_free(writes.claim_notification(notification, shop.clock.now()), notification, shop):
        return SendOutcome.ALREADY_DECIDED
    try:
        message_id = send()
    except SmsRefusedForGood as refusal:
        shop.table.write(writes.mark_refused(notification, f"Refused: {refusal}"))
        return SendOutcome.REFUSED
    shop.table.write(writes.mark_sent(notification, message_id, shop.clock.now()))
    return SendOutcome.SENT


def record_refusal(notification: Notification, reason: Undeliverable, shop: Shop) -> str:
    """Record that the notification is not sent, so that its event sends none when it comes again.

    Of somebody who is gone nothing is recorded: the account was erased, and no item of it may come back.

    Returns the name of the reason, or that it was decided before. Raises SendInProgress.
    """
    name = type(reason).__name__
    if _is_gone(notification.user_id, reason, shop):
        return name
    refusal = writes.refuse_notification(notification, name, shop.clock.now())
    return name if _write_if_free(refusal, notification, shop) else SendOutcome.ALREADY_DECIDED


def new_notification(event: Event, channel: Channel) -> Notification:
    """The notification of an event by a channel, still to be decided: each channel has its own."""
    data = event.data
    return Notification(
        notification_id=event.event_id if channel is Channel.EMAIL else f"{event.event_id}#{channel}",
        user_id=data.get("customerId") or data.get("userId") or INVENTORY_TEAM,
        kind=event.type,
        subject="",
        status=NotificationStatus.PENDING,
        created_at=event.occurred_at,
        order_id=data.get("orderId"),
        channel=channel,
    )


def _is_gone(user_id: str, reason: Undeliverable, shop: Shop) -> bool:
    """Another reason may have been found before anybody looked for the customer."""
    if user_id == INVENTORY_TEAM:
        return False
    return isinstance(reason, CustomerGone) or find_contact(shop.table, user_id) is None


def _write_if_free(write: Put, notification: Notification, shop: Shop) -> bool:
    """Write unless the notification is decided: then False. Raises SendInProgress while another sender has it."""
    try:
        shop.table.write(write)
    except ConditionFailed:
        recorded = reads.find_recorded(shop.table, notification)
        if recorded and recorded.is_decided:
            return False
        raise SendInProgress from None
    return True
