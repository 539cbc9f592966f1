"""Saves the state of the running server every few seconds, when something has changed."""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import os
import signal
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind_tools.ministack.snapshots import Snapshots

INTERVAL_SECONDS = 2.0
REST_FACTOR = 4  # saving takes at most a fifth of the time of one core
TIMEOUT_SECONDS = 60
STREAMS = "stream_records.json"

_READING = ("Get", "BatchGet", "Query", "Scan", "Describe", "List", "ReceiveMessage", "Filter")
_NICENESS = 5
_FIRST_INHERITED_FD = 3


class Changes:
    """ASGI middleware that marks a change as pending after each request that may have changed something."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.pending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _may_change(scope):
            self.pending = True
        await self._app(scope, receive, send)


class Saver:
    """Writes snapshots from a forked child: the server does not stand still for longer than a fork takes."""

    def __init__(self, snapshots: Snapshots, changes: Changes) -> None:
        self._snapshots = snapshots
        self._changes = changes

    async def run(self) -> None:
        """Save whenever something has changed, until cancelled. The larger the state, the longer the rests."""
        while True:
            took = await self.save()
            await asyncio.sleep(max(INTERVAL_SECONDS, REST_FACTOR * took))

    async def save(self) -> float:
        """Save what has changed, if anything has; return how long it took, in seconds."""
        if not self._changes.pending:
            return 0.0
        begin = time.monotonic()
        self._changes.pending = False
        if not await asyncio.to_thread(_wait_for_child, self._fork()):
            self._changes.pending = True
        return time.monotonic() - begin

    def _fork(self) -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the child touches no thread's work
            child = os.fork()
        if child == 0:
            self._write_and_exit()
        return child

    def _write_and_exit(self) -> None:
        failed = 1
        try:
            os.closerange(_FIRST_INHERITED_FD, os.sysconf("SC_OPEN_MAX"))  # the sockets and the lock are the parent's
            os.nice(_NICENESS)
            gc.disable()
            self._snapshots.write(_state())
            failed = 0
        except Exception:  # noqa: BLE001 - whatever it is belongs in the log; the parent tries again
            traceback.print_exc()
        finally:
            os._exit(failed)


def _may_change(scope: Scope) -> bool:
    target: bytes = next((value for name, value in scope["headers"] if name.lower() == b"x-amz-target"), b"")
    operation = target.decode(errors="replace").rpartition(".")[2]
    return scope["method"] not in {"GET", "HEAD", "OPTIONS"} and not operation.startswith(_READING)


def _state() -> Iterator[tuple[str, bytes]]:
    """Give each service's state in MiniStack's own format. For a forked child only: it takes no copies."""
    from ministack import app  # noqa: PLC0415 - reads its settings from the environment when imported
    from ministack.core import persistence  # noqa: PLC0415 - the same
    from ministack.services import dynamodb, lambda_svc  # noqa: PLC0415 - the same

    copy.deepcopy = _itself  # type: ignore[assignment]
    lambda_svc._prune_orphan_code_blobs = lambda _referenced: None  # noqa: SLF001 - the previous snapshot needs its own
    for name, get_state in app._build_persistence_save_dict().items():  # noqa: SLF001 - no public list of services
        payload = get_state()
        if payload is not None:
            version = persistence._state_format_version(name)  # noqa: SLF001 - its files carry it
            yield f"{name}.json", _json({"__ministack_format__": version, "payload": payload})
    yield STREAMS, _json(dynamodb._stream_records)  # noqa: SLF001 - MiniStack forgets what no consumer has read yet


def _itself(value: Any, _memo: object = None) -> Any:  # noqa: ANN401 - a stand-in for deepcopy
    return value


def _json(value: object) -> bytes:
    from ministack.core import persistence  # noqa: PLC0415 - reads its settings from the environment when imported

    return json.dumps(value, default=persistence._json_default).encode()  # noqa: SLF001 - its own format


def _wait_for_child(child: int) -> bool:
    """Wait for the child, with an end: a lock that another thread held at the fork would keep it for ever."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.01)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False
