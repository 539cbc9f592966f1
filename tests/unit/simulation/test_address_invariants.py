from __future__ import annotations

import pytest

from tradewind.aws.table import Item
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.address_invariants import AddressChecker

ADA, GRACE = "user-1", "user-2"
OLD, NEW = "old@example.com", "new@example.com"


def account(user_id: str, email: str) -> Item:
    return {"PK": f"USER#{user_id}", "SK": "PROFILE", "userId": user_id, "email": email}


def claim(user_id: str, email: str, **lock: int) -> Item:
    return {"PK": f"EMAIL#{email}", "SK": "CLAIM", "userId": user_id, **lock}


def event(kind: str) -> TableChange:
    data = {"userId": ADA, "changeId": "change-1"}
    return TableChange("INSERT", {"PK": "", "SK": "EVENT#1", "type": kind, "aggregateId": ADA, "data": data}, None)


def put(new: Item | None, old: Item | None = None) -> TableChange:
    return TableChange("MODIFY", new, old)


@pytest.fixture
def checker() -> AddressChecker:
    """Ada's address was changed, and the one before is kept for her."""
    checker = AddressChecker()
    assert list(checker.update([put(account(ADA, OLD)), put(claim(ADA, OLD))], 0)) == []
    locked = claim(ADA, OLD, lockedUntil=1_000)
    changed = [put(account(ADA, NEW), account(ADA, OLD)), put(claim(ADA, NEW)), put(locked, claim(ADA, OLD))]
    assert list(checker.update([*changed, event("EmailChanged")], 0)) == []
    return checker


def undo(checker: AddressChecker, *changes: TableChange) -> list[str]:
    return list(checker.update([*changes, event("EmailChangeUndone")], 1))


def test_two_accounts_with_one_address_are_a_violation(checker: AddressChecker) -> None:
    found = list(checker.update([put(account(GRACE, NEW))], 1))
    assert found[0] == f"{NEW} is the address of {ADA} and {GRACE}"


def test_address_without_its_claim_is_a_violation(checker: AddressChecker) -> None:
    assert list(checker.update([put(account(GRACE, "unclaimed@example.com"))], 1)) == [
        f"unclaimed@example.com is the address of {GRACE}, and its claim says None"
    ]


@pytest.mark.parametrize(("now_seconds", "count"), [(500, 1), (1_000, 0)])
def test_address_before_a_change_is_kept_until_it_cannot_be_undone(
    now_seconds: int, count: int, checker: AddressChecker
) -> None:
    taken = put(claim(GRACE, OLD), claim(ADA, OLD, lockedUntil=1_000))
    assert len(list(checker.update([taken], now_seconds))) == count


def test_undone_change_gives_the_address_back(checker: AddressChecker) -> None:
    restored = put(account(ADA, OLD), account(ADA, NEW))
    assert undo(checker, restored, put(claim(ADA, OLD)), put(None, claim(ADA, NEW))) == []
    assert checker.find_address(ADA) == OLD


def test_undone_change_that_gives_nothing_back_is_a_violation(checker: AddressChecker) -> None:
    assert undo(checker) == [f"a change was undone, and {ADA} has {NEW} instead of {OLD}"]
