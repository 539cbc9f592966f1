"""What must hold of the addresses of accounts: each is one account's, and an undone change gives its address back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tradewind.aws.events import PREFIX
from tradewind.aws.table import Item
from tradewind_tools.memory.table import TableChange

_LOCKED_UNTIL = "lockedUntil"
_CLOCKS_DIFFER_SECONDS = 11


class AddressChecker:
    """Follows the addresses of accounts, the claims on them, and the changes."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        self._claims: dict[str, Item] = {}
        self._before: dict[str, str] = {}

    def update(self, records: Sequence[TableChange], now_seconds: int) -> Iterator[str]:
        """Take in the records of one commit."""
        events = [record.new_image for record in records if record.new_image and _is_event(record.new_image)]
        profiles = [record for record in records if _sort_key(record) == "PROFILE"]
        for record in records:
            if _sort_key(record) == "CLAIM":
                yield from self._update_claim(record, now_seconds)
        for record in profiles:
            self._update_address(record, events)
        for record in profiles:
            yield from self._check_address(record)
        for event in events:
            if event["type"] == "EmailChangeUndone":
                yield from self._check_undone(event["data"])

    def find_address(self, user_id: str) -> str | None:
        """The address that an account has at this moment."""
        return self._addresses.get(user_id)

    def _update_address(self, record: TableChange, events: Sequence[Item]) -> None:
        old, new = record.old_image, record.new_image
        for event in events:
            if event["type"] == "EmailChanged" and old and event["aggregateId"] == old["userId"]:
                self._before[event["data"]["changeId"]] = old["email"]
        if new:
            self._addresses[new["userId"]] = new["email"]
        elif old:
            self._addresses.pop(old["userId"], None)

    def _update_claim(self, record: TableChange, now_seconds: int) -> Iterator[str]:
        """An address from which a change can be undone is nobody else's until then."""
        old, new = record.old_image, record.new_image
        image = new or old or {}
        email = image["PK"].removeprefix("EMAIL#")
        if new is None:
            self._claims.pop(email, None)
            return
        locked_until = old.get(_LOCKED_UNTIL, 0) if old else 0
        if old and old["userId"] != new["userId"] and locked_until > now_seconds + _CLOCKS_DIFFER_SECONDS:
            yield f"{email} became {new['userId']}'s while it was kept for {old['userId']}"
        self._claims[email] = new

    def _check_address(self, record: TableChange) -> Iterator[str]:
        if record.new_image is None:
            return
        user_id, email = record.new_image["userId"], record.new_image["email"]
        owners = [each for each, address in self._addresses.items() if address == email]
        if len(owners) > 1:
            yield f"{email} is the address of {' and '.join(sorted(owners))}"
        if not self._is_claimed_by(user_id, email):
            yield f"{email} is the address of {user_id}, and its claim says {self._claims.get(email)}"

    def _check_undone(self, undone: Mapping[str, Any]) -> Iterator[str]:
        user_id, before = undone["userId"], self._before.get(undone["changeId"])
        if before is None or self._addresses.get(user_id) != before or not self._is_claimed_by(user_id, before):
            yield f"a change was undone, and {user_id} has {self._addresses.get(user_id)} instead of {before}"

    def _is_claimed_by(self, user_id: str, email: str) -> bool:
        claim = self._claims.get(email)
        return claim is not None and claim["userId"] == user_id and _LOCKED_UNTIL not in claim


def _sort_key(record: TableChange) -> str:
    sort_key: str = (record.new_image or record.old_image or {})["SK"]
    return sort_key


def _is_event(item: Item) -> bool:
    sort_key: str = item["SK"]
    return sort_key.startswith(PREFIX)
