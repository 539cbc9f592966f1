"""What must have come through: every event to every target, and to each customer what concerns them, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from tradewind.aws.table import Item
from tradewind.identity.model import User
from tradewind.kernel.events import Event
from tradewind.notifications.letters import LETTERS, REMINDERS
from tradewind.notifications.model import Channel, NotificationStatus
from tradewind_tools.blueprint.messaging import EMAIL_QUEUE, RULES, SMS_QUEUE, Rule, ToQueue
from tradewind_tools.simulation.found import Found
from tradewind_tools.simulation.messaging import matches
from tradewind_tools.simulation.ports import SentMessage
from tradewind_tools.simulation.purchases import Return
from tradewind_tools.simulation.shopping import People
from tradewind_tools.simulation.world import World

_OVERDUE, _ABANDONED = "EmailVerificationOverdue", "CartAbandoned"
_A_DAY = timedelta(days=1)
_SLACK = timedelta(minutes=3)
"""A reminder may be on its way already: longer than its job and its sender run, and than clocks differ."""


def violations(found: Found, world: World, people: People) -> Iterator[str]:
    yield from _undelivered(found, world)
    yield from _messages(found, world, people)
    yield from _recipients(found, world)
    yield from _reminders(found, world, people)


def _undelivered(found: Found, world: World) -> Iterator[str]:
    for event in _told(found):
        detail = msgspec.to_builtins(event)
        for rule in RULES:
            if matches(rule, event.type, detail) and event.event_id not in _handled(rule, world):
                yield f"{event.type} of {event.aggregate_id} never came through {rule.name}"


def _told(found: Found) -> Iterator[Event]:
    """Everything that happened, and that an order is done beside its confirmation."""
    for event in found.events:
        yield event
        if event.type == "OrderConfirmed":
            yield msgspec.structs.replace(event, event_id=f"done-{event.event_id}", type="order.done")


def _handled(rule: Rule, world: World) -> set[str]:
    return world.queues[rule.target.queue].handled if isinstance(rule.target, ToQueue) else world.executions.started


def _sent_to(queue: str) -> set[str]:
    return {kind for rule in RULES if rule.target == ToQueue(queue) for kind in rule.events}


def _mailed(found: Found) -> dict[str, Event]:
    """By the ids of notifications: of what there is to be a mail, but for reminders."""
    kinds = _sent_to(EMAIL_QUEUE) & set(LETTERS) - REMINDERS
    return {event.event_id: event for event in found.events if event.type in kinds}


def _texted(found: Found) -> dict[str, Event]:
    """The same of short messages, for those who wish them."""
    kinds = _sent_to(SMS_QUEUE)
    told = [event for event in found.events if event.type in kinds]
    return {
        f"{event.event_id}#{Channel.SMS}": event for event in told if found.preferences(_addressee(event)).order_texts
    }


def _reminding(found: Found, people: People) -> dict[str, Event]:
    """The same of reminders: of what did not change until now."""
    stayed = {absentee.user_id for absentee in people.absentees if absentee.back is None}
    return {event_id: event for event_id, event in _may_remind(found).items() if _addressee(event) in stayed}


def _may_remind(found: Found) -> dict[str, Event]:
    """Reminders for those who wish them; of a cart only by an address that is verified."""
    told = [event for event in found.events if event.type in REMINDERS]
    wished = [event for event in told if found.preferences(_addressee(event)).reminders]
    return {
        event.event_id: event
        for event in wished
        if event.type != _ABANDONED or found.users[_addressee(event)].email_verified
    }


def _addressee(event: Event) -> str:
    user_id: str = event.data.get("customerId") or event.data["userId"]
    return user_id


def _messages(found: Found, world: World, people: People) -> Iterator[str]:
    """Mails and short messages."""
    sent = {item["notificationId"]: item for item in found.notifications if _is_sent(item)}
    wanted = {**_mailed(found), **_texted(found), **_reminding(found, people)}
    yield from (f"nobody was told of {_said(event)}" for name, event in wanted.items() if name not in sent)
    allowed = {*wanted, *_may_remind(found)}
    surplus = [item for name, item in sent.items() if name not in allowed]
    yield from (f"{_owner(item)} was told of {item['kind']}, and did not wish it" for item in surplus)
    noted = {item["messageId"] for item in sent.values()}
    went_out = _went_out(world)
    missing = noted - {message.message_id for message in went_out}
    if missing:
        yield f"messages were noted that never went out: {sorted(missing)}"
    for message in went_out:
        if message.message_id not in noted and not message.was_struck:
            yield f"{message.recipient} was told twice: {message.told}"


def _recipients(found: Found, world: World) -> Iterator[str]:
    """Each message goes to whom it concerns, and names their order."""
    messages = {message.message_id: message for message in _went_out(world)}
    events = {event.event_id: event for event in found.events}
    for item in filter(_is_sent, found.notifications):
        event, message = events.get(item["notificationId"].split("#")[0]), messages.get(item["messageId"])
        if event is None:
            yield f"{_owner(item)} was told of {item['kind']}, which never happened"
            continue
        if message and not _is_right(message, event, found):
            yield f"{message.recipient} was told of {_said(event)}: {message.told}"
        if _owner(item) != _addressee(event):
            yield f"{_owner(item)} has a notification of {_said(event)}"


def _is_right(message: SentMessage, event: Event, found: Found) -> bool:
    user = found.users[_addressee(event)]
    return message.recipient in _addresses(user) and event.data.get("orderId", "") in message.told


def _addresses(user: User) -> set[str]:
    return {user.email, (user.phone or "").replace(" ", "")}


def _went_out(world: World) -> tuple[SentMessage, ...]:
    return (*world.office.sent, *world.texts.sent)


def _reminders(found: Found, world: World, people: People) -> Iterator[str]:
    """Nobody is reminded twice of the same; whoever stays away is, and whoever came back is not."""
    told = [event for event in found.events if event.type in REMINDERS]
    counts = Counter((event.type, event.aggregate_id) for event in told)
    for (kind, user_id), count in counts.items():
        if count > 1:
            yield f"{user_id} was reminded {count} times: {kind}"
    yield from (f"{user_id} was never reminded: {kind}" for kind, user_id in _due(found, world, people) - set(counts))
    yield from _too_early(told, people)


def _due(found: Found, world: World, people: People) -> set[tuple[str, str]]:
    """Who must have been reminded of what."""
    away = [absentee for absentee in people.absentees if absentee.back is not Return.VERIFY]
    unverified = {absentee.user_id for absentee in away if not absentee.is_verified}
    if world.has_aged:
        unverified |= {user_id for user_id, user in found.users.items() if not user.email_verified}
    stayed = [absentee for absentee in people.absentees if absentee.back in (None, Return.VERIFY)]
    left = {absentee.user_id for absentee in stayed if not absentee.left_twice}
    return {(_OVERDUE, user_id) for user_id in unverified} | {(_ABANDONED, user_id) for user_id in left}


def _too_early(told: Iterable[Event], people: People) -> Iterator[str]:
    """Of a cart that was left for less than a day, or of an order's."""
    for event in told:
        if event.type != _ABANDONED:
            continue
        touched = people.touched.get(event.aggregate_id)
        if touched and event.occurred_at > touched + _SLACK and event.occurred_at < touched + _A_DAY - _SLACK:
            yield f"{event.aggregate_id} was reminded of a cart after coming back to it"
        left_at = msgspec.convert(event.data["leftAt"], datetime)
        if event.occurred_at < left_at + _A_DAY - _SLACK:
            yield f"{event.aggregate_id} was reminded of a cart left at {left_at}, at {event.occurred_at}"


def _said(event: Event) -> str:
    return f"{event.type} of {event.data.get('orderId') or event.aggregate_id}"


def _owner(notification: Item) -> str:
    user_id: str = notification["userId"]
    return user_id


def _is_sent(notification: Item) -> bool:
    status: str = notification["status"]
    return status == NotificationStatus.SENT.value
