"""The port of the mail service, and SES behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from tradewind.aws.sdk import refusal_code, refusal_text

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import ContentTypeDef, MessageTypeDef

_CHARSET = "UTF-8"


_PERMANENT: Final = frozenset(
    {"BadRequestException", "MessageRejected", "InvalidParameterValue", "ValidationException"}
)
"""SES's errors that are about this mail, and stay: its address or its content is refused.

Those about the account, the sender or the rate pass, or an operator ends them, and the mail is still to be sent then:
docs/operations.md lists them. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
"""

_UNVERIFIED_SENDER: Final = "not verified"
"""In the text of a MessageRejected that an operator can end: an identity is to be verified, or the sandbox to be left.

https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
"""


class MailRefused(Exception):
    """The mail service refused a mail; carries the error code only, since its text names the recipient."""


class MailRefusedForGood(MailRefused):
    """It would refuse the same mail again."""


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


class Mailer(Protocol):
    def send(self, mail: Mail) -> str:
        """Hand over the mail; return the mail service's id for it. Raises MailRefused, MailRefusedForGood."""
        ...


class SesMailer:
    """SES, version 2 of its API."""

    def __init__(self, client: SESV2Client) -> None:
        self._client = client

    def send(self, mail: Mail) -> str:
        try:
            answer = self._client.send_email(
                FromEmailAddress=mail.sender,
                Destination={"ToAddresses": [mail.recipient]},
                Content={"Simple": _message(mail)},
            )
        except Exception as error:
            if code := refusal_code(error):
                raise _refusal(code, refusal_text(error)) from None
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


def _refusal(code: str, text: str) -> MailRefused:
    is_for_good = code in _PERMANENT and _UNVERIFIED_SENDER not in text
    return MailRefusedForGood(code) if is_for_good else MailRefused(code)


def _content(text: str) -> ContentTypeDef:
    return {"Data": text, "Charset": _CHARSET}
