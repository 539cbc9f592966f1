"""What must have been delivered: every event to every target, and to each customer each message about them, once.

What is not true when it would be sent is not sent, and of everything that is not sent the reason is recorded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from tradewind.aws.table import Item
from tradewind.identity.model import LINK_LIFETIME
from tradewind.kernel.events import Event
from tradewind.notifications.email_templates import EMAIL_TEMPLATES, REMINDERS
from tradewind.notifications.model import INVENTORY_TEAM, Channel, NotificationStatus
from tradewind.settings import Settings
from tradewind_tools.blueprint.messaging import EMAIL_QUEUE, RULES, SMS_QUEUE
from tradewind_tools.simulation import account_mail_invariants
from tradewind_tools.simulation.bus import matches
from tradewind_tools.simulation.people import People
from tradewind_tools.simulation.ports import SentMessage
from tradewind_tools.simulation.scenario import ReturnAction
from tradewind_tools.simulation.table_snapshot import TableSnapshot
from tradewind_tools.simulation.world import World

_OVERDUE, _ABANDONED = "EmailVerificationOverdue", "CartAbandoned"
_A_DAY = timedelta(days=1)
_SLACK = timedelta(minutes=3)
_CLOCKS_DIFFER = timedelta(seconds=20)
"""Two of the simulated clocks, at most."""
"""A reminder may be on its way already: longer than its job and its sender run, and than clocks differ."""


def find_violations(snapshot: TableSnapshot, world: World, people: People) -> Iterator[str]:
    yield from _find_undelivered_events(snapshot, world)
    yield from _check_messages(snapshot, world, people)
    yield from _find_undecided_messages(snapshot)
    yield from _check_refusals(snapshot, people)
    yield from _find_untrue_messages(snapshot, world, people)
    yield from _check_recipients(snapshot, world)
    yield from _check_reminders(snapshot, world, people)


def _find_undelivered_events(snapshot: TableSnapshot, world: World) -> Iterator[str]:
    for event in _all_events(snapshot):
        detail = msgspec.to_builtins(event)
        for rule in RULES:
            handled = world.queues[rule.queue].handled | world.lost_events
            if matches(rule, event.type, detail) and event.event_id not in handled:
                yield f"{event.type} of {event.aggregate_id} was never delivered by {rule.name}"


def _all_events(snapshot: TableSnapshot) -> Iterator[Event]:
    """Every event that was recorded, and the alias `order.done` of each confirmation."""
    for event in snapshot.events:
        yield event
        if event.type == "OrderConfirmed":
            yield msgspec.structs.replace(event, event_id=f"done-{event.event_id}", type="order.done")


def _event_types_for(queue: str) -> set[str]:
    return {kind for rule in RULES if rule.queue == queue for kind in rule.events}


def _mail_events(snapshot: TableSnapshot) -> dict[str, Event]:
    """The events that must have led to a mail, reminders left out, by the ids of their notifications."""
    kinds = _event_types_for(EMAIL_QUEUE) & set(EMAIL_TEMPLATES) - REMINDERS
    return {event.event_id: event for event in snapshot.events if event.type in kinds}


def _sms_events(snapshot: TableSnapshot) -> dict[str, Event]:
    """The same of short messages, for customers who want them."""
    kinds = _event_types_for(SMS_QUEUE)
    return {
        f"{event.event_id}#{Channel.SMS}": event
        for event in snapshot.events
        if event.type in kinds and _wants_sms(event, snapshot)
    }


def _wants_sms(event: Event, snapshot: TableSnapshot) -> bool:
    """Whether the customer wanted short messages when it happened."""
    preferences = snapshot.preferences_of(_customer_of(event))
    since = preferences.order_sms_since
    return preferences.order_sms and (since is None or since <= event.occurred_at)


def _has_opted_in_around(event: Event, snapshot: TableSnapshot) -> bool:
    """Whether clocks that differ leave open what came first: the wish for short messages, or the event."""
    since = snapshot.preferences_of(_customer_of(event)).order_sms_since
    return since is not None and abs(event.occurred_at - since) <= _CLOCKS_DIFFER


def _must_remind(snapshot: TableSnapshot, people: People) -> dict[str, Event]:
    """The reminders that must have been sent: to customers who never came back."""
    absent = {customer.user_id for customer in people.abandoning_customers if customer.return_action is None}
    return {name: event for name, event in _may_remind(snapshot).items() if _customer_of(event) in absent}


def _may_remind(snapshot: TableSnapshot) -> dict[str, Event]:
    """The reminders that may have been sent: to those who want them; about a cart only to a verified address."""
    events = [event for event in snapshot.events if event.type in REMINDERS]
    wanted = [event for event in events if snapshot.preferences_of(_customer_of(event)).reminders]
    return {
        event.event_id: event
        for event in wanted
        if event.type != _ABANDONED or snapshot.accounts[_customer_of(event)].email_verified
    }


def _customer_of(event: Event) -> str:
    """Whom a message about the event is for: a customer, or the inventory team."""
    user_id: str = event.data.get("customerId") or event.data.get("userId") or INVENTORY_TEAM
    return user_id


def _check_messages(snapshot: TableSnapshot, world: World, people: People) -> Iterator[str]:
    """Mails and short messages: each that is due was sent once, and no other."""
    sent = {item["notificationId"]: item for item in snapshot.notifications if _is_sent(item)}
    due = {**_mail_events(snapshot), **_sms_events(snapshot), **_must_remind(snapshot, people)}
    refused = {item["notificationId"] for item in snapshot.notifications if _is_refused(item)}
    for name, event in due.items():
        is_gone = _customer_of(event) in snapshot.deleted_accounts
        if name not in sent and name not in refused and not is_gone:
            yield f"no message about {_describe(event)} was sent"
    possible = {*due, *_may_remind(snapshot)}
    unwanted = [item for name, item in sent.items() if name not in possible]
    yield from (f"{_owner(item)} got a message about {item['kind']}, and did not want it" for item in unwanted)
    recorded = {item["messageId"] for item in sent.values()}
    messages = _all_messages(world)
    missing = recorded - {message.message_id for message in messages}
    if missing:
        yield f"messages are recorded as sent that never were: {sorted(missing)}"
    for message in messages:
        if message.message_id not in recorded and not message.may_be_unrecorded:
            yield f"{message.recipient} got a message twice: {message.content}"


def _find_undecided_messages(snapshot: TableSnapshot) -> Iterator[str]:
    """Of every event that a message could be about there is a record for good: that it was sent, or why not.

    Not of what came when the account was erased: no item of it may come back.
    """
    decided = {item["notificationId"] for item in snapshot.notifications if _is_sent(item) or _is_refused(item)}
    mails, texts = _event_types_for(EMAIL_QUEUE) & set(EMAIL_TEMPLATES), _event_types_for(SMS_QUEUE)
    for event in snapshot.events:
        if _customer_of(event) in snapshot.deleted_accounts:
            continue
        if event.type in mails and event.event_id not in decided:
            yield f"nothing is recorded about the mail of {_describe(event)}"
        if event.type in texts and f"{event.event_id}#{Channel.SMS}" not in decided:
            yield f"nothing is recorded about the short message of {_describe(event)}"


def _check_refusals(snapshot: TableSnapshot, people: People) -> Iterator[str]:
    """What was not sent had a reason."""
    events = {event.event_id: event for event in snapshot.events}
    for item in filter(_is_refused, snapshot.notifications):
        event = events[item["notificationId"].split("#")[0]]
        if item["reason"] not in _possible_reasons(event, item, snapshot, people):
            yield f"{_owner(item)} got no message about {_describe(event)}: {item['reason']}"


def _possible_reasons(event: Event, item: Item, snapshot: TableSnapshot, people: People) -> set[str]:
    of_account = account_mail_invariants.list_reasons(event, _customer_of(event), snapshot)
    return of_account | _usual_reasons(event, item, snapshot, people)


def _usual_reasons(event: Event, item: Item, snapshot: TableSnapshot, people: People) -> set[str]:
    is_sms, customer_id = item.get("channel") == Channel.SMS, _customer_of(event)
    if event.type in REMINDERS:
        return {"OptedOut", "AlreadyVerified", "AddressUnverified", "NothingToBuy", "LinkExpired", "OutOfDate"}
    if is_sms and not _wants_sms(event, snapshot):
        return {"OptedOut"}
    if is_sms and _has_opted_in_around(event, snapshot) and item["reason"] == "OptedOut":
        return {"OptedOut"}
    if event.type in ("UserRegistered", "EmailVerificationRequested"):
        return {"LinkExpired", "AlreadyVerified"}
    if event.type == "StockLow":
        return {"OutOfDate"}
    return {"OutOfDate"} if _may_be_untrue(event, snapshot) and customer_id not in people.accounts else set()


def _may_be_untrue(event: Event, snapshot: TableSnapshot) -> bool:
    """Whether something happened to the order, at any time, after which what the event says does not hold."""
    about = [each.type for each in snapshot.events if each.data.get("orderId") == event.data.get("orderId")]
    return bool({"OrderCancelled", "RefundRequested", "RefundIssued", "RefundFailed"} & {*about} - {event.type})


def _find_untrue_messages(snapshot: TableSnapshot, world: World, people: People) -> Iterator[str]:
    """No message says what had ceased to be true before its sender began."""
    events = {event.event_id: event for event in snapshot.events}
    sent_ms = {message.message_id: message.sent_ms for message in _all_messages(world)}
    for item in filter(_is_sent, snapshot.notifications):
        event = events.get(item["notificationId"].split("#")[0])
        if event is None or item["messageId"] not in sent_ms:
            continue
        sent_at = world.clock.beginning + timedelta(milliseconds=sent_ms[item["messageId"]])
        ended_at = _end_of_truth(event, snapshot, people)
        if ended_at and ended_at + _SLACK < sent_at:
            yield f"{_owner(item)} was told of {_describe(event)}, which had not been true since {ended_at}"


def _end_of_truth(event: Event, snapshot: TableSnapshot, people: People) -> datetime | None:
    """When what the event says ceased to be true, if it did."""
    match event.type:
        case "OrderConfirmed":
            return _first("OrderCancelled", "orderId", event, snapshot)
        case "RefundIssued":
            return _first("RefundFailed", "refundId", event, snapshot)
        case "EmailVerificationRequested" | "EmailVerificationOverdue":
            return _first("EmailVerified", "userId", event, snapshot) or event.occurred_at + LINK_LIFETIME
        case "UserRegistered":
            return None if _needs_no_link(event, snapshot) else event.occurred_at + LINK_LIFETIME
        case "CartAbandoned":
            changed_at = people.cart_changes_at.get(event.aggregate_id)
            return changed_at if changed_at and changed_at > event.occurred_at else None
        case _:
            return None


def _needs_no_link(event: Event, snapshot: TableSnapshot) -> bool:
    """Whether the address was known to be the customer's from the beginning: the welcome asks for nothing."""
    is_verified = snapshot.accounts[_customer_of(event)].email_verified
    return is_verified and _first("EmailVerified", "userId", event, snapshot) is None


