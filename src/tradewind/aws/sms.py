"""The port of the short message service, and SNS behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

_TRANSACTIONAL: Mapping[str, MessageAttributeValueTypeDef] = {
    "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}
}
"""Without it a message is promotional: cheaper, delivered later or not at all.

https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
"""


class SmsRefused(Exception):
    """The short message service refused a message; carries the error code only, since its text names the number."""


class SmsMessage(msgspec.Struct, frozen=True):
    """A short message; `recipient` is a number in E.164's form: `+442079460000`."""

    recipient: str
    body: str


class SmsSender(Protocol):
    def send(self, message: SmsMessage) -> str:
        """Hand over the message; return the service's id for it. Raises SmsRefused."""
        ...


class SnsSmsSender:
    """SNS: to a phone number, without a topic."""

    def __init__(self, client: SNSClient) -> None:
        self._client = client

    def send(self, message: SmsMessage) -> str:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

        try:
            answer = self._client.publish(
                PhoneNumber=message.recipient, Message=message.body, MessageAttributes=_TRANSACTIONAL
            )
        except ClientError as error:
            raise SmsRefused(error.response["Error"]["Code"]) from None
        return answer["MessageId"]
