"""Virtual time, and tasks that take turns in it: synchronous code that is switched wherever it waits.

Each task is a greenlet. Nothing runs in parallel and nothing reads a real clock, so that the same waits give the same
run.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from greenlet import getcurrent, greenlet

HOUR_MS = 3_600_000


class Crash(BaseException):
    """The end of whoever runs: no handler can catch it, as nothing survives the end of a process."""


class Task:
    """One line of work: an invocation, an execution, a customer; `is_dead` when it did not come to its end.

    `skew_ms` is by how much its clock is wrong; whatever it does after `deadline_ms` it does not live to do.
    `struck_ms` is when something last went wrong for it; one that `endures` is a service of the cloud: its calls
    fail, but it does not die.
    """

    def __init__(self, name: str, skew_ms: int, deadline_ms: int | None, *, endures: bool) -> None:
        self.name = name
        self.skew_ms = skew_ms
        self.deadline_ms = deadline_ms
        self.is_done = False
        self.is_dead = False
        self.result: Any = None
        self.endures = endures
        self.struck_ms: int | None = None
        self.turn = 0
        self.waiting: list[Task] = []
        self.run: Callable[[], object] | None = None


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
        endures: bool = False,
    ) -> Task:
        """Begin a task `after_ms` from now; its time is up `timeout_ms` after that."""
        begins_ms = self.now_ms + after_ms
        task = Task(name, skew_ms, None if timeout_ms is None else begins_ms + timeout_ms, endures=endures)
        main = getcurrent()
        while main.parent is not None:
            main = main.parent
        task.run = greenlet(lambda: self._perform(task, body), main).switch
        self._wake_at(begins_ms, task)
        return task

    def pause(self, duration_ms: int) -> None:
        """Let others run for that long. Raises Crash when the task's time is up before it goes on."""
        task = self._running()
        self._let_others_run_until(self.now_ms + duration_ms, task)
        if task.deadline_ms is not None and self.now_ms > task.deadline_ms:
            task.is_dead = True
            task.struck_ms = self.now_ms
            raise Crash("timed out")

    def wait_for(self, other: Task, at_most_ms: int) -> bool:
        """Wait until `other` is done. False when that takes longer."""
        task = self._running()
        if not other.is_done:
            other.waiting.append(task)
            self._wake_at(self.now_ms + at_most_ms, task)
            self._give_way(task)
        return other.is_done

    def run(self) -> None:
        """Until nobody waits for anything any more."""
        while self._agenda:
            at_ms, _, turn, task = heappop(self._agenda)
            if task.is_done or turn != task.turn:
                continue
            self.now_ms = max(at_ms, self.now_ms)
            self.current = task
            assert task.run  # noqa: S101 - set at its birth
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
        for each in task.waiting:
            self._wake_at(self.now_ms, each)

    def _let_others_run_until(self, until_ms: int, task: Task) -> None:
        """Nobody takes turns where nobody else wants one."""
        if self._agenda and self._agenda[0][0] <= until_ms:
            self._wake_at(until_ms, task)
            self._give_way(task)
        else:
            self.now_ms = until_ms

    def _wake_at(self, at_ms: int, task: Task) -> None:
        """A task has one next turn: what it was to be woken for before does not count any more."""
        self._number += 1
        task.turn += 1
        heappush(self._agenda, (at_ms, self._number, task.turn, task))

    def _give_way(self, task: Task) -> None:
        parent = getcurrent().parent
        assert parent  # noqa: S101 - a task never runs in the main greenlet
        parent.switch()
        self.current = task

    def _running(self) -> Task:
        assert self.current  # noqa: S101 - only tasks wait
        return self.current
