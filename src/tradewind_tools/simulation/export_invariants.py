"""What must be true of exports in the end: each that was asked for is ready, once, and whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from tradewind.kernel.events import Event
from tradewind.privacy.model import Export, ExportStatus
from tradewind_tools.simulation.table_snapshot import TableSnapshot
from tradewind_tools.simulation.world import World

_USER = "User"


def find_violations(snapshot: TableSnapshot, world: World) -> Iterator[str]:
    ready = Counter(event.data["exportId"] for event in snapshot.events if event.type == "ExportReady")
    for event in snapshot.events:
        if event.type == "ExportRequested":
            yield from _check_end(event, ready, snapshot)
    for item in world.table.truth.all_items("EXPORT"):
        if item["PK"].startswith("USER#"):
            yield from _check_content(msgspec.convert(item, Export), world)


def _check_end(requested: Event, ready: Counter[str], snapshot: TableSnapshot) -> Iterator[str]:
    """That of an account which was deleted meanwhile may never end."""
    export_id, user_id = requested.data["exportId"], requested.data["userId"]
    allowed = {0, 1} if user_id in snapshot.deleted_accounts else {1}
    if ready[export_id] not in allowed:
        yield f"export {export_id} of {user_id} was ready {ready[export_id]} times"


def _check_content(export: Export, world: World) -> Iterator[str]:
    """All of its parts are there, and its owner stands in it once."""
    if export.status is not ExportStatus.READY:
        return
    parts = [item for item in world.table.truth.all_items("PART#") if item["PK"] == f"EXPORT#{export.export_id}"]
    kinds = [msgspec.json.decode(line)["kind"] for part in parts for line in part["content"].splitlines()]
    if len(parts) != export.parts or kinds.count(_USER) != 1:
        yield f"export {export.export_id} has {len(parts)} parts of {export.parts}, and {kinds.count(_USER)} users"
