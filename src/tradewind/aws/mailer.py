"""The port of the mail service, and SES behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypedDict

import msgspec

from tradewind.aws.sdk import refusal_code

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import ContentTypeDef, MessageTypeDef

_CHARSET = "UTF-8"


class MailRefused(Exception):
    """The mail service refused a mail; carries the error code only, since its text names the recipient.

    None of its refusals is taken for the recipient's fault. Its codes do not tell: a sender that is not verified or not
    well-formed, a suspended account and a recipient that is no address share theirs. An address that mail cannot go to
    is found before; what is refused here, again and again, waits as a dead letter for an operator.
    https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
    """


class Mail(msgspec.Struct, frozen=True):
    """A mail to one person; `sender` may carry a name: `Shop <shop@example.com>`.

    `recipient` is in ASCII, as SES wants it: an international domain in Punycode. `unsubscribe_url` turns off this kind
    of mail, if one can.
    """

    sender: str
    recipient: str
    subject: str
    html: str
    text: str
    unsubscribe_url: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What lets a mail program unsubscribe by itself, which RFC 8058 allows by https alone.

        It wants both covered by a DKIM signature, which SES makes when the sender's domain is verified.
        https://www.rfc-editor.org/rfc/rfc8058#section-4,
        https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim.html
        """
        if not self.unsubscribe_url.startswith("https://"):
            return {}
        return {
            "List-Unsubscribe": f"<{self.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


class _Reporting(TypedDict, total=False):
    ConfigurationSetName: str


class Mailer(Protocol):
    def send(self, mail: Mail) -> str:
        """Hand over the mail; return the mail service's id for it. Raises MailRefused."""
        ...


class SesMailer:
    """SES, version 2 of its API; by the `configuration_set` it knows where to report what becomes of a mail."""

    def __init__(self, client: SESV2Client, configuration_set: str = "") -> None:
        self._client = client
        self._reporting: _Reporting = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send(self, mail: Mail) -> str:
        try:
            answer = self._client.send_email(
                FromEmailAddress=mail.sender,
                Destination={"ToAddresses": [mail.recipient]},
                Content={"Simple": _message(mail)},
                **self._reporting,
            )
        except Exception as error:
            if code := refusal_code(error):
                raise MailRefused(code) from None
            raise
        return answer["MessageId"]


def _message(mail: Mail) -> MessageTypeDef:
    """https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Message.html."""
    message: MessageTypeDef = {
        "Subject": _content(mail.subject),
        "Body": {"Html": _content(mail.html), "Text": _content(mail.text)},
    }
    if mail.headers:
        message["Headers"] = [{"Name": name, "Value": value} for name, value in mail.headers.items()]
    return message


def _content(text: str) -> ContentTypeDef:
    return {"Data": text, "Charset": _CHARSET}
