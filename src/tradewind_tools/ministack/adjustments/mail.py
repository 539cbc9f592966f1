"""What becomes of a mail: SES publishes it as an event of the mail's configuration set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from types import ModuleType
from typing import Any, Final

from tradewind.kernel.clock import SystemClock, iso

_SENDING: Final = "/outbound-emails"
_OK: Final = 200


def publish_events_of_configuration_sets(ses: ModuleType, ses_v2: ModuleType) -> None:
    """Publish what becomes of a mail to the topics of its configuration set.

    MiniStack keeps these destinations and publishes nothing there: its mailbox simulator, whose addresses bounce or
    complain, knows the topics of an identity alone. https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
    """
    handle = ses_v2.handle_request

    async def handle_and_publish(
        method: str, path: str, headers: object, body: bytes, query: object
    ) -> tuple[int, object, Any]:
        answer: tuple[int, object, Any] = await handle(method, path, headers, body, query)
        if method == "POST" and path.rstrip("/").endswith(_SENDING) and answer[0] == _OK:
            _publish(json.loads(body), json.loads(answer[2])["MessageId"], ses, ses_v2)
        return answer

    ses_v2.handle_request = handle_and_publish  # type: ignore[attr-defined]


def _publish(request: Mapping[str, Any], message_id: str, ses: ModuleType, ses_v2: ModuleType) -> None:
    name = request.get("ConfigurationSetName", "")
    destinations = ses_v2._config_sets.get(name, {}).get("EventDestinations", {}).values()  # noqa: SLF001 - as below
    topics = [(each["MatchingEventTypes"], each["SnsDestination"]["TopicArn"]) for each in destinations if _is_on(each)]
    if not topics:
        return
    for event in _events(request, message_id, ses):
        for wanted, topic in topics:
            if event["eventType"].upper() in wanted:
                ses._publish_notification(topic, event)  # noqa: SLF001 - MiniStack's own way for the topics of identities


def _is_on(destination: Mapping[str, Any]) -> bool:
    return bool(destination["Enabled"] and destination.get("SnsDestination"))


def _events(request: Mapping[str, Any], message_id: str, ses: ModuleType) -> Iterator[dict[str, Any]]:
    """In the form of event publishing, which says `eventType` where the topics of identities get `notificationType`."""
    recipients = request.get("Destination", {}).get("ToAddresses", [])
    moment = iso(SystemClock().now())
    mail = {
        "timestamp": moment,
        "source": request.get("FromEmailAddress", ""),
        "messageId": message_id,
        "destination": recipients,
        "tags": {"ses:configuration-set": [request["ConfigurationSetName"]]},
    }
    for recipient in recipients:
        for kind, sub_type in _outcomes(recipient, ses):
            detail = ses._notification_detail(kind, recipient, moment, sub_type)  # noqa: SLF001 - the simulator's words
            yield {"eventType": kind, "mail": mail, **detail}


def _outcomes(recipient: str, ses: ModuleType) -> tuple[tuple[str, str | None], ...]:
    local_part, _, domain = parseaddr(recipient)[1].lower().partition("@")
    delivered: tuple[tuple[str, str | None], ...] = (("Delivery", None),)
    if domain != ses._SIMULATOR_DOMAIN:  # noqa: SLF001 - as above
        return delivered
    outcomes: Mapping[str, tuple[tuple[str, str | None], ...]] = ses._SIMULATOR_OUTCOMES  # noqa: SLF001 - as above
    return outcomes.get(local_part.partition("+")[0], delivered)
