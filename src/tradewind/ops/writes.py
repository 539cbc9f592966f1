"""The writes of operations."""

from __future__ import annotations

from tradewind.aws.table import Put
from tradewind.catalog.public import Position
from tradewind.ops.reads import POSITION_KEY


def save_position(following: Position | None) -> Put:
    """Save where the next run of the audit begins: at the beginning, without a position."""
    position = following._asdict() if following else {}
    return Put({"PK": POSITION_KEY.pk, "SK": POSITION_KEY.sk, **position})
