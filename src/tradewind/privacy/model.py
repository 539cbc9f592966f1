"""The export of an account's data, with its states, and the deletion of an account."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from tradewind.kernel.events import EventData
from tradewind.kernel.states import StateTable

EXPORT_INTERVAL = timedelta(days=1)
"""An account may be exported once in this time."""
EXPORT_KEPT = timedelta(days=2)
"""When what was exported is removed: by then its link, which is good for a day, has expired."""

PART_BYTES = 250_000
"""About so large a part grows: an item of DynamoDB has at most 400 KB."""


class ExportStatus(StrEnum):
    PENDING = "pending"
    READY = "ready"


EXPORT_STATES = StateTable(
    "export", ExportStatus.PENDING, {ExportStatus.PENDING: (ExportStatus.READY,), ExportStatus.READY: ()}
)


class Export(msgspec.Struct, frozen=True, rename="camel"):
    """The newest export of an account, and how far it is.

    `pages` of the account are exported, in so many `parts`, numbered from 1; `position` is where its partition goes on:
    None at the start. `next_at` and `expires_at` are in epoch seconds.
    """

    export_id: str
    user_id: str
    status: ExportStatus
    requested_at: datetime
    next_at: int
    expires_at: int
    pages: int = 0
    parts: int = 0
    position: dict[str, str] | None = None
    ready_at: datetime | None = None


class Record(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A line of an export: the kind of item, and of it what the account's owner is shown."""

    kind: str
    data: dict[str, Any]
    order_id: str | None = None


class ExportRequested(EventData, frozen=True):
    """The owner of an account wants a copy of its data."""

    user_id: str
    export_id: str


class ExportContinued(EventData, frozen=True):
    """A part of a large account is exported, and the next one follows."""

    user_id: str
    export_id: str


class ExportReady(EventData, frozen=True):
    """All of an account is exported; its owner gets a link."""

    user_id: str
    export_id: str


GRACE = timedelta(hours=1)
"""So long after an account was closed its profile stays, for the mail that says so.

By then API Gateway has forgotten that it let its owner in, and nothing more is written for them.
"""
DELETION_KEPT = timedelta(days=35)
"""How long it stays known that an account was deleted: as long as the table can be restored to when it was there."""
DELETION_SHARDS = 4


class Deletion(msgspec.Struct, frozen=True, rename="camel"):
    """The deletion of an account, and how far it is; nothing in it says whose account it was.

    `pages` of the account were gone through, in however many passes; `position` is where its partition goes on: None at
    the start of a pass. `keep_until` is when the first of the locked items that this pass has seen may go. `begins_at`
    is when the erasure begins where it waits, since the change of an address can be undone until then.
    """

    user_id: str
    requested_at: datetime
    requested_by: str
    pages: int = 0
    position: dict[str, str] | None = None
    keep_until: datetime | None = None
    erased_at: datetime | None = None
    begins_at: datetime | None = None

    def is_waiting(self, now: datetime) -> bool:
        return self.begins_at is not None and now < self.begins_at

    def is_past_grace(self, now: datetime) -> bool:
        return now >= self.requested_at + GRACE


class AccountDeletionRequested(EventData, frozen=True):
    """An account was closed for good, by its owner or by an administrator."""

    user_id: str
    requested_by: str


class AccountDeletionUndoable(EventData, frozen=True):
    """An account is being deleted whose address was changed lately; who had the one before that change can stop it."""

    user_id: str
    change_id: str


class AccountErasureContinued(EventData, frozen=True):
    """A page of an account is erased, and the next one follows."""

    user_id: str


class AccountErasureDue(EventData, frozen=True):
    """Something of a deleted account that was kept until now may go."""

    user_id: str


class AccountErased(EventData, frozen=True):
    """All of an account is gone but what tax law keeps; its address is free."""

    user_id: str
