from __future__ import annotations

from tradewind_tools.ministack.housekeeping import _drop_finished_executions, _keep_last, keep_newest


def test_newest_entries_stay() -> None:
    store = {number: str(number) for number in range(10)}
    keep_newest(store, 3)
    assert list(store) == [7, 8, 9]


def test_store_within_its_bound_stays() -> None:
    store = {1: "a"}
    keep_newest(store, 3)
    assert store == {1: "a"}


def test_newest_of_a_list_stay_in_the_same_list() -> None:
    values = list(range(10))
    _keep_last(values, 4)
    assert values == [6, 7, 8, 9]


def test_running_executions_are_never_dropped() -> None:
    running = {f"running-{number}": {"status": "RUNNING"} for number in range(3)}
    ended = {f"ended-{number}": {"status": "SUCCEEDED"} for number in range(600)}
    executions = running | ended
    _drop_finished_executions(executions)
    assert len(executions) == 503
    assert "running-0" in executions
    assert "ended-599" in executions
    assert "ended-0" not in executions
