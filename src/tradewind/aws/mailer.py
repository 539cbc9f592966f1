"""The port of the mail service, and SES behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import ContentTypeDef

_CHARSET = "UTF-8"


class MailRefused(Exception):
    """The mail service refused a mail; carries the error code only, since its text names the recipient."""


class Mail(msgspec.Struct, frozen=True):
    """A mail to one person; `sender` may carry a name: `Shop <shop@example.com>`.

    `recipient` is in ASCII, as SES wants it: an international domain in Punycode.
    """

    sender: str
    recipient: str
    subject: str
    html: str
    text: str


class Mailer(Protocol):
    def send(self, mail: Mail) -> str:
        """Hand over the mail; return the mail service's id for it. Raises MailRefused."""
        ...


class SesMailer:
    """SES, version 2 of its API."""

    def __init__(self, client: SESV2Client) -> None:
        self._client = client

    def send(self, mail: Mail) -> str:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

        try:
            answer = self._client.send_email(
                FromEmailAddress=mail.sender,
                Destination={"ToAddresses": [mail.recipient]},
                Content={
                    "Simple": {
                        "Subject": _content(mail.subject),
                        "Body": {"Html": _content(mail.html), "Text": _content(mail.text)},
                    }
                },
            )
        except ClientError as error:
            raise MailRefused(error.response["Error"]["Code"]) from None
        return answer["MessageId"]


def _content(text: str) -> ContentTypeDef:
    return {"Data": text, "Charset": _CHARSET}
