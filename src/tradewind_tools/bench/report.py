"""The figures in words: tables for the terminal, and the same in Markdown for docs/benchmarks.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rich.table import Table

from tradewind_tools.bench.starting import Comparison

_BLOCK = re.compile(r"<!-- generated: start -->\n.*?<!-- end -->", re.DOTALL)
_NO_BUDGET = "-"


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A table: its headings, and the cells of a function's row after its name."""

    headings: tuple[str, ...]
    cells: Callable[[Comparison], tuple[str, ...]]

    def as_table(self, compared: Sequence[Comparison]) -> Table:
        """For a terminal."""
        table = Table("function", box=None, pad_edge=False, header_style="bold")
        for heading in self.headings:
            table.add_column(heading, justify="right")
        for each in compared:
            table.add_row(each.function.label, *self.cells(each))
        return table

    def markdown(self, compared: Sequence[Comparison]) -> str:
        rows = [
            ("function", *self.headings),
            ("---", *("---:" for _ in self.headings)),
            *((each.function.label, *self.cells(each)) for each in compared),
        ]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _start(each: Comparison) -> tuple[str, ...]:
    return (
        _ms(each.ours.cpu_seconds),
        _ms(each.reference.cpu_seconds),
        f"{each.to_bare:.2f}",
        str(each.function.budget.bare),
        f"{each.to_reference:.2f}",
        str(each.function.budget.reference),
        _mb(each.ours.resident_bytes),
        _mb(each.reference.resident_bytes),
    )


def _requests(each: Comparison) -> tuple[str, ...]:
    return (
        f"{each.first:.2f}",
        _ms(each.our_requests.warm_seconds),
        _ms(each.reference_requests.warm_seconds),
        f"{each.warm_with_client:.2f}",
        f"{each.warm:.2f}",
        str(each.function.budget.warm or _NO_BUDGET),
    )


STARTS: Final = FigureTable(
    (
        "start, CPU",
        "reference",
        "x bare",
        "at most",
        "x reference",
        "at most",
        "memory",
        "reference",
    ),
    _start,
)
REQUESTS: Final = FigureTable(
    (
        "start and first request, x reference",
        "later request, CPU",
        "reference",
        "x reference",
        "the same beyond a bare function's",
        "at most",
    ),
    _requests,
)


def words(compared: Sequence[Comparison], rounds: int, python: str) -> str:
    """What the tables are made of."""
    bare, request = compared[0].bare, compared[0].bare_requests
    return (
        f"Python {python}, medians of {rounds} fresh processes. A bare function starts with {_ms(bare.cpu_seconds)} "
        f"of CPU and {_mb(bare.resident_bytes)}; a later request of it takes {_ms(request.warm_seconds)}."
    )


def update_page(page: str, compared: Sequence[Comparison], summary: str, day: date) -> str:
    """The page with its block of figures made anew."""
    parts = (STARTS.markdown(compared), REQUESTS.markdown(compared), f"Measured on {day}: {summary}")
    block = "\n\n".join(parts)
    return _BLOCK.sub(lambda _: f"<!-- generated: start -->\n{block}\n<!-- end -->", page)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _mb(size: float) -> str:
    return f"{size / 1e6:.0f} MB"
