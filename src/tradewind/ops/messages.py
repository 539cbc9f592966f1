"""Dead letters as administrators see them: ids and types, nothing personal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.edge.messages import RequestMessage
from tradewind.kernel.text import Identifier
from tradewind.ops.model import RedriveTarget

QueueName = Annotated[Identifier, Meta(min_length=1, max_length=80, examples=["email-queue-dead-letters"])]


class QueuePath(RequestMessage, frozen=True):
    queue: QueueName


class DeadLetterMessage(Struct, frozen=True, rename="camel"):
    """`type`, `eventId`, `about` and `correlationId` are null where the message is no event."""

    message_id: str
    sent_at: datetime
    type: str | None
    event_id: str | None
    about: str | None
    correlation_id: str | None


class DeadLetterQueue(Struct, frozen=True, rename="camel"):
    """`waiting` is about how many there are, `oldestAt` when the oldest of the `sample` was sent first."""

    queue: str
    waiting: int
    redrive_target: RedriveTarget
    oldest_at: datetime | None
    sample: list[DeadLetterMessage]


class DeadLetters(Struct, frozen=True, rename="camel"):
    queues: list[DeadLetterQueue]


class RedriveResult(Struct, frozen=True, rename="camel"):
    """How many messages went back; `waiting` is about how many are left: call again."""

    queue: str
    moved: int
    waiting: int
