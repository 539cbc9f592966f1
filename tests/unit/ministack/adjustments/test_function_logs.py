from __future__ import annotations

import time
from collections.abc import Iterable
from queue import Queue
from threading import Thread

import pytest

from tradewind_tools.ministack.adjustments import function_logs
from tradewind_tools.ministack.adjustments.function_logs import LOG_END, lines_until_end


def brought_late(brought: Iterable[str], lines: Queue[str]) -> None:
    for line in brought:
        time.sleep(0.05)
        lines.put(line)


def test_lines_that_a_busy_machine_brings_late_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function_logs, "LOG_END_SECONDS", 30.0)
    lines: Queue[str] = Queue()
    worker = Thread(target=brought_late, args=(["first", "second", LOG_END, "of the next invocation"], lines))
    worker.start()
    assert list(lines_until_end(lines)) == ["first", "second"]
    worker.join()


def test_a_killed_workers_log_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function_logs, "LOG_END_SECONDS", 0.5)
    lines: Queue[str] = Queue()
    lines.put("last words")
    assert list(lines_until_end(lines)) == ["last words"]
