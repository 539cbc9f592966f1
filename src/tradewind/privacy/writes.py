"""The writes of exports, each with the condition under which it applies."""

from __future__ import annotations

import msgspec

from tradewind.aws import events
from tradewind.aws.table import Absent, AnyOf, AtMost, Equals, Put, Update
from tradewind.kernel.clock import Clock, epoch_seconds
from tradewind.kernel.events import EventData, event
from tradewind.kernel.partitions import user_partition
from tradewind.privacy.model import Export
from tradewind.privacy.reads import export_key, part_key


def insert_export(export: Export) -> Put:
    """Put an export in the place of the one before; the condition fails within a day after that."""
    pk, sk = export_key(export.user_id)
    is_due = AnyOf((Absent("nextAt"), AtMost("nextAt", epoch_seconds(export.requested_at))))
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(export)}, when=(is_due,))


def save_part(export: Export, number: int, content: str) -> Put:
    """A part that is written again is the same part."""
    pk, sk = part_key(export.export_id, number)
    return Put({"PK": pk, "SK": sk, "content": content, "expiresAt": export.expires_at})


def move_export(seen: Export, export: Export) -> Update:
    """Note how far an export is; the condition fails when another delivery has moved it since it was `seen`."""
    changes = msgspec.to_builtins(export)
    moved = {name: changes[name] for name in ("status", "pages", "parts", "position", "readyAt")}
    is_unmoved = Equals("exportId", seen.export_id), Equals("pages", seen.pages)
    return Update(export_key(export.user_id), set=moved, when=is_unmoved)


def record_event(data: EventData, user_id: str, clock: Clock, correlation_id: str, sequence: int = 0) -> Put:
    """Record what has happened to the data of an account."""
    recorded = event(data, about=user_id, sequence=sequence, clock=clock, correlation_id=correlation_id)
    return events.record_passing_event(recorded, user_partition(user_id))
