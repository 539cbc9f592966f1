"""The growth of requests and jobs as a table, in the terminal and in docs/benchmarks.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.table import Table

from tradewind_tools.bench.scale.growth import ORDERS, PRODUCTS, Growth

HEADINGS = ("", "sizes", "round trips", "units", "exponent", "would take", "round trips", "units")
_BLOCK = re.compile(r"<!-- generated: scale -->\n.*?<!-- end -->", re.DOTALL)
_WOULD_BE = {PRODUCTS: 1_000_000, ORDERS: 10_000_000}
_SESSIONS = 10_000_000


def row(growth: Growth) -> tuple[str, ...]:
    name = growth.subject.grows_with
    size = _WOULD_BE.get(name, _SESSIONS)
    then = growth.at(size) if growth.subject.is_job else growth.large
    return (
        growth.subject.name,
        f"{growth.sizes[0]:,} and {growth.sizes[1]:,} {name}",
        f"{growth.small.round_trips:,} and {growth.large.round_trips:,}",
        f"{growth.small.units:,.1f} and {growth.large.units:,.1f}",
        f"{growth.exponent:.2f}",
        f"{size:,}",
        f"{then.round_trips:,}",
        f"{then.units:,.0f}",
    )


def as_table(growths: Iterable[Growth]) -> Table:
    table = Table(*HEADINGS, box=None, pad_edge=False)
    for growth in growths:
        table.add_row(*row(growth))
    return table


def update_page(page: str, growths: Sequence[Growth]) -> str:
    """The page with its block of figures made anew."""
    lines = [HEADINGS, ("---", *["---:"] * (len(HEADINGS) - 1)), *map(row, growths)]
    block = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return _BLOCK.sub(lambda _: f"<!-- generated: scale -->\n{block}\n<!-- end -->", page)