def _first(kind: str, field: str, event: Event, snapshot: TableSnapshot) -> datetime | None:
    """When an event of this type first happened to what both are about."""
    same = (each for each in snapshot.events if each.type == kind and each.data[field] == event.data[field])
    return min((each.occurred_at for each in same), default=None)


def _check_recipients(snapshot: TableSnapshot, world: World) -> Iterator[str]:
    """Each message went to the customer whom it is about, and names their order."""
    messages = {message.message_id: message for message in _all_messages(world)}
    events = {event.event_id: event for event in snapshot.events}
    for item in filter(_is_sent, snapshot.notifications):
        event, message = events.get(item["notificationId"].split("#")[0]), messages.get(item["messageId"])
        if event is None:
            yield f"{_owner(item)} got a message about {item['kind']}, which never happened"
            continue
        if message and not _is_addressed_well(message, event, snapshot):
            yield f"{message.recipient} got a message about {_describe(event)}: {message.content}"
        if _owner(item) != _customer_of(event):
            yield f"{_owner(item)} has a notification about {_describe(event)}"


def _is_addressed_well(message: SentMessage, event: Event, snapshot: TableSnapshot) -> bool:
    if event.type == "StockLow":
        return message.recipient == Settings().mail_from
    user_id = _customer_of(event)
    phone = (snapshot.accounts[user_id].phone or "").replace(" ", "")
    recipients = {*account_mail_invariants.list_recipients(event, user_id, snapshot), phone}
    return message.recipient in recipients and event.data.get("orderId", "") in message.content


