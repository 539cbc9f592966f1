from __future__ import annotations

from queue import Queue
from threading import Timer

from tradewind_tools.localcloud.adjustments import LOG_END, lines_until_end


def test_lines_that_a_busy_machine_brings_late_are_waited_for() -> None:
    lines: Queue[str] = Queue()
    for delay_seconds, line in ((0.05, "first"), (0.15, "second"), (0.2, LOG_END), (0.4, "of the next invocation")):
        Timer(delay_seconds, lines.put, [line]).start()
    assert list(lines_until_end(lines)) == ["first", "second"]


def test_a_killed_workers_log_ends_by_itself() -> None:
    lines: Queue[str] = Queue()
    lines.put("last words")
    assert list(lines_until_end(lines)) == ["last words"]
