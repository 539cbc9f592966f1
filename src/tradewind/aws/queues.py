"""Queues as an administrator's tools need them, and SQS behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

BATCH = 10
"""SQS: messages in one call."""

_HIDDEN_SECONDS = 30
"""How long a received message is hidden from others while it is moved."""


class QueueMessage(msgspec.Struct, frozen=True):
    """A message as it waits in a queue; `receipt` is what deletes it."""

    message_id: str
    body: str
    sent_at: datetime
    receipt: str


class Queues(Protocol):
    """The queues of a stage, by the names that the blueprint gives them."""

    def count(self, queue: str) -> int:
        """About how many messages wait."""
        ...

    def peek(self, queue: str) -> list[QueueMessage]:
        """Up to ten of the messages, which stay where they are."""
        ...

    def receive(self, queue: str) -> list[QueueMessage]:
        """Up to ten of the messages, hidden from others for half a minute."""
        ...

    def send(self, queue: str, body: str) -> None: ...

    def delete(self, queue: str, message: QueueMessage) -> None: ...


class SqsQueues:
    def __init__(self, stage: str, client: SQSClient) -> None:
        self._stage = stage
        self._client = client
        self._urls: dict[str, str] = {}

    def count(self, queue: str) -> int:
        wanted = self._client.get_queue_attributes(
            QueueUrl=self._url(queue), AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(wanted["Attributes"]["ApproximateNumberOfMessages"])

    def peek(self, queue: str) -> list[QueueMessage]:
        return self._receive(queue, hidden_seconds=0)

    def receive(self, queue: str) -> list[QueueMessage]:
        return self._receive(queue, hidden_seconds=_HIDDEN_SECONDS)

    def send(self, queue: str, body: str) -> None:
        self._client.send_message(QueueUrl=self._url(queue), MessageBody=body)

    def delete(self, queue: str, message: QueueMessage) -> None:
        self._client.delete_message(QueueUrl=self._url(queue), ReceiptHandle=message.receipt)

    def _receive(self, queue: str, *, hidden_seconds: int) -> list[QueueMessage]:
        answer = self._client.receive_message(
            QueueUrl=self._url(queue),
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=hidden_seconds,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        return _messages(answer.get("Messages", []))

    def _url(self, queue: str) -> str:
        """Looked up once: a redrive names its queues two hundred times."""
        if queue not in self._urls:
            found = self._client.get_queue_url(QueueName=f"tradewind-{self._stage}-{queue}")
            self._urls[queue] = found["QueueUrl"]
        return self._urls[queue]


def _messages(messages: Sequence[MessageTypeDef]) -> list[QueueMessage]:
    """Each message once: one that stays visible may come twice in one answer."""
    by_id = {message["MessageId"]: message for message in messages}
    return [
        QueueMessage(
            message_id=message_id,
            body=message["Body"],
            sent_at=_moment(message["Attributes"]["SentTimestamp"]),
            receipt=message["ReceiptHandle"],
        )
        for message_id, message in by_id.items()
    ]


def _moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
