from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime

import pytest
from rich.console import Console

from tradewind_tools.localcloud.log_entries import Entry, Level, Line, Selection
from tradewind_tools.localcloud.log_view import JsonPrinter, LinePrinter, RequestPrinter

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, UTC)
NOON_MS = int(NOON.timestamp() * 1000)
REQUEST = "ce051c90-61c9-43b9-8c45-8fd89f8e9cae"
OTHER = "b7891ed5-5c3d-4ebb-9f33-2e3b49a840a8"


def entry(function: str = "order-create", at_ms: int = NOON_MS, text: str | None = None, **fields: object) -> Entry:
    told = {
        "level": "INFO",
        "requestId": REQUEST,
        "correlationId": REQUEST,
        "event": "place_order",
        "message": "201",
        "metadata": {"status": 201, "route": "POST /orders", "orderId": "01M8"},
        "duration": 14.4,
    }
    return Entry.of(Line(at_ms, f"tradewind-local-{function}", text or json.dumps(told | fields), "stream"))


def printed(*entries: Entry, printer: type[LinePrinter] = LinePrinter) -> list[str]:
    output = io.StringIO()
    printer(Console(file=output, highlight=False, soft_wrap=True)).show(entries)
    return output.getvalue().splitlines()


def test_invocation_is_one_line() -> None:
    [line] = printed(entry(userId="01U"))
    begin, details = line[:70], line[70:]
    assert begin == "2026-03-01 12:00:00.250Z INFO  order-create                    14 ms  "
    assert details == "place_order 201  POST /orders  orderId=01M8  userId=01U  ce051c90"


def test_day_is_left_out_today() -> None:
    [line] = printed(entry(at_ms=int(datetime.now(UTC).timestamp() * 1000)))
    assert re.match(r"\d\d:\d\d:\d\d\.\d{3}Z INFO", line)


def test_refusal_is_told_with_its_status() -> None:
    [line] = printed(entry(level="WARN", message="OutOfStock", metadata={"status": 409}))
    assert "WARN  order-create" in line
    assert line.endswith("place_order 409 OutOfStock  ce051c90")


def test_fault_is_told_with_its_stack_below() -> None:
    metadata = {"status": 500, "fault": "no such key", "stack": ['  File "a.py", line 1\n    broken()\n']}
    lines = printed(entry(level="ERROR", message="InternalError", metadata=metadata))
    assert "place_order 500 InternalError (no such key)" in lines[0]
    assert lines[1:] == ['      File "a.py", line 1', "        broken()"]


def test_cold_start_is_marked() -> None:
    [line] = printed(entry(ColdStartCount=1))
    assert line.endswith("  cold  ce051c90")


def test_metadata_of_any_shape_is_shown() -> None:
    [line] = printed(entry(message="", metadata={"types": {"OrderPlaced": 2}, "nothing": None, "events": 2}))
    assert '  types={"OrderPlaced":2}  events=2  ce05' in line
    assert "nothing" not in line


def test_line_that_is_no_json_is_shown_as_it_is() -> None:
    [line] = printed(entry(text="Traceback (most recent call last):"))
    assert line == "2026-03-01 12:00:00.250Z -     order-create               Traceback (most recent call last):"


@pytest.mark.parametrize("text", ["[1]", '"words"', '{"duration": "long"}', '{"level": 5}'])
def test_json_of_another_shape_is_shown_as_it_is(text: str) -> None:
    assert printed(entry(text=text))[0].endswith(text)


def test_what_would_act_on_the_terminal_is_not_printed() -> None:
    [line] = printed(entry(message="\x1b[2Jgone\nsecond line"))
    assert "\x1b" not in line
    assert "\N{REPLACEMENT CHARACTER}[2Jgone\N{REPLACEMENT CHARACTER}second line" in line


def test_request_is_told_from_its_start_by_the_start_of_each_invocation() -> None:
    slow = entry("email-sender", NOON_MS + 2000, duration=1500.0)
    fast = entry("sms-sender", NOON_MS + 1000, duration=100.0)
    lines = printed(fast, slow, entry(duration=50.0), printer=RequestPrinter)
    assert lines[0] == "2026-03-01 12:00:00.200Z began"
    assert [line.split()[:4] for line in lines[1:]] == [
        ["+0.000", "s", "INFO", "order-create"],
        ["+0.550", "s", "INFO", "email-sender"],
        ["+0.950", "s", "INFO", "sms-sender"],
    ]


def test_json_is_the_line_itself(capsys: pytest.CaptureFixture[str]) -> None:
    shown = entry()
    JsonPrinter().show([shown, entry(text="not JSON")])
    first, second = capsys.readouterr().out.splitlines()
    assert first == shown.line.text
    assert json.loads(second) == {
        "timestamp": "2026-03-01T12:00:00.250000+00:00",
        "functionName": "tradewind-local-order-create",
        "message": "not JSON",
    }


@pytest.mark.parametrize(
    ("level", "taken"),
    [(Level.DEBUG, "DEBUG INFO WARN ERROR"), (Level.WARN, "WARN ERROR"), (Level.ERROR, "ERROR")],
)
def test_level_takes_what_is_as_grave(level: Level, taken: str) -> None:
    entries = {name: entry(level=name) for name in ("DEBUG", "INFO", "WARN", "ERROR")}
    assert " ".join(name for name, each in entries.items() if Selection(level).takes(each)) == taken


def test_line_without_a_level_is_always_grave_enough() -> None:
    assert Selection(Level.ERROR).takes(entry(text="Traceback"))


@pytest.mark.parametrize(("pattern", "is_taken"), [("order-create", True), ("orderId.*01M8", True), ("refund", False)])
def test_pattern_is_looked_for_in_the_function_and_its_line(pattern: str, is_taken: bool) -> None:  # noqa: FBT001
    assert Selection(pattern=re.compile(pattern)).takes(entry()) == is_taken


@pytest.mark.parametrize(
    ("request_id", "is_taken"), [(REQUEST, True), ("ce051c90", True), (OTHER, False), ("c9", False)]
)
def test_request_is_named_by_its_correlation_id_or_the_begin_of_it(request_id: str, is_taken: bool) -> None:  # noqa: FBT001
    assert Selection(request=request_id).takes(entry()) == is_taken


def test_batch_belongs_to_the_request_of_each_event() -> None:
    batch = entry("stream-processor", correlationId="x", metadata={"correlationIds": [OTHER, REQUEST]})
    assert Selection(request=REQUEST).takes(batch)
    assert Selection(request=OTHER).takes(batch)
    assert not Selection(request="x").takes(batch)
    assert printed(batch)[0].endswith("b7891ed5,ce051c90")


def test_id_that_a_client_chose_is_shown_whole() -> None:
    assert printed(entry(correlationId="till-7-receipt-12"))[0].endswith("  till-7-receipt-12")


def test_line_without_ids_belongs_to_no_request() -> None:
    assert not Selection(request=REQUEST).takes(entry(text=f"printed {REQUEST}"))
