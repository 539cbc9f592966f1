"""What SES says of mails that it took, as its documentation shows it.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tradewind.kernel.clock import iso


def bounce(
    *destination: str,
    at: datetime,
    kind: str = "Permanent",
    sub_type: str = "General",
    bounced: Sequence[str] | None = None,
) -> str:
    """A bounce of a mail to `destination`, by default from all of it."""
    recipients = [
        {"emailAddress": each, "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
        for each in (destination if bounced is None else bounced)
    ]
    detail = {
        "bounceType": kind,
        "bounceSubType": sub_type,
        "bouncedRecipients": recipients,
        "timestamp": iso(at),
        "feedbackId": "01000157c44f053b-61b59c11",
        "reportingMTA": "dsn; mta.example.com",
    }
    return mail_event("Bounce", destination, at, bounce=detail)


def complaint(*destination: str, at: datetime, feedback_type: str | None = "abuse") -> str:
    detail = {
        "complainedRecipients": [{"emailAddress": each} for each in destination],
        "timestamp": iso(at),
        "feedbackId": "01000157c44f053b-61b59c11",
        "complaintSubType": None,
        "userAgent": "Amazon SES Mailbox Simulator",
        **({} if feedback_type is None else {"complaintFeedbackType": feedback_type}),
        "arrivalDate": iso(at),
    }
    return mail_event("Complaint", destination, at, complaint=detail)


def mail_event(kind: str, destination: Sequence[str], at: datetime, **detail: Any) -> str:  # noqa: ANN401 - JSON
    mail = {
        "timestamp": iso(at),
        "source": "Tradewind <shop@tradewind.example>",
        "messageId": "EXAMPLE7c191be45-e9aedb9a",
        "destination": list(destination),
        "headersTruncated": False,
        "headers": [{"name": "To", "value": ", ".join(destination)}],
        "commonHeaders": {"subject": "Your order is confirmed"},
        "tags": {"ses:configuration-set": ["tradewind-prod-mail"]},
    }
    return json.dumps({"eventType": kind, "mail": mail, **detail})