def _all_messages(world: World) -> tuple[SentMessage, ...]:
    return (*world.mailer.sent, *world.sms.sent)


def _check_reminders(snapshot: TableSnapshot, world: World, people: People) -> Iterator[str]:
    """Nobody is reminded twice of the same; who stays away is reminded, and who came back is not."""
    events = [event for event in snapshot.events if event.type in REMINDERS]
    counts = Counter((event.type, event.aggregate_id) for event in events)
    for (kind, user_id), count in counts.items():
        if count > 1:
            yield f"{user_id} was reminded {count} times: {kind}"
    missing = _due_reminders(snapshot, world, people) - set(counts)
    yield from (f"{user_id} was never reminded: {kind}" for kind, user_id in missing)
    yield from _check_not_too_early(events, people)


def _due_reminders(snapshot: TableSnapshot, world: World, people: People) -> set[tuple[str, str]]:
    """By type of event and user."""
    unconfirmed = [each for each in people.abandoning_customers if each.return_action is not ReturnAction.VERIFY]
    unverified = {customer.user_id for customer in unconfirmed if not customer.is_verified}
    if world.days_pass:
        unverified |= {user_id for user_id, user in snapshot.users.items() if not user.email_verified}
    unchanged = [each for each in people.abandoning_customers if each.return_action in (None, ReturnAction.VERIFY)]
    abandoned = {customer.user_id for customer in unchanged if not customer.added_later}
    return {(_OVERDUE, user_id) for user_id in unverified} | {(_ABANDONED, user_id) for user_id in abandoned}


def _check_not_too_early(events: Iterable[Event], people: People) -> Iterator[str]:
    """Nobody is reminded of a cart that was left for less than a day, or ordered."""
    for event in events:
        if event.type != _ABANDONED:
            continue
        changed_at = people.cart_changes_at.get(event.aggregate_id)
        if changed_at and changed_at + _SLACK < event.occurred_at < changed_at + _A_DAY - _SLACK:
            yield f"{event.aggregate_id} was reminded of a cart after coming back to it"
        left_at = msgspec.convert(event.data["leftAt"], datetime)
        if event.occurred_at < left_at + _A_DAY - _SLACK:
            yield f"{event.aggregate_id} was reminded of a cart left at {left_at}, at {event.occurred_at}"


def _describe(event: Event) -> str:
    return f"{event.type} of {event.data.get('orderId') or event.aggregate_id}"


def _owner(notification: Item) -> str:
    user_id: str = notification["userId"]
    return user_id


def _is_refused(notification: Item) -> bool:
    status: str = notification["status"]
    return status == NotificationStatus.NOT_SENT.value


def _is_sent(notification: Item) -> bool:
    status: str = notification["status"]
    return status == NotificationStatus.SENT.value
