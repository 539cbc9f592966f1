"""What must hold of attempts at passwords: each is counted before it is verified, and no more are than the limits say.

Only the right password lets a count begin anew, or a reset, or the end of the account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tradewind.aws.table import Item
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.scheduler import Task

_FREE = 10
_FIRST_PAUSE_SECONDS = 60
_LONGEST_PAUSE_SECONDS = 900
_REMOVERS = {"auth-reset-password", "account-eraser"}


class AttemptChecker:
    """Follows the counts of attempts, and who verified what."""

    def __init__(self, address_limit: int) -> None:
        self._address_limit = address_limit
        self._counted: dict[Task, set[str]] = defaultdict(set)
        self._were_right: dict[Task, bool] = {}
        self._wrong: dict[str, int] = defaultdict(int)

    def verify(self, task: Task, *, is_right: bool) -> Iterator[str]:
        """Take in that a task has compared a password with a hash."""
        counted = self._counted.get(task, set())
        if not counted:
            yield f"{task.name} verified a password before it counted the attempt"
        if task in self._were_right:
            yield f"{task.name} verified two passwords for one attempt"
        self._were_right[task] = is_right
        for key in counted:
            self._wrong[key] += not is_right

    def update(self, record: TableChange, task: Task) -> Iterator[str]:
        """Take in a record of a commit by a task."""
        image = record.new_image or record.old_image or {}
        sort_key: str = image["SK"]
        if sort_key.startswith("SIGNIN#"):
            yield from self._check_address(record, task)
        elif sort_key.partition("#")[0] == "ATTEMPTS" and image["PK"].startswith(("EMAIL#", "USER#")):
            yield from self._check_count(record, task)

    def _check_count(self, record: TableChange, task: Task) -> Iterator[str]:
        old, new, name = record.old_image, record.new_image, _name(record)
        if new is None:
            if not self._were_right.get(task) and task.name not in _REMOVERS:
                yield f"{name} were forgotten by {task.name} without the right password"
            return
        before = old["attempts"] if old else 0
        self._counted[task].add(name)
        if old and new["attempts"] > before >= _FREE and new["lastAt"] < _retry_at(old):
            yield f"{name}: attempt {new['attempts']} came {new['lastAt'] - old['lastAt']} s after the one before"
        if new["attempts"] < before and old and old["expiresAt"] > new["lastAt"]:
            yield f"{name} went from {before} to {new['attempts']}"

    def _check_address(self, record: TableChange, task: Task) -> Iterator[str]:
        new, name = record.new_image, _name(record)
        if new is None:
            return
        before = record.old_image["attempts"] if record.old_image else 0
        if new["attempts"] > before:
            self._counted[task].add(name)
        if not 0 <= new["attempts"] <= self._address_limit:
            yield f"{name} is counted {new['attempts']} of {self._address_limit}"
        if new["attempts"] < self._wrong[name]:
            yield f"{name} is counted {new['attempts']}, and {self._wrong[name]} were wrong"


def _retry_at(seen: Item) -> int:
    """When the next attempt may follow: epoch seconds."""
    pause_seconds = min(_FIRST_PAUSE_SECONDS * 2 ** (seen["attempts"] - _FREE), _LONGEST_PAUSE_SECONDS)
    retry_at: int = seen["lastAt"] + pause_seconds
    return retry_at


def _name(record: TableChange) -> str:
    image = record.new_image or record.old_image or {}
    return f"{image['PK']} {image['SK']}"
