"""Which queues hold dead letters, and where those go when they are to be tried again."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from tradewind.kernel.events import Event


class RedriveTarget(StrEnum):
    """Where a dead letter goes when it is redriven; a job's has no target, since the job runs again anyway."""

    QUEUE = "queue"
    NONE = "none"


SOURCES = (
    "checkout-queue",
    "email-queue",
    "sms-queue",
    "cart-queue",
    "refund-queue",
    "analytics-queue",
    "payment-queue",
    "audit-queue",
    "export-queue",
    "erasure-queue",
    "mail-feedback-queue",
    "stream-failures",
)
"""The queues with a consumer; their dead letters wait in `<queue>-dead-letters`."""

_SUFFIX = "-dead-letters"

DEAD_LETTERS: Mapping[str, RedriveTarget] = {
    **{f"{source}{_SUFFIX}": RedriveTarget.QUEUE for source in SOURCES},
    "job-failures": RedriveTarget.NONE,
}


def source_of(queue: str) -> str:
    """The queue that the dead letters of `queue` came from."""
    return queue.removesuffix(_SUFFIX)


class _Envelope(msgspec.Struct, frozen=True):
    detail: Event


def event_in(body: str) -> Event | None:
    """The event that a message's body carries, if it carries one."""
    try:
        return msgspec.json.decode(body, type=_Envelope).detail
    except msgspec.MsgspecError:
        return None
