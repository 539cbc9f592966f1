"""The figures in words: tables for the terminal, and the same in Markdown for docs/benchmarks.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, NamedTuple, TypeVar

from rich.table import Table

from tradewind_tools.bench.first_requests import FirstRequest
from tradewind_tools.bench.warm_requests import Comparison

T = TypeVar("T")

_BLOCK = re.compile(r"<!-- generated: start -->\n.*?<!-- end -->", re.DOTALL)
_NO_BUDGET = "-"


class Figures(NamedTuple):
    """Everything that a run of `./dev bench start` gives."""

    first: Sequence[FirstRequest]
    warm: Sequence[Comparison]
    python: str

    @property
    def processes(self) -> str:
        """How many were measured of a function."""
        counts = [len(each.ours) for each in self.first]
        return f"{min(counts)} to {max(counts)}" if min(counts) < max(counts) else str(max(counts))


@dataclass(frozen=True, slots=True)
class FigureTable(Generic[T]):
    """A table: its headings, and the cells of a function's row, its name first."""

    headings: tuple[str, ...]
    cells: Callable[[T], tuple[str, ...]]

    def as_table(self, rows: Sequence[T]) -> Table:
        """For a terminal."""
        table = Table(self.headings[0], box=None, pad_edge=False, header_style="bold")
        for heading in self.headings[1:]:
            table.add_column(heading, justify="right")
        for each in rows:
            table.add_row(*self.cells(each))
        return table

    def markdown(self, rows: Sequence[T]) -> str:
        lines = [self.headings, ("---", *("---:" for _ in self.headings[1:])), *map(self.cells, rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _first_cells(each: FirstRequest) -> tuple[str, ...]:
    limits = each.limits
    return (
        each.function.name,
        f"{each.function.memory_mb} MB",
        _ms(each.init_seconds),
        _ms(each.wait_seconds),
        f"{each.to_bare:.2f}",
        _limit(limits.bare),
        f"{each.to_usual:.2f}",
        _limit(limits.usual),
        f"{2 * each.uncertainty:.0%}",
    )


def _warm_cells(each: Comparison) -> tuple[str, ...]:
    return (
        each.function.label,
        _ms(each.ours.request_seconds),
        _ms(each.reference.request_seconds),
        f"{each.ratio_with_client:.2f}",
        f"{each.ratio:.2f}",
        _limit(each.function.budget),
        _mb(each.ours.resident_bytes),
        _mb(each.reference.resident_bytes),
    )


FIRST_REQUESTS: Final[FigureTable[FirstRequest]] = FigureTable(
    ("function", "memory", "INIT", "INIT and first request", "x bare", "at most", "x usual", "at most", "±"),
    _first_cells,
)
WARM_REQUESTS: Final[FigureTable[Comparison]] = FigureTable(
    (
        "function",
        "later request, CPU",
        "usual",
        "x usual",
        "the same beyond a bare function's",
        "at most",
        "memory at rest",
        "usual",
    ),
    _warm_cells,
)


def words(figures: Figures) -> str:
    """What the tables are made of."""
    return (
        f"Python {figures.python}; first requests: means of {figures.processes} fresh processes of each function, "
        "beside as many of the bare and of the usual one; ± is two standard errors of the ratios."
    )


def update_page(page: str, figures: Figures, day: date) -> str:
    """The page with its block of figures made anew."""
    parts = (
        FIRST_REQUESTS.markdown(figures.first),
        WARM_REQUESTS.markdown(figures.warm),
        f"Measured on {day}: {words(figures)}",
    )
    block = "\n\n".join(parts)
    return _BLOCK.sub(lambda _: f"<!-- generated: start -->\n{block}\n<!-- end -->", page)


def _limit(limit: float | None) -> str:
    return _NO_BUDGET if limit is None else str(limit)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _mb(size: float) -> str:
    return f"{size / 1e6:.0f} MB"
