"""Virtual time, and tasks that take turns in it: synchronous code that is switched wherever it waits.

Each task is a greenlet. Nothing runs in parallel and nothing reads a real clock, so that the same waits give the same
run.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from greenlet import getcurrent, greenlet

from tradewind_tools.simulation.errors import Crash

HOUR_MS = 3_600_000


class Task:
    """One line of work: an invocation, a run of the saga, a customer; `is_dead` when it did not reach its end.

    `skew_ms` is the error of its clock. A task that is still running after `deadline_ms` dies. `last_fault_ms` is when
    a fault last hit it. One that `is_managed` is a service of the cloud: its calls fail, but it does not die. `origin`
    is the task whose write it carries out late; itself for any other.
    """

    def __init__(self, name: str, skew_ms: int, deadline_ms: int | None, *, is_managed: bool) -> None:
        self.name = name
        self.skew_ms = skew_ms
        self.deadline_ms = deadline_ms
        self.is_done = False
        self.is_dead = False
        self.result: Any = None
        self.is_managed = is_managed
        self.last_fault_ms: int | None = None
        self.turn = 0
        self.waiters: list[Task] = []
        self.run: Callable[[], object] | None = None
        self.origin = self


class Scheduler:
    """Runs tasks in the order of the moments that they wait for; `now_ms` counts from the beginning."""

    def __init__(self) -> None:
        self.now_ms = 0
        self.current: Task | None = None
        self._agenda: list[tuple[int, int, int, Task]] = []
        self._number = 0

    def spawn(
        self,
        name: str,
        body: Callable[[], object],
        *,
        after_ms: int = 0,
        skew_ms: int = 0,
        timeout_ms: int | None = None,
        is_managed: bool = False,
    ) -> Task:
        """Begin a task `after_ms` from now; its time is up `timeout_ms` after that."""
        begins_ms = self.now_ms + after_ms
        task = Task(name, skew_ms, None if timeout_ms is None else begins_ms + timeout_ms, is_managed=is_managed)
        main = getcurrent()
        while main.parent is not None:
            main = main.parent
        task.run = greenlet(lambda: self._perform(task, body), main).switch
        self._wake_at(begins_ms, task)
        return task

    def pause(self, duration_ms: int) -> None:
        """Let others run for that long. Raises Crash when the task's time is up before it continues."""
        task = self._require_current()
        self._advance_to(self.now_ms + duration_ms, task)
        if task.deadline_ms is not None and self.now_ms > task.deadline_ms:
            task.is_dead = True
            task.last_fault_ms = self.now_ms
            raise Crash("timed out")

    def wait_for(self, other: Task, at_most_ms: int) -> bool:
        """Wait until `other` is done. False when that takes longer."""
        task = self._require_current()
        if not other.is_done:
            other.waiters.append(task)
            self._wake_at(self.now_ms + at_most_ms, task)
            self._give_way(task)
        return other.is_done

    def run(self) -> None:
        """Run until no task waits for anything any more."""
        while self._agenda:
            at_ms, _, turn, task = heappop(self._agenda)
            if task.is_done or turn != task.turn:
                continue
            self.now_ms = max(at_ms, self.now_ms)
            self.current = task
            assert task.run  # noqa: S101 - set by `spawn`
            task.run()
        self.current = None

    def _perform(self, task: Task, body: Callable[[], object]) -> None:
        try:
            task.result = body()
        except Crash:
            task.is_dead = True
        finally:
            task.is_done = True
            task.run = None
        for each in task.waiters:
            self._wake_at(self.now_ms, each)

    def _advance_to(self, until_ms: int, task: Task) -> None:
        """Switch tasks only if another one is due before that."""
        if self._agenda and self._agenda[0][0] <= until_ms:
            self._wake_at(until_ms, task)
            self._give_way(task)
        else:
            self.now_ms = until_ms

    def _wake_at(self, at_ms: int, task: Task) -> None:
        """A task has one next turn: earlier entries of the agenda do not count any more."""
        self._number += 1
        task.turn += 1
        heappush(self._agenda, (at_ms, self._number, task.turn, task))

    def _give_way(self, task: Task) -> None:
        parent = getcurrent().parent
        assert parent  # noqa: S101 - a task never runs in the main greenlet
        parent.switch()
        self.current = task

    def _require_current(self) -> Task:
        assert self.current  # noqa: S101 - only tasks wait
        return self.current
