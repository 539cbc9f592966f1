"""What many messages share: the base of requests, and field types, whose limits are limits of the product."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.kernel.text import END

_ULID = f"^[0-9A-HJKMNP-TV-Z]{{26}}{END}"

Price = Annotated[
    Decimal,
    Meta(description="an amount with at most the currency's decimals", extra_json_schema={"minimum": 0}),
]
Currency = Annotated[str, Meta(pattern=f"^[A-Z]{{3}}{END}", description="ISO 4217 code", examples=["USD"])]
ProductId = Annotated[str, Meta(pattern=f"^[A-Za-z0-9][A-Za-z0-9._-]{{0,63}}{END}", examples=["tide-mug"])]
OrderId = Annotated[str, Meta(pattern=_ULID, description="ULID")]
UserId = Annotated[str, Meta(pattern=_ULID, description="ULID")]
Quantity = Annotated[int, Meta(ge=1, le=100_000)]
Limit = Annotated[int, Meta(ge=1, le=100, description="how many entries a page has")]
Cursor = Annotated[str, Meta(max_length=1_000, description="`nextCursor` of the page before")]


class RequestMessage(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The base of bodies and parameters: what a request names beyond them is refused, not ignored."""
