"""A load in words: a table for the terminal, and the same in docs/benchmarks.md."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from rich.table import Table

from tradewind_tools.bench.chart import Group, draw_groups
from tradewind_tools.bench.load.figures import Latency, Step
from tradewind_tools.bench.load.running import Load
from tradewind_tools.bench.load.schedule import Kind
from tradewind_tools.bench.publishing import PAGE
from tradewind_tools.places import PROJECT

CHART: Final = PROJECT / "docs" / "images" / "load.svg"

HEADINGS: Final = (
    "due a second",
    "answered a second",
    "faults",
    "nothing: median, p99",
    "browse",
    "cart",
    "order",
    "order from when it began: p99",
    "emulator's share of an order",
)
_BLOCK: Final = re.compile(r"<!-- generated: load -->\n.*?<!-- end -->", re.DOTALL)
_CHARTED: Final = (Kind.NOTHING, Kind.BROWSE, Kind.ORDER)


def as_table(load: Load) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for step in load.steps:
        table.add_row(*_cells(step))
    return table


def markdown(load: Load) -> str:
    rows = [HEADINGS, tuple("---:" for _ in HEADINGS), *map(_cells, load.steps)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def summary(load: Load) -> str:
    limit = load.limit
    borne = f"It kept pace with {limit.rate:.1f} a second" if limit else "It kept pace with no step"
    beyond = load.steps[-1] if load.steps and load.steps[-1].is_beyond_limit else None
    return f"{borne}{f', not with {beyond.rate:.1f}' if beyond else ''}. {load.books.words}"


def update_page(page: str, load: Load, machine: str, day: date) -> str:
    """The page with its block of figures made anew."""
    block = "\n\n".join((markdown(load), f"Measured on {day}, {machine}: {summary(load)}"))
    return _BLOCK.sub(lambda _: f"<!-- generated: load -->\n{block}\n<!-- end -->", page)


def publish(load: Load) -> Iterator[Path]:
    """Renew the page's block and the chart; the paths that were written, below the project."""
    machine = f"{os.cpu_count()} processors for the cloud, the functions and the visitors together"
    page = update_page(PAGE.read_text(encoding="utf-8"), load, machine, datetime.now(UTC).date())
    PAGE.write_text(page, encoding="utf-8")
    yield PAGE.relative_to(PROJECT)
    CHART.write_text(chart(load), encoding="utf-8")
    yield CHART.relative_to(PROJECT)


def chart(load: Load) -> str:
    """The 99th percentile of each step, by kind."""
    groups = [
        Group(f"{step.rate:.1f} a second", [1000 * (latency.p99 if latency else 0) for latency in _latencies(step)])
        for step in load.steps
    ]
    series = ("a function that does nothing", "read a product", "place an order")
    return draw_groups("How long one in a hundred waits, from when it was due", "ms", series, groups)


def _latencies(step: Step) -> list[Latency | None]:
    return [step.latency(kind) for kind in _CHARTED]


def _cells(step: Step) -> tuple[str, ...]:
    order = step.latency(Kind.ORDER)
    share = step.emulator_share(Kind.ORDER)
    return (
        f"{step.rate:.1f}",
        f"{step.answered_a_second:.1f}",
        str(step.faults),
        *(_pair(step, kind) for kind in Kind),
        _ms(order.uncorrected_p99) if order else "-",
        f"{share:.0%}" if share is not None else "-",
    )


def _pair(step: Step, kind: Kind) -> str:
    latency = step.latency(kind)
    return f"{_ms(latency.median)}, {_ms(latency.p99)}" if latency else "-"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms"
