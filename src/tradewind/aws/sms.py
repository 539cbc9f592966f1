"""The short message service as notifications need it, and SNS behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class TextRefused(Exception):
    """The short message service did not take the message; says its error code only."""


class Text(msgspec.Struct, frozen=True):
    """A short message; `recipient` is a number in E.164's form: `+442079460000`."""

    recipient: str
    words: str


class Texter(Protocol):
    def send(self, text: Text) -> str:
        """Hand over the message. Returns the service's id for it. Raises TextRefused."""
        ...


class SnsTexter:
    """SNS, straight to a number."""

    def __init__(self, client: SNSClient) -> None:
        self._client = client

    def send(self, text: Text) -> str:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

        try:
            answer = self._client.publish(PhoneNumber=text.recipient, Message=text.words)
        except ClientError as error:
            raise TextRefused(error.response["Error"]["Code"]) from None
        return answer["MessageId"]
