from __future__ import annotations

import pytest

from tradewind.aws.table import Item
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.attempt_invariants import AttemptChecker
from tradewind_tools.simulation.scheduler import Task

NAME = "EMAIL#ada@example.com ATTEMPTS"
FROM = "ADDRESS#203.0.113.7 SIGNIN#3600"


@pytest.fixture
def checker() -> AttemptChecker:
    return AttemptChecker(address_limit=2)


def make_task(name: str = "auth-login") -> Task:
    return Task(name, 0, None, is_managed=False)


def count(attempts: int, last_at: int = 0) -> Item:
    return {**key(NAME), "attempts": attempts, "lastAt": last_at, "expiresAt": last_at + 86_400}


def key(name: str) -> Item:
    pk, sk = name.split(" ")
    return {"PK": pk, "SK": sk}


def commit(checker: AttemptChecker, old: Item | None, new: Item | None, task: Task) -> list[str]:
    return list(checker.update(TableChange("MODIFY", new, old), task))


def test_password_is_verified_after_its_attempt_was_counted(checker: AttemptChecker) -> None:
    task = make_task()
    assert commit(checker, None, count(1), task) == []
    assert list(checker.verify(task, is_right=False)) == []


def test_password_that_is_verified_uncounted_or_twice_is_a_violation(checker: AttemptChecker) -> None:
    task = make_task()
    assert list(checker.verify(task, is_right=False)) == [
        "auth-login verified a password before it counted the attempt"
    ]
    commit(checker, None, count(1), task)
    assert list(checker.verify(task, is_right=False)) == ["auth-login verified two passwords for one attempt"]


@pytest.mark.parametrize(("before", "seconds", "is_early"), [(9, 0, False), (10, 59, True), (10, 60, False)])
def test_attempts_beyond_the_free_ones_wait_for_each_other(
    before: int, seconds: int, checker: AttemptChecker, *, is_early: bool
) -> None:
    found = commit(checker, count(before), count(before + 1, seconds), make_task())
    assert found == ([f"{NAME}: attempt {before + 1} came {seconds} s after the one before"] if is_early else [])


@pytest.mark.parametrize(("before", "pause_seconds"), [(11, 120), (12, 240), (14, 900), (40, 900)])
def test_pauses_grow(before: int, pause_seconds: int, checker: AttemptChecker) -> None:
    assert len(commit(checker, count(before), count(before + 1, pause_seconds - 1), make_task())) == 1
    assert commit(checker, count(before), count(before + 1, pause_seconds), make_task()) == []


def test_right_password_alone_lets_attempts_be_forgotten(checker: AttemptChecker) -> None:
    right, wrong = make_task(), make_task()
    for task in (right, wrong):
        commit(checker, None, count(1), task)
        list(checker.verify(task, is_right=task is right))
    assert commit(checker, count(2), None, right) == []
    assert commit(checker, count(2), None, make_task("auth-reset-password")) == []
    assert commit(checker, count(2), None, wrong) == [f"{NAME} were forgotten by auth-login without the right password"]


def test_attempts_go_down_only_when_they_are_forgotten(checker: AttemptChecker) -> None:
    assert commit(checker, count(5), count(1, 86_400), make_task()) == []
    assert commit(checker, count(5), count(1, 86_399), make_task()) == [f"{NAME} went from 5 to 1"]


def test_address_is_counted_no_less_than_what_was_wrong_and_no_more_than_its_limit(checker: AttemptChecker) -> None:
    task, one, two, three = make_task(), *({**key(FROM), "attempts": attempts} for attempts in (1, 2, 3))
    assert commit(checker, None, one, task) == []
    list(checker.verify(task, is_right=False))
    assert commit(checker, one, {**one, "attempts": 0}, task) == [f"{FROM} is counted 0, and 1 were wrong"]
    assert commit(checker, one, two, make_task()) == []
    assert commit(checker, two, three, make_task()) == [f"{FROM} is counted 3 of 2"]
