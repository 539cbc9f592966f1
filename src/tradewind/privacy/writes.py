"""The writes of exports and deletions, each with the condition under which it applies."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tradewind.aws import events
from tradewind.aws.table import Absent, AnyOf, AtMost, Delete, Equals, Item, Key, Present, Put, Update
from tradewind.kernel.clock import Clock, epoch_seconds, iso
from tradewind.kernel.events import EventData, event
from tradewind.kernel.partitions import shard_of, user_partition
from tradewind.privacy.model import DELETION_KEPT, DELETION_SHARDS, GRACE, Deletion, Export
from tradewind.privacy.reads import deletion_key, due_deletions_partition, export_key, part_key

LOOK_AGAIN_AFTER = timedelta(days=1)
"""When a deletion is looked at again whose event was lost, or whose orders were not finished."""


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


def insert_deletion(deletion: Deletion) -> Put:
    """Record that an account is to be deleted, and when a first look at it is due if no event leads there.

    It may replace one that was undone before it had begun; the condition fails when there is any other.
    """
    pk, sk = deletion_key(deletion.user_id)
    listed = {
        "GSI2PK": due_deletions_partition(shard_of(deletion.user_id, DELETION_SHARDS)),
        "GSI2SK": _due_at(deletion.user_id, deletion.begins_at or deletion.requested_at + GRACE),
    }
    is_unbegun = AnyOf((Absent(), Equals("pages", 0)))
    return Put({"PK": pk, "SK": sk, **listed, **msgspec.to_builtins(deletion)}, when=(is_unbegun,))


def drop_deletion(seen: Deletion) -> Delete:
    """Forget a deletion that was undone; the condition fails when another was requested since."""
    requested_at = msgspec.to_builtins(seen.requested_at)
    return Delete(deletion_key(seen.user_id), when=(Equals("requestedAt", requested_at), Equals("pages", 0)))


def move_deletion(seen: Deletion, deletion: Deletion, due_at: datetime | None, now: datetime) -> Update:
    """Note how far a deletion is, and when there is more to do; the condition fails when another delivery was faster.

    Without a time nothing is left: the record itself goes by TTL.
    """
    changes = msgspec.to_builtins(deletion)
    moved = {name: changes[name] for name in ("pages", "position", "keepUntil", "erasedAt")}
    is_unmoved = (Equals("pages", seen.pages),)
    if due_at is None:
        ended = {**moved, "expiresAt": epoch_seconds(now + DELETION_KEPT)}
        return Update(deletion_key(deletion.user_id), set=ended, remove=("GSI2PK", "GSI2SK"), when=is_unmoved)
    listed = {**moved, "GSI2SK": _due_at(deletion.user_id, due_at)}
    return Update(deletion_key(deletion.user_id), set=listed, when=is_unmoved)


def postpone_deletion(item: Item, due_at: datetime) -> Update:
    """Put a due deletion, as it was read, back in the queue; the condition fails when another run was faster."""
    moved = {"GSI2SK": _due_at(item["userId"], due_at)}
    return Update(Key(item["PK"], item["SK"]), set=moved, when=(Equals("GSI2SK", item["GSI2SK"]),))


def blank_item(item: Item, blanked: tuple[str, ...]) -> Update | None:
    """Empty what names a person in an item; None when it is empty. A text becomes an empty one, all else is removed."""
    changes: Item = {}
    removed: list[str] = []
    for name in dict.fromkeys(field.partition(".")[0] for field in blanked if item.get(field.partition(".")[0])):
        parts = {field.partition(".")[2] for field in blanked if field.startswith(f"{name}.")}
        value = item[name]
        if isinstance(value, str):
            changes[name] = ""
        elif not parts:
            removed.append(name)
        elif any(value.get(part) for part in parts):
            changes[name] = {part: "" if part in parts else content for part, content in value.items()}
    if not changes and not removed:
        return None
    return Update(Key(item["PK"], item["SK"]), set=changes, remove=tuple(removed), when=(Present(),))


def remove_item(item: Item) -> Delete:
    return Delete(Key(item["PK"], item["SK"]))


def _due_at(user_id: str, moment: datetime) -> str:
    return f"{iso(moment)}#{user_id}"
