"""The port of the short message service, and SNS behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from tradewind.aws.sdk import refusal_code

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

_TRANSACTIONAL: Mapping[str, MessageAttributeValueTypeDef] = {
    "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}
}
"""Without it a message is promotional: cheaper, delivered later or not at all.

https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
"""


_PERMANENT: Final = frozenset(
    {"InvalidParameter", "InvalidParameterValue", "OptedOut", "OptedOutException", "ValidationException"}
)
"""SNS's errors that are about this number or this text, and stay; docs/operations.md lists the others.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
"""


class SmsRefused(Exception):
    """The short message service refused a message; carries the error code only, since its text names the number."""


class SmsRefusedForGood(SmsRefused):
    """It would refuse the same message again."""


class SmsMessage(msgspec.Struct, frozen=True):
    """A short message; `recipient` is a number in E.164's form: `+442079460000`."""

    recipient: str
    body: str


class SmsSender(Protocol):
    def send(self, message: SmsMessage) -> str:
        """Hand over the message; return the service's id for it. Raises SmsRefused, SmsRefusedForGood."""
        ...


class SnsSmsSender:
    """SNS: to a phone number, without a topic."""

    def __init__(self, client: SNSClient) -> None:
        self._client = client

    def send(self, message: SmsMessage) -> str:
        try:
            answer = self._client.publish(
                PhoneNumber=message.recipient, Message=message.body, MessageAttributes=_TRANSACTIONAL
            )
        except Exception as error:
            if code := refusal_code(error):
                raise (SmsRefusedForGood if code in _PERMANENT else SmsRefused)(code) from None
            raise
        return answer["MessageId"]
