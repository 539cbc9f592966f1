"""The export of an account's data, and its states."""

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
