"""What was used, in the units that AWS bills, and what that costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Self

from tradewind_tools.bench.costs.prices import Unit


class Usage:
    """How much of each unit; sums and multiples of usages are usages."""

    def __init__(self, amounts: Mapping[Unit, Decimal | int] | None = None) -> None:
        self._amounts = {unit: Decimal(amount) for unit, amount in (amounts or {}).items() if amount}

    def __getitem__(self, unit: Unit) -> Decimal:
        return self._amounts.get(unit, Decimal())

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._amounts)

    def __add__(self, other: Usage) -> Self:
        return type(self)({unit: self[unit] + other[unit] for unit in {*self, *other}})

    def times(self, factor: Decimal | int) -> Self:
        return type(self)({unit: self[unit] * factor for unit in self})

    def without(self, *units: Unit) -> Self:
        return type(self)({unit: self[unit] for unit in self if unit not in units})

    @property
    def dollars(self) -> Decimal:
        return sum((self[unit] * unit.dollars for unit in self), Decimal())

    @property
    def by_service(self) -> dict[str, Decimal]:
        """Dollars by the service on whose bill they stand, the dearest first."""
        bill: defaultdict[str, Decimal] = defaultdict(Decimal)
        for unit in self:
            bill[unit.service] += self[unit] * unit.dollars
        return dict(sorted(bill.items(), key=lambda line: -line[1]))
