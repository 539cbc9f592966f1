"""The contents of import files: products for the shop, and rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from tradewind.kernel.errors import InvalidAmount
from tradewind.kernel.money import to_minor
from tradewind_tools.data.messages import NewProduct, ProductFields
from tradewind_tools.data.remarks import FilePosition, Remark, UnreadColumn, UnusableValueError, remark

NAME_LENGTH = 200
CATEGORY_LENGTH = 64
DESCRIPTION_LENGTH = 10_000
WORD_LENGTH = 128
URL_LENGTH = 2_000
MAX_TAGS = 50
"""What the shop accepts of a product; longer texts are shortened."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A product read from a file. `stock` is the number on hand, None when the product tracks none."""

    position: FilePosition
    product_id: str
    fields: ProductFields
    stock: int | None

    @property
    def is_on_sale(self) -> bool:
        """Whether somebody can buy it, by what the file says."""
        return self.fields.is_active and self.stock != 0

    def as_new(self) -> NewProduct:
        return NewProduct(**msgspec.structs.asdict(self.fields), product_id=self.product_id, stock=self.stock)


@dataclass(slots=True)
class Catalogue:
    """The products of one or more files, in the order they stand there; each product once."""

    drafts: list[Draft] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    unread: list[UnreadColumn] = field(default_factory=list)
    rows_read: int = 0

    @property
    def on_sale(self) -> int:
        """How many products somebody can buy."""
        return sum(draft.is_on_sale for draft in self.drafts)

    def refuse(self, position: FilePosition, reason: str, detail: str = "") -> None:
        self.refused.append(remark(position, reason, detail))

    def note(self, position: FilePosition, reason: str, detail: str = "") -> None:
        self.notes.append(remark(position, reason, detail))


def check_price(amount: Decimal, currency: str) -> Decimal:
    """Return the price if the currency can express it. Raises UnusableValueError."""
    if amount < 0:
        raise UnusableValueError("negative price", str(amount))
    try:
        to_minor(amount, currency)
    except InvalidAmount as error:
        raise UnusableValueError(f"price that {currency} cannot express", str(amount)) from error
    return amount


def same_product(ours: ProductFields, theirs: ProductFields) -> bool:
    """Whether two descriptions are the same; an absent field and an empty one are, options in another order are not."""
    return _without_empty(ours) == _without_empty(theirs)


def _without_empty(fields: ProductFields) -> dict[str, object]:
    values = msgspec.structs.asdict(fields) | {"options": tuple((fields.options or {}).items())}
    return {name: value for name, value in values.items() if value not in _NOTHING}


_NOTHING: Iterable[object] = (None, "", (), {})
