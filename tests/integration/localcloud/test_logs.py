"""Reading the functions' logs out of the local cloud: each line once, none lost."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Sequence

import pytest
from rich.console import Console
from tests.integration.localcloud.workbench import Workbench

from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.errors import AmbiguousRequest, NoSuchFunction, NoSuchRequest
from tradewind_tools.localcloud.log_entries import Selection
from tradewind_tools.localcloud.log_view import LinePrinter, LogQuery, print_logs
from tradewind_tools.localcloud.logs import GROUPS, LogReader
from tradewind_tools.localcloud.state import Running

PAGE = 10_000
SPEAKING = "def handler(event, context):\n    for line in event:\n        print(line)\n"


@pytest.fixture(scope="module")
def bench(bare_cloud: LocalCloud) -> Workbench:
    return Workbench(bare_cloud)


def texts(reader: LogReader) -> list[str]:
    return [line.text for line in reader.read()]


def test_lines_are_read_once_in_their_order(bench: Workbench) -> None:
    bench.function("speaking", SPEAKING)
    bench.invoke("speaking", ["b", "a", "c"])
    reader = LogReader(bench.endpoint_url, "speaking")
    assert texts(reader) == ["b", "a", "c"]
    assert texts(reader) == []
    bench.invoke("speaking", ["a"])
    assert texts(reader) == ["a"]


def test_function_that_begins_to_log_later_is_read_too(bench: Workbench) -> None:
    for name in ("late-1", "late-2"):
        bench.function(name, SPEAKING)
    reader = LogReader(bench.endpoint_url, "late")
    bench.invoke("late-1", ["first"])
    assert texts(reader) == ["first"]
    bench.invoke("late-2", ["second"])
    assert texts(reader) == ["second"]


def test_lines_before_the_wanted_time_are_left_out(bench: Workbench) -> None:
    put(bench, "aged", "stream", [(1_000, "old"), (5_000, "new")])
    reader = LogReader(bench.endpoint_url, "aged")
    assert [line.text for line in reader.read(since_ms=2_000)] == ["new"]


def test_line_that_was_late_is_read_although_a_newer_one_was_read(bench: Workbench) -> None:
    put(bench, "crossing", "fast", [(10_000, "fast")])
    reader = LogReader(bench.endpoint_url, "crossing")
    assert texts(reader) == ["fast"]
    put(bench, "crossing", "slow", [(9_000, "slow")])
    assert texts(reader) == ["slow"]


def test_more_lines_than_the_cloud_gives_at_once_are_all_read(bench: Workbench) -> None:
    put(bench, "chatty", "stream", [(1_000 + index // 7, str(index)) for index in range(PAGE)])
    put(bench, "chatty", "stream", [(3_000 + index, str(PAGE + index)) for index in range(5)])
    assert texts(LogReader(bench.endpoint_url, "chatty")) == [str(index) for index in range(PAGE + 5)]


def put(bench: Workbench, function: str, stream: str, events: Sequence[tuple[int, str]]) -> None:
    """Log messages of a stream at these times, in ms."""
    group = f"{GROUPS}{function}"
    bench.logs.create_log_group(logGroupName=group) if not bench.lines_of(function) else None
    names = {each["logStreamName"] for each in bench.logs.describe_log_streams(logGroupName=group)["logStreams"]}
    if stream not in names:
        bench.logs.create_log_stream(logGroupName=group, logStreamName=stream)
    told = [{"timestamp": at, "message": text} for at, text in events]
    bench.logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=told)  # type: ignore[arg-type]


def show(bench: Workbench, query: LogQuery) -> list[str]:
    output = io.StringIO()
    port = int(bench.endpoint_url.rpartition(":")[2])
    printer = LinePrinter(Console(file=output, highlight=False, soft_wrap=True))
    print_logs(Running(0, port, 0, time.time()), query, printer)
    return output.getvalue().splitlines()


def line_of(correlation_id: str) -> str:
    return json.dumps({"correlationId": correlation_id, "event": "speak"})


def test_last_lines_are_shown(bench: Workbench) -> None:
    put(bench, "tailed", "stream", [(index, f"line {index}") for index in range(1, 4)])
    assert [line[-6:] for line in show(bench, LogQuery("tailed", tail=2))] == ["line 2", "line 3"]
    assert show(bench, LogQuery("tailed", tail=0)) == []
    assert len(show(bench, LogQuery("tailed", tail=9))) == 3


def test_function_that_nobody_knows_is_told(bench: Workbench) -> None:
    with pytest.raises(NoSuchFunction, match="'nobody'"):
        show(bench, LogQuery("nobody"))


def test_request_is_one_or_is_told(bench: Workbench) -> None:
    put(bench, "asked", "stream", [(1, line_of("aaa-1")), (2, line_of("aaa-2")), (3, line_of("aaa-2"))])
    assert len(show(bench, LogQuery("asked", selection=Selection(request="aaa-1")))) == 1
    assert len(show(bench, LogQuery("asked", selection=Selection(request="aaa-2")))) == 2
    with pytest.raises(AmbiguousRequest, match="2 requests begin with 'aaa'; say which: aaa-1, aaa-2"):
        show(bench, LogQuery("asked", selection=Selection(request="aaa")))
    with pytest.raises(NoSuchRequest, match="Nothing was logged of a request 'bbb'"):
        show(bench, LogQuery("asked", selection=Selection(request="bbb")))
