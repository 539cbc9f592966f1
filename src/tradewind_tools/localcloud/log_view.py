"""`./dev logs`: one line an invocation for people, or JSON for programs."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError
from rich.console import Console
from rich.text import Text

from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.localcloud.errors import AmbiguousRequest, NoSuchFunction, NoSuchRequest
from tradewind_tools.localcloud.log_entries import Entry, Fields, Level, Selection
from tradewind_tools.localcloud.logs import LogReader
from tradewind_tools.localcloud.state import Running

POLL_SECONDS: Final = 0.5
_PREFIX = f"{StageNames(LOCAL).shop}-"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FUNCTION_WIDTH = 26
_STYLES = {Level.DEBUG: "dim", Level.INFO: "green", Level.WARN: "yellow", Level.ERROR: "bold red"}
_SHOWN_SEPARATELY = frozenset({"status", "route", "fault", "stack", "correlationIds"})


class Printer(Protocol):
    """Prints entries in one form."""

    def show(self, entries: Sequence[Entry]) -> None: ...


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What is to be shown: `since_ms` since the epoch, of it the last `tail`; with `follow` also what comes."""

    function: str = ""
    since_ms: int = 0
    selection: Selection = field(default_factory=Selection)
    tail: int | None = None
    follow: bool = False


def print_logs(running: Running, query: LogQuery, printer: Printer) -> None:
    """Print what is asked for; with `follow`, until Ctrl-C or the local cloud's end.

    Raises NoSuchFunction; NoSuchRequest and AmbiguousRequest where the lines are not those of one request.
    """
    reader = LogReader(running.endpoint_url, query.function)
    if not reader.knows_functions():
        raise NoSuchFunction(query.function)
    entries = _read(reader, query)
    if query.selection.request:
        _need_one_request(query, entries)
    printer.show(entries if query.tail is None else entries[max(0, len(entries) - query.tail) :])
    if query.follow:
        _follow(reader, query, printer)


def _need_one_request(query: LogQuery, entries: Sequence[Entry]) -> None:
    begin = query.selection.request
    found = sorted(set().union(*map(query.selection.requests_of, entries)))
    if not found and not query.follow:
        raise NoSuchRequest(begin)
    if len(found) > 1 and begin not in found:
        raise AmbiguousRequest(begin, found)


def _follow(reader: LogReader, query: LogQuery, printer: Printer) -> None:
    with suppress(KeyboardInterrupt):
        try:
            while True:
                time.sleep(POLL_SECONDS)
                printer.show(_read(reader, query))
        except BotoCoreError:
            print("The local cloud has stopped.", file=sys.stderr)


def _read(reader: LogReader, query: LogQuery) -> list[Entry]:
    entries = (Entry.of(line) for line in reader.read(query.since_ms))
    return [entry for entry in entries if query.selection.takes(entry)]


class JsonPrinter:
    """The functions' own lines, as they are; what is no JSON becomes the message of a line that is."""

    def show(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            print(entry.line.text if entry.fields else _as_json(entry), flush=True)


class LinePrinter:
    """A line for each invocation, by the time of its end; below a fault, its stack."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)

    def show(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            self._print(Text(f"{_clock(entry.line.at_ms)} ", "dim"), entry)

    def _print(self, begin: Text, entry: Entry) -> None:
        self._console.print(Text.assemble(begin, *_parts(entry)))
        for line in _stack(entry):
            self._console.print(Text(f"    {line}", "dim"))


class RequestPrinter(LinePrinter):
    """The way of one request: each invocation by the time of its start, counted from that of the first."""

    def __init__(self, console: Console | None = None) -> None:
        super().__init__(console)
        self._first_ms: float | None = None

    def show(self, entries: Sequence[Entry]) -> None:
        for entry in sorted(entries, key=lambda each: each.began_ms):
            if self._first_ms is None:
                self._first_ms = entry.began_ms
                self._console.print(Text(f"{_clock(entry.began_ms)} began", "dim"))
            self._print(Text(f"{(entry.began_ms - self._first_ms) / 1000:+9.3f} s ", "dim"), entry)


def _clock(at_ms: float) -> str:
    """The time in UTC, as in the lines themselves; with the day unless it is today."""
    at, today = datetime.fromtimestamp(at_ms / 1000, UTC), datetime.now(UTC).date()
    time_of_day = f"{at:%H:%M:%S}.{at.microsecond // 1000:03}Z"
    return time_of_day if at.date() == today else f"{at:%Y-%m-%d} {time_of_day}"


def _parts(entry: Entry) -> Iterator[tuple[str, str] | str]:
    level, function = entry.level, entry.line.function.removeprefix(_PREFIX)
    yield f"{(level or '-').upper():<5} ", _STYLES[level] if level else "dim"
    yield f"{function:<{_FUNCTION_WIDTH}} ", "cyan"
    if entry.fields is None:
        yield _printable(entry.line.text)
    else:
        yield f"{entry.fields.duration:7.0f} ms  ", "dim"
        yield _printable(" ".join(filter(None, (entry.fields.event, _outcome(entry.fields)))))
        yield _printable("".join(f"  {word}" for word in _details(entry, entry.fields))), "dim"


def _outcome(fields: Fields) -> str:
    """`201`; `404 ProductNotFound`; what went wrong inside."""
    status, fault = str(fields.metadata.get("status", "")), str(fields.metadata.get("fault", ""))
    words = [status, fields.message if fields.message != status else "", f"({fault})" if fault else ""]
    return " ".join(filter(None, words))


def _details(entry: Entry, fields: Fields) -> Iterator[str]:
    if route := fields.metadata.get("route"):
        yield str(route)
    for name, value in fields.metadata.items():
        if name not in _SHOWN_SEPARATELY and value is not None:
            yield f"{name}={value if isinstance(value, str) else json.dumps(value, separators=(',', ':'))}"
    if fields.user_id:
        yield f"userId={fields.user_id}"
    if fields.cold_starts:
        yield "cold"
    yield ",".join(map(_short, entry.correlation_ids()))


def _short(correlation_id: str) -> str:
    """The first part of a UUID is enough for `--request`; of an id that a client chose, it may not be."""
    return correlation_id.partition("-")[0] if _UUID.fullmatch(correlation_id) else correlation_id


def _stack(entry: Entry) -> Iterator[str]:
    stack: Any = entry.fields.metadata.get("stack", ()) if entry.fields else ()
    for frame in stack:
        yield from map(_printable, str(frame).splitlines())


def _printable(text: str) -> str:
    """The text without what would act on the terminal: a line may quote whatever a client sent."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def _as_json(entry: Entry) -> str:
    at = datetime.fromtimestamp(entry.line.at_ms / 1000, UTC)
    line = {"timestamp": at.isoformat(), "functionName": entry.line.function, "message": entry.line.text}
    return json.dumps(line)
