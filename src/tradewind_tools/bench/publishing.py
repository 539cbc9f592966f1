"""docs/benchmarks.md and its chart, from the figures of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tradewind_tools.bench import report
from tradewind_tools.bench.chart import Group, draw_groups
from tradewind_tools.bench.first_requests import FirstRequest
from tradewind_tools.bench.report import Figures
from tradewind_tools.places import PROJECT

PAGE: Final = PROJECT / "docs" / "benchmarks.md"
CHART: Final = PROJECT / "docs" / "images" / "start.svg"
CHARTED: Final = (
    "auth-authorizer",
    "product-get",
    "product-list",
    "cart-get",
    "order-create",
    "checkout",
    "stream-processor",
    "checkout-starter",
    "email-sender",
    "event-recorder",
)
"""Those that a visitor waits for, and those that stand before an order and a mail."""


def publish(figures: Figures) -> Iterator[Path]:
    """Renew the page's block and the chart; the paths that were written, below the project."""
    page = report.update_page(PAGE.read_text(encoding="utf-8"), figures, datetime.now(UTC).date())
    PAGE.write_text(page, encoding="utf-8")
    yield PAGE.relative_to(PROJECT)
    CHART.parent.mkdir(exist_ok=True)
    CHART.write_text(chart(figures.first), encoding="utf-8")
    yield CHART.relative_to(PROJECT)


def chart(measured: Sequence[FirstRequest]) -> str:
    """How long INIT and the first request take a function."""
    groups = [
        Group(each.function.name, [1000 * seconds for seconds in each.waits_seconds])
        for each in measured
        if each.function.name in CHARTED
    ]
    series = ("a bare function", "Tradewind", "pydantic, Powertools and boto3")
    return draw_groups("INIT and first request, at the share of a CPU that the memory buys", "ms", series, groups)
