"""The messages of the inventory's operations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from tradewind.edge.messages import Cursor, Limit, RequestMessage, VariantId
from tradewind.inventory.model import MovementKind
from tradewind.kernel.errors import Detail, InvalidFields
from tradewind.kernel.text import Line

MAX_UNITS = 10_000_000

Count = Annotated[int, Meta(ge=0, le=MAX_UNITS, description="units counted, with those that orders hold")]
Change = Annotated[int, Meta(ge=-MAX_UNITS, le=MAX_UNITS, description="units that came, or went when negative; not 0")]
Reason = Annotated[Line, Meta(max_length=200, examples=["two broken in transit"])]


class StockPath(RequestMessage, frozen=True):
    variant_id: VariantId


class SetStock(RequestMessage, frozen=True):
    """Either `onHand`, the result of a count, or an `adjustment` of what is there."""

    on_hand: Count | None = None
    adjustment: Change | None = None
    reason: Reason = ""

    def __post_init__(self) -> None:
        if (self.on_hand is None) == (self.adjustment is None):
            raise InvalidFields(
                *(Detail(name, "give either onHand or adjustment") for name in ("onHand", "adjustment"))
            )
        if self.adjustment == 0:
            raise InvalidFields(Detail("adjustment", "must not be 0, which changes nothing"))


class StockView(Struct, frozen=True, rename="camel"):
    """Whole units: `onHand` is `available` + `reserved`; `sold` counts the units of confirmed orders."""

    variant_id: str
    on_hand: int
    available: int
    reserved: int
    sold: int
    version: int


class ListMovements(RequestMessage, frozen=True):
    """Newest first."""

    variant_id: VariantId
    limit: Limit = 20
    cursor: Cursor | None = None


class MovementView(Struct, frozen=True, rename="camel"):
    """One change of the units on hand that no order made; `by` is the administrator."""

    movement_id: str
    variant_id: str
    kind: MovementKind
    change: int
    reason: str
    at: datetime
    by: str
