"""Which queues hold dead letters, and where those go when they are to be tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from tradewind.kernel.events import Event


class WayBack(StrEnum):
    """Where a dead letter goes to be handled once more; a job's needs none, since the job runs again anyway."""

    QUEUE = "queue"
    BUS = "bus"
    NONE = "none"


SOURCES = (
    "email-queue",
    "sms-queue",
    "cart-queue",
    "refund-queue",
    "analytics-queue",
    "payment-queue",
    "audit-queue",
    "stream-failures",
)
"""The queues with a consumer; their dead letters wait in `<queue>-dead-letters`."""

_SUFFIX = "-dead-letters"

DEAD_LETTERS: Mapping[str, WayBack] = {
    **{f"{source}{_SUFFIX}": WayBack.QUEUE for source in SOURCES},
    "checkout-failures": WayBack.BUS,
    "job-failures": WayBack.NONE,
}


def source_of(queue: str) -> str:
    """The queue that the dead letters of `queue` came from."""
    return queue.removesuffix(_SUFFIX)


class Letter(msgspec.Struct, frozen=True):
    """A message as it waits in a queue; `receipt` is what deletes it."""

    message_id: str
    body: str
    sent_at: datetime
    receipt: str


class _Envelope(msgspec.Struct, frozen=True):
    detail: Event


def event_in(letter: Letter) -> Event | None:
    """The event that a message carries, if it carries one."""
    try:
        return msgspec.json.decode(letter.body, type=_Envelope).detail
    except msgspec.MsgspecError:
        return None
