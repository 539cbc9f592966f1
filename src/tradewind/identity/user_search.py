"""Searching accounts: the newest, by address or by name, in pages.

Accounts are listed by role, status and shard; a page merges those partitions, and costs the same among any number of
accounts. What is listed are ids: the accounts of a page are read as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tradewind.aws.parallel import query_at_once
from tradewind.aws.table import Item, Query, Table
from tradewind.edge.errors import InvalidRequest
from tradewind.identity import reads
from tradewind.identity.messages import ListUsers
from tradewind.identity.model import User
from tradewind.kernel.errors import Detail

_LAST = "\U0010ffff"
"""Follows whatever begins alike."""
_NAME_LETTERS = 2


class _List(NamedTuple):
    """One of the lists: its name, its index, and what the positions of those sought begin with."""

    name: str
    gsi: str
    prefix: str = ""

    def position(self, item: Item) -> str:
        position: str = item[f"{self.gsi}SK"]
        return position

    def repeats(self, item: Item) -> bool:
        """Whether the account is found in the other order of its names, too."""
        return self.name == reads.NAMES and self.gsi == "GSI2" and item["GSI1SK"].startswith(self.prefix)


def search_users(
    table: Table, search: ListUsers, start: dict[str, Any] | None
) -> tuple[list[User], dict[str, Any] | None]:
    """One page, and where the next begins. Raises InvalidRequest."""
    if search.email:
        return _find_by_email(table, search), None
    lists = _choose_lists(search)
    is_newest_first = lists[0].name == reads.NEWEST
    found = _read_lists(table, lists, search, start["after"] if start else None)
    found.sort(key=_position, reverse=is_newest_first)
    page, rest = found[: search.limit], found[search.limit :]
    users = reads.find_users(table, dict.fromkeys(user_id for _, user_id in page if user_id))
    return [user for user in users if search.admits(user)], {"after": page[-1][0]} if rest else None


def _find_by_email(table: Table, search: ListUsers) -> list[User]:
    from tradewind.identity.email_addresses import fold_email  # noqa: PLC0415 - the lists need none

    user = reads.find_user_by_email(table, fold_email(search.email or ""))
    return [user] if user and search.admits(user) else []


def _choose_lists(search: ListUsers) -> list[_List]:
    """Return the lists to look into. Raises InvalidRequest for a name of which too little is left."""
    if search.email_prefix:
        return [_List(reads.ADDRESSES, "GSI2", search.email_prefix.lower())]
    if search.name_prefix is None:
        return [_List(reads.NEWEST, "GSI1")]
    prefix = reads.fold_name(search.name_prefix)
    if len(prefix) < _NAME_LETTERS:
        details = (Detail("namePrefix", f"must have at least {_NAME_LETTERS} letters"),)
        raise InvalidRequest("Please enter more of the name.", details)
    return [_List(reads.NAMES, "GSI1", prefix), _List(reads.NAMES, "GSI2", prefix)]


def _read_lists(
    table: Table, lists: Iterable[_List], search: ListUsers, after: str | None
) -> list[tuple[str, str | None]]:
    """The positions and ids that follow, as many of each partition as a page may need; all are asked at once.

    An account that is found by its first name and by its last name has two positions, and its id at one of them.
    """
    asked = [
        (each, _query(each, partition, after, search.limit))
        for each in lists
        for partition in reads.list_partitions(each.name, search.roles, search.statuses)
    ]
    pages = query_at_once(table, [query for _, query in asked])
    return [
        entry
        for (each, _), page in zip(asked, pages, strict=True)
        for entry in list(_entries(each, page.items, after))[: search.limit + 1]
    ]


def _query(sought: _List, partition: str, after: str | None, limit: int) -> Query:
    """BETWEEN includes its ends, the page before ended with `after`: so one more is read, as that one is dropped."""
    is_newest_first = sought.name == reads.NEWEST
    low, high = sought.prefix or "0", f"{sought.prefix}{_LAST}"
    span = (low, after or high) if is_newest_first else (after or low, high)
    return Query(partition, between=span, index=sought.gsi, descending=is_newest_first, limit=limit + 2)


def _entries(sought: _List, items: Iterable[Item], after: str | None) -> Iterator[tuple[str, str | None]]:
    for item in items:
        position = sought.position(item)
        if position != after:
            yield position, None if sought.repeats(item) else item["userId"]


def _position(entry: tuple[str, str | None]) -> str:
    return entry[0]
