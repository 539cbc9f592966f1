"""Streams of the table: records are dropped when consumed, and replayed after a restart."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from tradewind_tools.ministack.saver import STREAMS


def forget_consumed_stream_records(lambda_svc: ModuleType, dynamodb: ModuleType) -> None:
    """Drop stream records once they are consumed: kept for 24 h, they would take more memory with every write.

    Only the polling thread reads them by position; dropping them in that very thread cannot make it skip one. What no
    consumer has read stays: one that is made later may begin with the oldest.
    """
    poll = lambda_svc._poll_dynamodb_streams  # noqa: SLF001

    def poll_and_forget() -> bool:
        processed: bool = poll()
        for scope, records in list(dynamodb._stream_records._data.items()):  # noqa: SLF001
            _forget(lambda_svc, dynamodb, scope, records)
        return processed

    lambda_svc._poll_dynamodb_streams = poll_and_forget  # type: ignore[attr-defined] # noqa: SLF001


def replay_unread_stream_records(lambda_svc: ModuleType, dynamodb: ModuleType) -> None:
    """Restore what no consumer had read from the snapshot, and start every consumer at its beginning.

    Otherwise a stream is empty after a restart while its consumers' positions are not, and they would skip events.
    Consumers are idempotent.
    """
    load = lambda_svc.load_persisted_state

    def load_and_rewind(data: dict[str, Any]) -> None:
        _restore_unread(dynamodb)
        positions = data["dynamodb_stream_positions"]._data  # noqa: SLF001
        positions.update(dict.fromkeys(positions, 0))
        load(data)

    lambda_svc.load_persisted_state = load_and_rewind  # type: ignore[attr-defined]


def _restore_unread(dynamodb: ModuleType) -> None:
    from ministack.core import persistence  # noqa: PLC0415 - reads its settings from the environment when imported

    file = Path(os.environ["STATE_DIR"]) / STREAMS
    if file.exists():
        unread = json.loads(file.read_text(), object_hook=persistence._json_object_hook)  # noqa: SLF001 - its own format
        dynamodb._stream_records._data.update(unread._data)  # noqa: SLF001


def _forget(lambda_svc: ModuleType, dynamodb: ModuleType, scope: tuple[str, str, str], records: list[Any]) -> None:
    trimmed = dynamodb._stream_trimmed._data.get(scope, 0)  # noqa: SLF001
    consumed = min(_positions(lambda_svc, scope), default=trimmed) - trimmed
    if consumed > 0:
        del records[:consumed]
        dynamodb._stream_trimmed._data[scope] = trimmed + consumed  # noqa: SLF001


def _positions(lambda_svc: ModuleType, scope: tuple[str, str, str]) -> list[int]:
    """The positions of the enabled consumers of a table's stream; one that has not begun yet stands at 0."""
    account, region, table = scope
    positions = lambda_svc._dynamodb_stream_positions._data  # noqa: SLF001
    return [
        positions.get((account, region, esm["UUID"]), 0)
        for esm in list(lambda_svc._esms._data.values())  # noqa: SLF001
        if f":table/{table}/stream/" in esm.get("EventSourceArn", "")
    ]
