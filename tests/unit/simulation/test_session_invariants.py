from __future__ import annotations

import hashlib

import pytest

from tradewind.aws.table import Item
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.session_invariants import SessionChecker

USER, SESSION, OTHER = "user-1", "01KAJ0SESS0000000000000002", "01KAJ0SESS0000000000000003"
GRACE_MS = 41_000


def token(secret: str, session_id: str = SESSION) -> str:
    return f"{'0' * 26}.{session_id}.{secret}"


def account(version: int = 1, status: str = "active") -> Item:
    return {"PK": f"USER#{USER}", "SK": "PROFILE", "userId": USER, "status": status, "passwordVersion": version}


def session(session_id: str = SESSION, *, secret: str = "first", version: int = 1, status: str = "active") -> Item:
    token_hash = hashlib.sha256(secret.encode()).hexdigest()
    key = {"PK": f"USER#{USER}", "SK": f"SESSION#{session_id}"}
    return {**key, "userId": USER, "status": status, "passwordVersion": version, "tokenHash": token_hash}


def event(kind: str) -> TableChange:
    return TableChange("INSERT", {"PK": f"USER#{USER}", "SK": "EVENT#1", "type": kind, "aggregateId": USER}, None)


@pytest.fixture
def checker() -> SessionChecker:
    """Of an account with two sessions."""
    checker = SessionChecker()
    opened = [TableChange("INSERT", session(each), None) for each in (SESSION, OTHER)]
    checker.update([TableChange("INSERT", account(), None), *opened], 0)
    return checker


def refresh(checker: SessionChecker, now_ms: int, successor: str) -> list[str]:
    return list(checker.check_refresh(checker.begin_refresh(token("first"), now_ms), successor))


@pytest.mark.parametrize("kind", ["PasswordChanged", "EmailChangeUndone", "AccountDeletionRequested"])
def test_sessions_end_with_an_event_whatever_the_versions_say(kind: str, checker: SessionChecker) -> None:
    kept = TableChange("MODIFY", session(OTHER, version=2), session(OTHER))
    checker.update([event(kind), kept], 1)
    assert (checker.is_over(SESSION), checker.is_over(OTHER)) == (True, False)


def test_sessions_end_with_an_account_that_is_closed(checker: SessionChecker) -> None:
    checker.update([TableChange("MODIFY", account(status="deleting"), account())], 1)
    assert checker.is_over(SESSION)


def test_session_that_began_by_an_earlier_password_is_over(checker: SessionChecker) -> None:
    checker.update([TableChange("MODIFY", account(version=2), account())], 1)
    checker.update([TableChange("INSERT", session("late"), None)], 2)
    assert checker.is_over("late")
    assert not checker.is_over(SESSION)


def test_session_may_be_over_by_the_word_of_its_account(checker: SessionChecker) -> None:
    checker.update([TableChange("MODIFY", account(version=2), account())], 1)
    checker.update([TableChange("MODIFY", session(OTHER, version=2), session(OTHER))], 1)
    assert [checker.is_of_another_version(each) for each in (SESSION, OTHER)] == [True, False]


def test_revoked_session_is_over(checker: SessionChecker) -> None:
    checker.update([TableChange("MODIFY", session(status="revoked"), session())], 1)
    assert (checker.is_over(SESSION), checker.is_over(OTHER)) == (True, False)


def test_refresh_of_a_session_that_has_ended_is_a_violation(checker: SessionChecker) -> None:
    checker.end([SESSION])
    assert refresh(checker, 1, "second") == [f"session {SESSION} was refreshed after it had ended"]


def test_refresh_token_has_one_successor(checker: SessionChecker) -> None:
    assert refresh(checker, 1, "second") == []
    assert refresh(checker, 2, "second") == []
    assert refresh(checker, 3, "third") == [f"session {SESSION} gave two successors to one refresh token"]


def test_spent_refresh_token_is_good_within_the_grace_alone(checker: SessionChecker) -> None:
    checker.update([TableChange("MODIFY", session(secret="second"), session())], 1_000)
    assert checker.is_spent(token("first"))
    assert refresh(checker, 1_000 + GRACE_MS, "second") == []
    assert len(refresh(checker, 1_001 + GRACE_MS, "second")) == 1
