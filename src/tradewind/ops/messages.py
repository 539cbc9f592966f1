"""What administrators are told of dead letters: ids and types, nothing personal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.ops.model import WayBack

QueueName = Annotated[str, Meta(min_length=1, max_length=80, examples=["email-queue-dead-letters"])]


class QueuePath(Struct, frozen=True):
    queue: QueueName


class DeadLetterView(Struct, frozen=True, rename="camel"):
    """`type`, `eventId`, `about` and `correlationId` are null where the message is no event."""

    message_id: str
    sent_at: datetime
    type: str | None
    event_id: str | None
    about: str | None
    correlation_id: str | None


class DeadLetterQueueView(Struct, frozen=True, rename="camel"):
    """`waiting` is about how many there are, `oldestAt` when the oldest of the `sample` was sent first."""

    queue: str
    waiting: int
    way_back: WayBack
    oldest_at: datetime | None
    sample: list[DeadLetterView]


class DeadLettersView(Struct, frozen=True, rename="camel"):
    queues: list[DeadLetterQueueView]


class Redriven(Struct, frozen=True, rename="camel"):
    """How many messages went back; `waiting` is about how many are left: call again."""

    queue: str
    moved: int
    waiting: int
