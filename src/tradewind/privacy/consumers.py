"""The consumer that writes exports."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec

from tradewind.aws.table import ConditionFailed, Put
from tradewind.edge.consumer import queue_consumer
from tradewind.kernel.events import Event
from tradewind.privacy import exporting, reads, writes
from tradewind.privacy.errors import ExportTakenOver
from tradewind.privacy.model import Export, ExportContinued, ExportReady, ExportStatus, Record
from tradewind.shop import Shop

PAGE_ITEMS = 100
"""Items of an account that one event exports, each order with all that belongs to it; another event exports the next.

So a run takes the same time for any account, and a large one takes more of them.
"""
WRITTEN, CONTINUED, OUTDATED = "Written", "Continued", "Outdated"
"""The outcomes: all is exported; a page is; there is nothing more to do for the event."""


class ExportEventData(msgspec.Struct, frozen=True, rename="camel"):
    """What ExportRequested and ExportContinued say alike."""

    user_id: str
    export_id: str


@queue_consumer
def write_export(event: Event, shop: Shop) -> str:
    """Export a page of an account; at its end, let its owner know.

    The second delivery of an event goes on where the export is, or finds it done.
    """
    data = msgspec.convert(event.data, ExportEventData)
    export = reads.find_export(shop.table, data.user_id)
    if export is None or export.export_id != data.export_id or export.status is ExportStatus.READY:
        return OUTDATED
    written = _write_page(export, shop)
    try:
        shop.table.transact([writes.move_export(export, written), _record_progress(written, event, shop)])
    except ConditionFailed as error:
        raise ExportTakenOver from error
    return WRITTEN if written.status is ExportStatus.READY else CONTINUED


def _write_page(export: Export, shop: Shop) -> Export:
    """Write the parts of the export's next page, and return the export after it. Raises UnknownKind."""
    page = shop.table.query(reads.query_account(export.user_id, export.position, PAGE_ITEMS))
    records: Iterator[Record] = exporting.list_records(shop.table, page.items)
    if page.last is None:
        records = chain(records, exporting.list_small_records(shop.table, export.user_id))
    number = export.parts
    for number, content in enumerate(exporting.write_parts(records), export.parts + 1):
        shop.table.write(writes.save_part(export, number, content))
    moved = msgspec.structs.replace(export, pages=export.pages + 1, parts=number, position=page.last)
    if page.last is not None:
        return moved
    return msgspec.structs.replace(moved, status=ExportStatus.READY, ready_at=shop.clock.now())


def _record_progress(export: Export, event: Event, shop: Shop) -> Put:
    is_ready = export.status is ExportStatus.READY
    data = (ExportReady if is_ready else ExportContinued)(export.user_id, export.export_id)
    return writes.record_event(data, export.user_id, shop.clock, event.correlation_id, export.pages)
