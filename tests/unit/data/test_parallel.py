from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tradewind_tools.data.parallel import in_parallel

PATIENCE_SECONDS = 30


def test_every_item_is_worked_on_once() -> None:
    with in_parallel(lambda n: n * n, range(50), workers=4) as results:
        assert sorted(results) == [n * n for n in range(50)]


def test_items_are_begun_in_their_order() -> None:
    begun: list[int] = []
    with in_parallel(begun.append, range(30), workers=1) as results:
        list(results)
    assert begun == list(range(30))


def test_so_many_as_there_are_workers_are_under_way_at_once_and_never_more() -> None:
    under_way, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(3)

    def work(_item: int) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        together.wait(PATIENCE_SECONDS)
        with lock:
            under_way -= 1

    with in_parallel(work, range(30), workers=3) as results:
        list(results)
    assert most == 3


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
    all_begun, failed = threading.Barrier(3), threading.Event()

    def work(item: int) -> None:
        if item < 3:
            all_begun.wait(PATIENCE_SECONDS)
        if item == 0:
            raise RuntimeError("the first fails")
        failed.wait(PATIENCE_SECONDS)
        finished.append(item)

    def results_of(results: Iterator[None]) -> list[None]:
        try:
            return list(results)
        finally:
            failed.set()

    with pytest.raises(RuntimeError, match="the first fails"), in_parallel(work, range(100), workers=3) as results:
        results_of(results)
    assert {1, 2} <= set(finished) <= {1, 2, 3}, "one more may begin in the place of the first"


def test_nothing_to_do_is_done_at_once() -> None:
    nothing: list[int] = []
    with in_parallel(lambda item: item, nothing, workers=3) as results:
        assert list(results) == []
