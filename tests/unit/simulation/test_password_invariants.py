from __future__ import annotations

import pytest

from tradewind.aws.table import Item
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.password_invariants import PasswordChecker, password_by_link
from tradewind_tools.simulation.passwords import simulate_hash

USER = "user-1"


def account(password: str, status: str = "active") -> Item:
    key = {"PK": f"USER#{USER}", "SK": "PROFILE"}
    return {**key, "userId": USER, "status": status, "passwordHash": simulate_hash(password)}


@pytest.fixture
def checker() -> PasswordChecker:
    """Of an account whose password was changed a second after it was opened."""
    checker = PasswordChecker()
    assert list(checker.update([TableChange("INSERT", account("first"), None)], 0)) == []
    assert change(checker, "first", "second", 1_000) == []
    return checker


def change(checker: PasswordChecker, old: str, new: str, now_ms: int) -> list[str]:
    return list(checker.update([TableChange("MODIFY", account(new), account(old))], now_ms))


def test_password_lets_in_from_its_moment_on_until_the_next_one(checker: PasswordChecker) -> None:
    assert [checker.may_let_in(USER, "first", since_ms) for since_ms in (0, 999, 1_000)] == [True, True, False]
    assert checker.may_let_in(USER, "second", 0)
    assert not checker.may_let_in(USER, "third", 0)


def test_no_password_lets_into_a_closed_account(checker: PasswordChecker) -> None:
    list(checker.update([TableChange("MODIFY", account("second", "deleting"), account("second"))], 2_000))
    assert not checker.may_let_in(USER, "second", 2_000)
    assert checker.current(USER) is None


def test_link_sets_one_password(checker: PasswordChecker) -> None:
    number = checker.find_link("token", 2_000)
    assert checker.find_link("token", 3_000) == number
    once, twice = password_by_link(number, 1), password_by_link(number, 2)
    assert change(checker, "second", once, 4_000) == []
    assert change(checker, once, twice, 5_000) == [f"a link set a new password of {USER} 2 times"]


def test_link_from_before_another_password_is_void(checker: PasswordChecker) -> None:
    by_link = password_by_link(checker.find_link("token", 500), 1)
    assert change(checker, "second", by_link, 2_000) == [
        f"a link set a new password of {USER} that had another one since"
    ]
