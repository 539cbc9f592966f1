"""The contents of import files: products for the shop, and rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import msgspec

from tradewind.kernel.errors import InvalidAmount
from tradewind.kernel.money import to_minor
from tradewind_tools.data.messages import NewProduct, ProductFields

NAME_LENGTH = 200
CATEGORY_LENGTH = 64
DESCRIPTION_LENGTH = 10_000
WORD_LENGTH = 128
URL_LENGTH = 2_000
MAX_TAGS = 50
"""What the shop accepts of a product; longer texts are shortened."""


class FilePosition(NamedTuple):
    """Where in the files something stands."""

    file: Path
    line: int


class Remark(msgspec.Struct, frozen=True):
    """A row (or a product that starts in it) that was refused, or read otherwise than written, and why.

    `reason` is the same for all of a kind; `detail` says what it was here.
    """

    file: str
    line: int
    reason: str
    detail: str = ""


class UnusableValueError(ValueError):
    """A value nothing sensible can be made of: the reason of its kind, and the detail of this one."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Draft:
    """A product read from a file. `stock` is the number on hand, None when the product tracks none."""

    position: FilePosition
    product_id: str
    fields: ProductFields
    stock: int | None

    def as_new(self) -> NewProduct:
        return NewProduct(**msgspec.structs.asdict(self.fields), product_id=self.product_id, stock=self.stock)


@dataclass(slots=True)
class Catalogue:
    """The products of one or more files, in the order they stand there; each product once."""

    drafts: list[Draft] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    rows_read: int = 0

    def refuse(self, position: FilePosition, reason: str, detail: str = "") -> None:
        self.refused.append(remark(position, reason, detail))

    def note(self, position: FilePosition, reason: str, detail: str = "") -> None:
        self.notes.append(remark(position, reason, detail))


def remark(position: FilePosition, reason: str, detail: str = "") -> Remark:
    return Remark(str(position.file), position.line, reason, detail)


def check_price(amount: Decimal, currency: str) -> Decimal:
    """Return the price if the currency can express it. Raises UnusableValueError."""
    if amount < 0:
        raise UnusableValueError("negative price", str(amount))
    try:
        to_minor(amount, currency)
    except InvalidAmount as error:
        raise UnusableValueError(f"price that {currency} cannot express", str(amount)) from error
    return amount


def one_line(text: str) -> str:
    return " ".join(text.split())


def shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def same_product(ours: ProductFields, theirs: ProductFields) -> bool:
    """Whether two descriptions are the same; an absent field and an empty one are."""
    return _without_empty(ours) == _without_empty(theirs)


def _without_empty(fields: ProductFields) -> dict[str, object]:
    return {name: value for name, value in msgspec.structs.asdict(fields).items() if value not in _NOTHING}


_NOTHING: Iterable[object] = (None, "", (), {})
