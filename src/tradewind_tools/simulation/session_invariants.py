"""What must hold of sessions: one that has ended lets nobody in, and its refresh tokens follow each other in one line.

What ends sessions is seen from events and answers, not from the versions by which the shop tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from tradewind.aws.events import PREFIX
from tradewind.identity.model import REFRESH_GRACE
from tradewind.identity.sessions import parse_refresh_token
from tradewind.kernel.caller import AccountStatus, SessionStatus
from tradewind_tools.memory.table import TableChange

_ENDING = {"PasswordChanged", "EmailChangeUndone", "AccountDeletionRequested"}
"""The events with which every session of an account ends but those that are kept in the same commit."""
_CLOCKS_DIFFER_MS = 11_000
_GRACE_MS = int(REFRESH_GRACE.total_seconds() * 1000) + _CLOCKS_DIFFER_MS


class RefreshAttempt:
    """A refresh token that somebody is about to send, and what was known of it before."""

    def __init__(self, token: str, *, was_over: bool, spent_for_ms: int) -> None:
        self.token = token
        self.was_over = was_over
        self.spent_for_ms = spent_for_ms


class SessionChecker:
    """Follows the sessions of all accounts."""

    def __init__(self) -> None:
        self._sessions: dict[str, set[str]] = defaultdict(set)
        self._over: set[str] = set()
        self._versions: dict[str, int] = {}
        self._opened_under: dict[str, tuple[str, int]] = {}
        self._spent_ms: dict[str, int] = {}
        self._successors: dict[str, str] = {}

    def update(self, records: Sequence[TableChange], now_ms: int) -> None:
        """Take in the records of one commit."""
        ended = set(_list_ended_accounts(records))
        for record in records:
            image = record.new_image or record.old_image or {}
            if image["SK"] == "PROFILE":
                self._update_account(image["userId"], record, ended)
        kept = {_session_id(record) for record in records if record.old_image and record.new_image}
        for user_id in ended:
            self._over |= self._sessions[user_id] - kept
        for record in records:
            self._update_session(record, now_ms)

    def is_over(self, session_id: str) -> bool:
        return session_id in self._over

    def is_of_another_version(self, session_id: str) -> bool:
        """Whether the account says so: the answer to who ended it may have been lost."""
        user_id, version = self._opened_under[session_id]
        return self._versions.get(user_id) != version

    def end(self, session_ids: Iterable[str]) -> None:
        """An answer said that these have ended."""
        self._over |= set(session_ids)

    def is_spent(self, token: str) -> bool:
        """Whether the session has given out a successor."""
        return parse_refresh_token(token).fingerprint in self._spent_ms

    def begin_refresh(self, token: str, now_ms: int) -> RefreshAttempt:
        parsed = parse_refresh_token(token)
        spent_ms = self._spent_ms.get(parsed.fingerprint, now_ms)
        return RefreshAttempt(token, was_over=self.is_over(parsed.session_id), spent_for_ms=now_ms - spent_ms)

    def check_refresh(self, attempt: RefreshAttempt, successor: str) -> Iterator[str]:
        """What is wrong with a refresh that succeeded."""
        session_id = parse_refresh_token(attempt.token).session_id
        if attempt.was_over:
            yield f"session {session_id} was refreshed after it had ended"
        if attempt.spent_for_ms > _GRACE_MS:
            yield f"session {session_id} was refreshed by a token spent {attempt.spent_for_ms} ms before"
        if self._successors.setdefault(attempt.token, successor) != successor:
            yield f"session {session_id} gave two successors to one refresh token"

    def _update_account(self, user_id: str, record: TableChange, ended: set[str]) -> None:
        account = record.new_image
        if account is None or account["status"] != AccountStatus.ACTIVE:
            ended.add(user_id)
        self._versions[user_id] = account["passwordVersion"] if account else 0

    def _update_session(self, record: TableChange, now_ms: int) -> None:
        session_id = _session_id(record)
        if not session_id:
            return
        old, new = record.old_image, record.new_image
        if new:
            self._opened_under[session_id] = (new["userId"], new["passwordVersion"])
        if new is None or new["status"] != SessionStatus.ACTIVE:
            self._over.add(session_id)
        elif old is None:
            self._sessions[new["userId"]].add(session_id)
            if new["passwordVersion"] != self._versions.get(new["userId"]):
                self._over.add(session_id)
        elif old["tokenHash"] != new["tokenHash"]:
            self._spent_ms[old["tokenHash"]] = now_ms


def _list_ended_accounts(records: Sequence[TableChange]) -> Iterator[str]:
    for record in records:
        event = record.new_image
        if event and event["SK"].startswith(PREFIX) and event["type"] in _ENDING:
            yield event["aggregateId"]


def _session_id(record: TableChange) -> str:
    image = record.new_image or record.old_image or {}
    sort_key: str = image["SK"]
    return sort_key.removeprefix("SESSION#") if sort_key.startswith("SESSION#") else ""
