"""docs/benchmarks.md and its chart, from the figures of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tradewind_tools.bench import report
from tradewind_tools.bench.chart import Group, draw_groups
from tradewind_tools.bench.starting import Comparison
from tradewind_tools.places import PROJECT

PAGE: Final = PROJECT / "docs" / "benchmarks.md"
CHART: Final = PROJECT / "docs" / "images" / "start.svg"


def publish(compared: Sequence[Comparison], summary: str) -> Iterator[Path]:
    """Renew the page's block and the chart; the paths that were written, below the project."""
    page = report.update_page(PAGE.read_text(encoding="utf-8"), compared, summary, datetime.now(UTC).date())
    PAGE.write_text(page, encoding="utf-8")
    yield PAGE.relative_to(PROJECT)
    CHART.parent.mkdir(exist_ok=True)
    CHART.write_text(chart(compared), encoding="utf-8")
    yield CHART.relative_to(PROJECT)


def chart(compared: Sequence[Comparison]) -> str:
    """How long each function computes before it can take its first request."""
    groups = [
        Group(each.function.label, [1000 * start.cpu_seconds for start in (each.bare, each.ours, each.reference)])
        for each in compared
    ]
    series = ("a bare function", "Tradewind", "pydantic, Powertools and boto3")
    return draw_groups("CPU until a fresh function is ready for its first request", "ms", series, groups)
