from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tradewind_tools.localcloud.processes import Process, cpu_ns, tree, warm_functions
from tradewind_tools.localcloud.status import duration

WORKER = "/usr/bin/python3 /state/tmp/ministack-lambda-tradewind-local-order-place-ab_c1x2/_worker.py"


def test_tree_holds_children() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        pids = {process.pid for process in tree(os.getpid())}
        child.communicate(b"\n")
    assert {os.getpid(), child.pid} <= pids


def test_tree_of_nobody_is_empty() -> None:
    assert tree(2**22 + 1) == []


def test_memory_is_never_more_than_what_is_resident() -> None:
    [process] = [process for process in tree(os.getpid()) if process.pid == os.getpid()]
    assert 0 < process.proportional_kib <= process.resident_kib * 1.1


def test_workers_tell_their_function() -> None:
    processes = [Process(1, 0, 1, "python -m server"), Process(2, 1, 1, WORKER), Process(3, 1, 1, WORKER)]
    assert warm_functions(processes) == {"tradewind-local-order-place": 2}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (5.9, "5 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (97200, "1 d 3 h")],
)
def test_duration_is_said_in_two_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_what_a_process_computes_is_counted_to_the_moment() -> None:
    before, counted, after = time.process_time_ns(), cpu_ns(os.getpid()), time.process_time_ns()
    assert before <= counted <= after


def test_what_another_process_computes_is_counted() -> None:
    own_count = "import time; print(time.process_time_ns(), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", own_count], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        own = int(child.stdout.readline())
        counted = cpu_ns(child.pid)
        child.communicate(b"\n")
    assert 0 < own <= counted


def test_a_process_that_is_gone_has_no_count() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with pytest.raises(OSError, match="Invalid argument"):
        cpu_ns(gone.pid)
