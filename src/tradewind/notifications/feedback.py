"""The consumer of what the mail service reports of mails that it took: who cannot get mail, and who wants none.

SES publishes events of the sender's configuration set to a topic, which hands them to the queue as they are.
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from tradewind.aws.log import InvocationLog
from tradewind.aws.table import ConditionFailed, Write
from tradewind.edge.consumer import message_consumer
from tradewind.identity.public import SuppressionReason, find_owner_id, suppress_mail
from tradewind.notifications import writes
from tradewind.shop import Shop

SUPPRESSED, UNCHANGED = "Suppressed", "Unchanged"
"""The outcomes of an event: somebody gets no more mail, or everything stays as it is."""

_TOPIC_TEST = "Successfully validated SNS topic"
"""How the one message begins that is no event: SES sends it when the topic is connected."""
_PERMANENT = "Permanent"
_NOT_SPAM = "not-spam"
"""What a mailbox's owner says who takes a mail out of the spam folder."""


class Recipient(msgspec.Struct, frozen=True, rename="camel"):
    email_address: str


class Bounce(msgspec.Struct, frozen=True, rename="camel"):
    """A mail that came back: for good (`Permanent`), for now (`Transient`), or for an unknown reason."""

    bounce_type: str
    timestamp: datetime
    bounced_recipients: list[Recipient] = []


class Complaint(msgspec.Struct, frozen=True, rename="camel"):
    """A mail that its recipient called spam."""

    timestamp: datetime
    complained_recipients: list[Recipient] = []
    complaint_feedback_type: str | None = None


class SentMail(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str
    destination: list[str]


class MailEvent(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An event about a mail, whose name tells which of the other parts it has."""

    event_type: str
    mail: SentMail
    bounce: Bounce | None = None
    complaint: Complaint | None = None


class Report(msgspec.Struct, frozen=True):
    """That addresses get no more mail, why, and since when."""

    reason: SuppressionReason
    recipients: list[Recipient]
    reported_at: datetime


@message_consumer
def suppress_recipients(body: str, log: InvocationLog, shop: Shop) -> str:
    """Stop mail to an address that it bounces from for good, or whose owner calls it spam.

    Raises msgspec.ValidationError and DecodeError for what is no event of SES: it ends as a dead letter.
    """
    if body.startswith(_TOPIC_TEST):
        return UNCHANGED
    event = msgspec.json.decode(body, type=MailEvent)
    report = _read_report(event)
    log.add(type=event.event_type, messageId=event.mail.message_id)
    if report is None:
        return UNCHANGED
    suppressed = [_suppress(email, report, log, shop) for email in _list_addresses(event.mail, report)]
    return SUPPRESSED if any(suppressed) else UNCHANGED


def _read_report(event: MailEvent) -> Report | None:
    """None for an event after which an address still gets mail, such as a mailbox that is full."""
    match event:
        case MailEvent(bounce=Bounce(bounce_type=kind) as bounce) if kind == _PERMANENT:
            return Report(SuppressionReason.BOUNCE, bounce.bounced_recipients, bounce.timestamp)
        case MailEvent(complaint=Complaint(complaint_feedback_type=kind) as complaint) if kind != _NOT_SPAM:
            return Report(SuppressionReason.COMPLAINT, complaint.complained_recipients, complaint.timestamp)
        case _:
            return None


def _list_addresses(mail: SentMail, report: Report) -> list[str]:
    """The address that a mail was sent to; of several, those that the report names.

    A report may name another address instead: the one that the first forwards its mail to.
    """
    if len(mail.destination) == 1:
        return mail.destination
    return list(dict.fromkeys(each.email_address for each in report.recipients))


def _suppress(email: str, report: Report, log: InvocationLog, shop: Shop) -> bool:
    """Whether this changed anything: an address of nobody, or of which something later is known, stays as it is."""
    user_id = find_owner_id(shop.table, email)
    try:
        shop.table.transact(list(_writes(user_id, email, report)))
    except ConditionFailed:
        return False
    log.user_id = user_id
    return True


def _writes(user_id: str, email: str, report: Report) -> Iterator[Write]:
    """Who complained gets no more reminders either, should an operator lift the suppression."""
    yield suppress_mail(user_id, email, report.reason, report.reported_at)
    if report.reason is SuppressionReason.COMPLAINT:
        yield writes.turn_reminders_off(user_id)
