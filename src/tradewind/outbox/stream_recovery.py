"""Events that the relay gave up on: the stream's failures queue says where they stand, and they are forwarded again.

A stream keeps its records for a day. A batch that cannot be read any more fails with an ERROR line and stays as a
message in the dead-letter queue; its events stand in the table: `./dev events republish` puts them on the bus.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from tradewind.aws.log import InvocationLog
from tradewind.aws.stream import FailedBatch
from tradewind.edge.consumer import message_consumer
from tradewind.outbox.relay import publish
from tradewind.outbox.stream import events_in
from tradewind.shop import Shop


class StreamFailure(msgspec.Struct, frozen=True):
    """What Lambda puts on the failures queue; the relay itself puts records there that it could not read."""

    batch: FailedBatch = msgspec.field(name="DDBStreamBatchInfo")


@partial(message_consumer, connects_to=("stream",))
def forward_failed_batch(body: str, log: InvocationLog, shop: Shop) -> str:
    """Forward the events of a batch that the relay gave up on.

    Raises RecordsGone, EventsRefused, and msgspec.ValidationError while a record still cannot be read.
    """
    events = list(events_in({"Records": _read_records(body, log, shop)}))
    publish(events, shop.bus, shop.clock)
    log.add(events=len(events))
    return "Forwarded"


def _read_records(body: str, log: InvocationLog, shop: Shop) -> list[dict[str, Any]]:
    message = msgspec.json.decode(body, type=dict[str, Any])
    if "record" in message:
        return [message["record"]]
    batch = msgspec.convert(message, StreamFailure).batch
    log.add(shard=batch.shard_id, start=batch.start_sequence_number, end=batch.end_sequence_number)
    return shop.stream.records(batch)
