"""What the functions logged: their own lines, read from the local cloud's log groups."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from tradewind_tools.localcloud.log_entries import Line
from tradewind_tools.localcloud.sdk import local_session

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import FilteredLogEventTypeDef

GROUPS: Final = "/aws/lambda/"
OVERLAP_MS: Final = 2_000
"""How far behind the newest line a reader looks again: functions that end at once are logged in any order."""

_PAGE = 10_000
_LAMBDA_LINES = ("START RequestId:", "END RequestId:", "REPORT RequestId:", "INIT_START")


class LogReader:
    """Reads the lines of every function whose name contains `function`, each line once."""

    def __init__(self, endpoint_url: str, function: str = "") -> None:
        self._logs = _client(endpoint_url)
        self._function = function
        self._sizes: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._newest_ms = 0

    def knows_functions(self) -> bool:
        return any(True for _ in self._groups())

    def read(self, since_ms: int = 0) -> list[Line]:
        """The lines that came since the last call, oldest first; the first call gives those since `since_ms`."""
        begin_ms = max(since_ms, self._newest_ms - OVERLAP_MS)
        lines = [line for group in self._grown() for line in _lines(self._logs, group, begin_ms)]
        new = sorted((line for line in lines if line.stream not in self._seen), key=attrgetter("at_ms"))
        self._remember(new)
        return new

    def _grown(self) -> list[str]:
        """The groups with more in them than at the last call: asking each of them takes a call of its own."""
        sizes = dict(self._groups())
        grown = [group for group, size in sizes.items() if size != self._sizes.get(group)]
        self._sizes = sizes
        return grown

    def _groups(self) -> Iterator[tuple[str, int]]:
        return _groups(self._logs, self._function)

    def _remember(self, lines: list[Line]) -> None:
        if lines:
            self._newest_ms = max(self._newest_ms, lines[-1].at_ms)
        streams = self._seen | {line.stream: line.at_ms for line in lines}
        self._seen = {stream: at for stream, at in streams.items() if at >= self._newest_ms - OVERLAP_MS}


def function_lines(endpoint_url: str, since_ms: int = 0, function: str = "") -> Iterator[tuple[str, str]]:
    """The functions' names and their own lines since then (ms since the epoch); `function` is a part of the name."""
    logs = _client(endpoint_url)
    for group, _ in _groups(logs, function):
        for line in _lines(logs, group, since_ms):
            yield line.function, line.text


def _client(endpoint_url: str) -> CloudWatchLogsClient:
    return local_session().client("logs", endpoint_url=endpoint_url)


def _groups(logs: CloudWatchLogsClient, function: str) -> Iterator[tuple[str, int]]:
    """Each group's name and how many bytes are in it."""
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=GROUPS):
        for group in page["logGroups"]:
            if function in group["logGroupName"].removeprefix(GROUPS):
                yield group["logGroupName"], group["storedBytes"]


def _lines(logs: CloudWatchLogsClient, group: str, since_ms: int) -> Iterator[Line]:
    function = group.removeprefix(GROUPS)
    for event in _events(logs, group, since_ms):
        if not event["message"].startswith(_LAMBDA_LINES):
            yield Line(event["timestamp"], function, event["message"].rstrip(), event["logStreamName"])


def _events(logs: CloudWatchLogsClient, group: str, since_ms: int) -> Iterator[FilteredLogEventTypeDef]:
    """Every event since then. The local cloud gives no token for the next page, so that is asked for by its time."""
    known = 0
    while True:
        events = logs.filter_log_events(logGroupName=group, startTime=since_ms, limit=_PAGE)["events"]
        yield from events[known:]
        if len(events) < _PAGE:
            return
        since_ms = events[-1]["timestamp"]
        known = sum(event["timestamp"] == since_ms for event in events)
