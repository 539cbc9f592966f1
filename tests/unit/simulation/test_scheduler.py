from __future__ import annotations

import pytest

from tradewind_tools.simulation.scheduler import Scheduler


@pytest.fixture
def scheduler() -> Scheduler:
    return Scheduler()


def test_tasks_run_in_the_order_of_the_moments_that_they_wait_for(scheduler: Scheduler) -> None:
    seen: list[tuple[str, int]] = []

    def walk(name: str, *pauses_ms: int) -> None:
        for pause_ms in pauses_ms:
            scheduler.pause(pause_ms)
            seen.append((name, scheduler.now_ms))

    scheduler.spawn("tortoise", lambda: walk("tortoise", 30, 30))
    scheduler.spawn("hare", lambda: walk("hare", 10, 45), after_ms=5)
    scheduler.run()
    assert seen == [("hare", 15), ("tortoise", 30), ("hare", 60), ("tortoise", 60)]


def test_task_waits_for_another_and_gets_its_result(scheduler: Scheduler) -> None:
    def give() -> str:
        scheduler.pause(100)
        return "bread"

    def wait() -> None:
        other = scheduler.spawn("baker", give)
        assert not scheduler.wait_for(other, 50)
        assert scheduler.wait_for(other, 1_000)
        assert (other.result, scheduler.now_ms) == ("bread", 100)

    task = scheduler.spawn("customer", wait)
    scheduler.run()
    assert task.is_done
    assert not task.is_dead


def test_task_dies_at_its_deadline(scheduler: Scheduler) -> None:
    survived: list[int] = []

    def linger() -> None:
        scheduler.pause(900)
        survived.append(scheduler.now_ms)
        scheduler.pause(200)
        survived.append(scheduler.now_ms)

    task = scheduler.spawn("invocation", linger, timeout_ms=1_000)
    scheduler.run()
    assert (survived, task.is_dead) == ([900], True)


def test_crash_is_caught_by_no_handler(scheduler: Scheduler) -> None:
    def hold_on() -> None:
        try:
            scheduler.pause(2)
        except Exception:  # noqa: BLE001 - what is shown
            pytest.fail("caught")

    task = scheduler.spawn("invocation", hold_on, timeout_ms=1)
    scheduler.run()
    assert task.is_dead
