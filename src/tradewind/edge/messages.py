"""What many messages share: the base of requests, and field types, whose limits are limits of the product."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.kernel.errors import Detail, InvalidFields
from tradewind.kernel.text import END

JUDGE = "judge"
"""In a type's `extra`: what raises for a value the refusal that its operation would, once all else is right."""

_ULID = f"^[0-9A-HJKMNP-TV-Z]{{26}}{END}"


def _judge_price(price: Decimal) -> None:
    from tradewind.kernel.money import check_not_negative  # noqa: PLC0415 - only a bad request pays for it

    check_not_negative(price)


Price = Annotated[
    Decimal,
    Meta(
        description='an amount with at most the currency\'s decimals, as a number or as text such as "12.50"',
        extra_json_schema={"minimum": 0, "pattern": r"^[0-9]+(\.[0-9]+)?$"},
        extra={JUDGE: _judge_price},
    ),
]
_PRODUCT = "[A-Za-z0-9][A-Za-z0-9_-]*"
ProductId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=f"^{_PRODUCT}{END}",
        description="an id of ASCII letters, digits, hyphens and underscores; a letter or a digit comes first",
        examples=["tide-mug"],
    ),
]
VariantId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=68,
        pattern=rf"^{_PRODUCT}(?:\.[1-9][0-9]{{0,2}})?{END}",
        description="the id of a product, for its first variant, or that and a number, such as tide-mug.2",
        examples=["tide-mug"],
    ),
]
OrderId = Annotated[
    str, Meta(max_length=26, pattern=_ULID, description="an order's id: a ULID of 26 capitals and digits")
]
UserId = Annotated[str, Meta(max_length=26, pattern=_ULID, description="a user's id: a ULID of 26 capitals and digits")]
SessionId = Annotated[
    str, Meta(max_length=26, pattern=_ULID, description="a session's id: a ULID of 26 capitals and digits")
]
AddressId = Annotated[
    str, Meta(max_length=26, pattern=_ULID, description="an address's id: a ULID of 26 capitals and digits")
]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339, with its offset from UTC: 2026-11-21T09:00:00Z")]
Quantity = Annotated[int, Meta(ge=1, le=100_000)]
Limit = Annotated[int, Meta(ge=1, le=100, description="how many entries a page has")]
Cursor = Annotated[str, Meta(max_length=1_000, description="`nextCursor` of the page before")]


class RequestMessage(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The base of bodies and parameters: what a request names beyond them is refused, not ignored."""


class NamedVariant(RequestMessage, frozen=True, kw_only=True):
    """What is bought: by `variantId`, or by the `productId` of a product that is sold in one variant."""

    product_id: ProductId | None = None
    variant_id: VariantId | None = None

    def __post_init__(self) -> None:
        if (self.product_id is None) == (self.variant_id is None):
            raise InvalidFields(
                *(Detail(name, "give either productId or variantId") for name in ("productId", "variantId"))
            )

    @property
    def wanted_id(self) -> str:
        """The id of the variant: that of its product, too, where it is the first one."""
        return self.variant_id or self.product_id or ""

    @property
    def is_by_product(self) -> bool:
        return self.variant_id is None
