"""Several at a time, begun in order, with a bound on what is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@contextmanager
def in_parallel(work: Callable[[_Item], _Result], items: Iterable[_Item], workers: int) -> Iterator[Iterator[_Result]]:
    """Give the result of `work` for each item as it is done; items are begun in their order, `workers` at a time.

    An exception of `work` is raised where its result would have come. However the block ends (also by Ctrl-C), what is
    under way is finished first and nothing more is begun.
    """
    executor = ThreadPoolExecutor(workers, thread_name_prefix="work")
    try:
        yield _results(executor, work, iter(items), workers)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _results(
    executor: ThreadPoolExecutor, work: Callable[[_Item], _Result], waiting: Iterator[_Item], workers: int
) -> Iterator[_Result]:
    under_way = {executor.submit(work, item) for item in islice(waiting, workers)}
    while under_way:
        done, under_way = _first_done(under_way)
        for future in done:
            under_way.update(executor.submit(work, item) for item in islice(waiting, 1))
            yield future.result()


def _first_done(under_way: set[Future[_Result]]) -> tuple[set[Future[_Result]], set[Future[_Result]]]:
    done, not_done = wait(under_way, return_when=FIRST_COMPLETED)
    return done, not_done
