"""One page of a list: exactly `limit` items when there are more, however many a filter lets pass."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from tradewind.aws.table import Item, Query, Table

T = TypeVar("T")

_FILTERED_READ = 200
"""Items that one round trip of a filtered list looks at."""

MAX_ROUND_TRIPS = 10


class Page(msgspec.Struct, Generic[T], frozen=True, rename="camel"):
    """The body of every list; `nextCursor` is null at its end."""

    items: list[T]
    next_cursor: str | None


def read_page(
    table: Table, query: Query, limit: int, *, max_round_trips: int = MAX_ROUND_TRIPS
) -> tuple[list[Item], dict[str, Any] | None]:
    """Up to `limit` items, and where the next page begins.

    Reads one item more than asked, so that the last page knows that it is the last. A filter that lets little pass
    ends the page early after `max_round_trips`: short, but with a cursor to go on.
    """
    found: list[Item] = []
    query = msgspec.structs.replace(query, limit=_FILTERED_READ if query.where else limit + 1)
    for _ in range(max_round_trips):
        page = table.query(query)
        found += page.items
        if len(found) > limit:
            return found[:limit], _position(found[limit - 1], query.index)
        if page.last is None:
            return found, None
        query = msgspec.structs.replace(query, start=page.last)
    return found, query.start


def _position(item: Item, index: str | None) -> dict[str, Any]:
    names = ["PK", "SK", *((f"{index}PK", f"{index}SK") if index else ())]
    return {name: item[name] for name in names}
