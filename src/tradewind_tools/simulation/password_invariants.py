"""What must hold of passwords: only the account's own lets somebody in, and a link sets a new one at most once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.passwords import plain_password

_BY_LINK = "set by link "


def password_by_link(number: int, use: int) -> str:
    """Return the password that the `use`-th use of a link sets, by which the link is known again."""
    return f"{_BY_LINK}{number} use {use}"


class _Setting(NamedTuple):
    """From when on an account has a password; None where nobody knows it, or the account is closed."""

    at_ms: int
    password: str | None


class PasswordChecker:
    """Follows the passwords of accounts, and the links that set them."""

    def __init__(self) -> None:
        self._settings: dict[str, list[_Setting]] = defaultdict(list)
        self._links: dict[str, int] = {}
        self._link_seen_ms: dict[int, int] = {}
        self._uses: Counter[int] = Counter()

    def find_link(self, token: str, now_ms: int) -> int:
        """Return the number of a link that somebody has found in a mail by now."""
        number = self._links.setdefault(token, len(self._links))
        self._link_seen_ms.setdefault(number, now_ms)
        return number

    def update(self, records: Sequence[TableChange], now_ms: int) -> Iterator[str]:
        """Take in the records of one commit."""
        for record in records:
            image = record.new_image or record.old_image or {}
            if image["SK"] == "PROFILE":
                yield from self._update_account(image["userId"], record, now_ms)

    def may_let_in(self, user_id: str, password: str, since_ms: int) -> bool:
        """Whether it was the password of the open account at that moment, or at one after it."""
        settings = self._settings[user_id]
        at_first = [each for each in settings if each.at_ms <= since_ms][-1:]
        return password in {
            each.password for each in (*at_first, *(each for each in settings if each.at_ms > since_ms))
        }

    def current(self, user_id: str) -> str | None:
        """The password that the account has at this moment, if it is open and somebody may know it."""
        settings = self._settings[user_id]
        return settings[-1].password if settings else None

    def _update_account(self, user_id: str, record: TableChange, now_ms: int) -> Iterator[str]:
        old, new = record.old_image, record.new_image
        password = plain_password(new["passwordHash"]) if new and new["status"] == "active" else None
        settings = self._settings[user_id]
        if new and old and new["passwordHash"] != old["passwordHash"] and password:
            yield from self._check_link(user_id, password)
        if not settings or settings[-1].password != password:
            settings.append(_Setting(now_ms, password))

    def _check_link(self, user_id: str, password: str) -> Iterator[str]:
        if not password.startswith(_BY_LINK):
            return
        number = int(password.removeprefix(_BY_LINK).partition(" ")[0])
        self._uses[number] += 1
        if self._uses[number] > 1:
            yield f"a link set a new password of {user_id} {self._uses[number]} times"
        elif self._settings[user_id][-1].at_ms > self._link_seen_ms[number]:
            yield f"a link set a new password of {user_id} that had another one since"
