"""Requests and responses of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from tradewind.edge.messages import Cursor, Limit, Moment, RequestMessage, UserId
from tradewind.kernel.caller import Role
from tradewind.kernel.text import END

ActId = Annotated[
    str,
    Meta(
        max_length=26,
        pattern=f"^0[0-9A-HJKMNP-TV-Z]{{25}}{END}",
        description="an act's id: a ULID of 26 capitals and digits",
    ),
]
"""Until the year 3084: the id says when the act was done, and years end with 9999."""
OperationRoute = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=f"^(POST|PUT|PATCH|DELETE) /[A-Za-z0-9/{{}}._-]*{END}",
        description="a method and a path of the API",
        examples=["PUT /products/{productId}"],
    ),
]
Thing = Annotated[
    str,
    Meta(
        min_length=3,
        max_length=200,
        pattern=f"^[a-z]+:[A-Za-z0-9._-]+{END}",
        description="the kind of a thing and its id",
        examples=["product:tide-mug"],
    ),
]


class ListActs(RequestMessage, frozen=True, rename={"since": "from", "until": "to", "actor_id": "actorId"}):
    """Newest first; done at `from` or after, and before `to`."""

    actor_id: UserId | None = None
    operation: OperationRoute | None = None
    thing: Thing | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: Limit = 20
    cursor: Cursor | None = None


class ActPath(RequestMessage, frozen=True):
    act_id: ActId


class ActView(Struct, frozen=True, rename="camel"):
    """One act; `thing` is what it was about, `address` where it came from, `changes` how many items it changed."""

    act_id: str
    at: datetime
    actor_id: str
    role: Role
    operation: str
    thing: str
    address: str
    correlation_id: str
    changes: int


class ChangeView(Struct, frozen=True, rename="camel"):
    """What one item had `before` and `after`, as far as they differ.

    Where `isKnown` is false the act did not look at what was there before. Empty where the person it was about has
    deleted their account.
    """

    item: str
    before: dict[str, Any]
    after: dict[str, Any]
    is_known: bool


class ActDetails(Struct, frozen=True, rename="camel"):
    """An act with what it changed; of `changesLeftOut` more items the log does not know what."""

    act: ActView
    changes: list[ChangeView]
    changes_left_out: int
