from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from tradewind_tools.data.parallel import in_parallel


def test_every_item_is_worked_on_once() -> None:
    with in_parallel(lambda n: n * n, range(50), workers=4) as results:
        assert sorted(results) == [n * n for n in range(50)]


def test_items_are_begun_in_their_order_and_never_too_many_at_a_time() -> None:
    begun: list[int] = []
    under_way, most, lock = 0, 0, threading.Lock()

    def work(item: int) -> None:
        nonlocal under_way, most
        with lock:
            begun.append(item)
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.002)
        with lock:
            under_way -= 1

    with in_parallel(work, range(30), workers=3) as results:
        list(results)
    assert most == 3
    assert all(abs(item - position) < 3 for position, item in enumerate(begun))


def test_items_are_taken_only_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    with in_parallel(lambda item: item, items(), workers=2) as results:
        next(results)
    assert len(taken) <= 4


def test_a_failure_is_raised_and_what_is_under_way_is_finished() -> None:
    finished: list[int] = []

    def work(item: int) -> None:
        if item == 0:
            raise RuntimeError("the first fails")
        time.sleep(0.02)
        finished.append(item)

    with pytest.raises(RuntimeError, match="the first fails"), in_parallel(work, range(100), workers=3) as results:
        list(results)
    assert {1, 2} <= set(finished)
    assert len(finished) <= 4


def test_nothing_to_do_is_done_at_once() -> None:
    nothing: list[int] = []
    with in_parallel(lambda item: item, nothing, workers=3) as results:
        assert list(results) == []
