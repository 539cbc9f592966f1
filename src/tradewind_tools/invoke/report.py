"""What `./dev invoke` prints: the answer to standard output, everything about it to standard error."""

from __future__ import annotations

import json
import time
import traceback
from typing import Any

from rich.console import Console

from tradewind_tools.blueprint.model import Function
from tradewind_tools.invoke.invocation import Outcome
from tradewind_tools.invoke.site import Site
from tradewind_tools.localcloud.log_entries import Entry, Line
from tradewind_tools.localcloud.log_view import LinePrinter
from tradewind_tools.memory.ports import MemoryBus, MemoryMailer, MemorySmsSender
from tradewind_tools.memory.table import MemoryTable, TableChange


class Report:
    """Tells of one invocation."""

    def __init__(self, site: Site, console: Console | None = None) -> None:
        self._site = site
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._changes_before = len(self._changes())

    def begin(self, function: Function) -> None:
        self._say(f"{function.name} ({function.trigger}) in {self._site.about}")

    def end(self, outcome: Outcome, function: Function) -> None:
        self._print_log(outcome.printed, function.name)
        for line in self._effects():
            self._say(line)
        if outcome.error is not None:
            self._print_error(outcome)
        else:
            self._print_answer(outcome.answer)

    def _print_log(self, printed: str, name: str) -> None:
        now_ms = int(time.time() * 1000)
        LinePrinter(self._console).show([Entry.of(Line(now_ms, name, text, "")) for text in printed.splitlines()])

    def _print_error(self, outcome: Outcome) -> None:
        """In one line where the log has the stack already."""
        lines = traceback.format_exception(outcome.error)
        text = f"It raised {lines[-1]}" if '"stack"' in outcome.printed else "".join(lines)
        self._console.print(text.rstrip(), markup=False)

    def _print_answer(self, answer: Any) -> None:  # noqa: ANN401 - JSON
        """Of an HTTP response the body, which is what a client reads; the status beside it."""
        if isinstance(answer, dict) and "statusCode" in answer:
            self._say(f"HTTP {answer['statusCode']}")
            answer = json.loads(answer["body"]) if answer["body"] else None
        print(json.dumps(answer, indent=2, ensure_ascii=False))

    def _effects(self) -> list[str]:
        """What a shop in memory holds now that it did not before."""
        shop = self._site.shop
        effects = [_describe(change) for change in self._changes()[self._changes_before :]]
        if isinstance(shop.table, MemoryTable):
            if isinstance(shop.bus, MemoryBus):
                effects += [f"on the bus  {entry.type}" for entry in shop.bus.entries]
            if isinstance(shop.mailer, MemoryMailer):
                effects += [f"mail        to {mail.recipient}: {mail.subject}" for mail in shop.mailer.mails]
            if isinstance(shop.sms, MemorySmsSender):
                effects += [f"sms         to {message.recipient}" for message in shop.sms.messages]
        return effects

    def _changes(self) -> list[TableChange]:
        table = self._site.shop.table
        return table.stream if isinstance(table, MemoryTable) else []

    def _say(self, text: str) -> None:
        self._console.print(text, style="dim", markup=False)


def _describe(change: TableChange) -> str:
    item = change.new_image or change.old_image or {}
    return f"{change.event_name.lower():<11} {item['PK']} / {item['SK']}"
