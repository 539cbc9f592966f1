"""Running a function as Lambda does, in this process, with a debugger if wished."""

from __future__ import annotations

import pdb  # noqa: T100 - somebody asks for it
import time
from collections.abc import Callable
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from functools import partial
from io import StringIO
from typing import Any, Final
from uuid import uuid4

from tradewind.edge.entry_point import EntryPoint as Wrapped
from tradewind_tools.blueprint.handlers import resolve
from tradewind_tools.blueprint.model import Function
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.invoke.functions import find_entry_point
from tradewind_tools.invoke.site import Site

INTERNAL_ERROR: Final = 500


class Context:
    """What Lambda tells a function about its invocation."""

    def __init__(self, function: Function) -> None:
        self.function_name = StageNames(LOCAL).of(function.name)
        self.memory_limit_in_mb = str(function.memory_mb)
        self.aws_request_id = str(uuid4())
        self._deadline = time.monotonic() + function.timeout_seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a function answered or raised, and what it printed."""

    answer: Any
    error: Exception | None
    printed: str

    @property
    def is_fault(self) -> bool:
        """Whether the invocation failed: a refusal of a request is none, a message that must come again is one."""
        answer = self.answer if isinstance(self.answer, dict) else {}
        return bool(self.error or answer.get("statusCode", 0) >= INTERNAL_ERROR or answer.get("batchItemFailures"))


class Debugger(pdb.Pdb):
    """Whoever quits it ends the command, and does not go on without a result."""

    def set_quit(self) -> None:
        super().set_quit()
        raise SystemExit(1)


def invoke(function: Function, event: dict[str, Any], site: Site, *, debug: bool = False) -> Outcome:
    """Run the function; with `debug` in the debugger, which stops at its handler. Raises HandlerMissing."""
    entry_point: Callable[[], Any]
    entry_point = partial(find_entry_point(function.name), event, Context(function), site.shop)
    if debug:
        entry_point = _stop_at_handler(function, entry_point)
    printed = StringIO()
    with ExitStack() as opened:
        if not debug:  # the debugger speaks there, too
            opened.enter_context(redirect_stdout(printed))
        try:
            answer, error = entry_point(), None
        except Exception as raised:  # noqa: BLE001 - it becomes part of the outcome
            answer, error = None, raised
    return Outcome(answer, error, printed.getvalue())


def _stop_at_handler(function: Function, entry_point: Callable[[], Any]) -> Callable[[], Any]:
    """Debug the function that the shop's author wrote, and not the frame around it."""
    handler: object = resolve(function)
    debugger = Debugger()
    if isinstance(handler, Wrapped):
        handler.handle = partial(debugger.runcall, handler.handle)
        return entry_point
    return partial(debugger.runcall, entry_point)
