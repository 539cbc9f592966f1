from __future__ import annotations

from collections import Counter
from datetime import date

from tradewind_tools.bench.load import report
from tradewind_tools.bench.load.accounts import Books
from tradewind_tools.bench.load.figures import Step
from tradewind_tools.bench.load.loop import Outcome
from tradewind_tools.bench.load.running import Load
from tradewind_tools.bench.load.schedule import Kind
from tradewind_tools.places import PROJECT

PAGE = "before\n<!-- generated: load -->\nold\n<!-- end -->\nafter\n"


def step(rate: float, latency: float) -> Step:
    return Step(rate, 1, [Outcome(kind, 200, 0.5, 0.5, 0.5 + latency) for kind in Kind])


LOAD = Load([step(4, 0.1), step(8, 20)], Books(2, 0, Counter(processing=2), Counter(), 2))


def test_summary_names_the_last_rate_that_was_borne_and_what_became_of_the_orders() -> None:
    assert report.summary(LOAD) == (
        "It kept pace with 4.0 a second, not with 8.0. 2 orders = 2 processing; the stock agrees."
    )


def test_page_gets_new_figures_and_keeps_its_words() -> None:
    page = report.update_page(PAGE, LOAD, "a busy machine", date(2026, 11, 30))
    assert page.startswith("before\n<!-- generated: load -->\n| due a second | answered a second | faults |")
    assert "| 4.0 | 4.0 | 0 | 100 ms, 100 ms | 100 ms, 100 ms | 100 ms, 100 ms |" in page
    assert page.endswith(f"Measured on 2026-11-30, a busy machine: {report.summary(LOAD)}\n<!-- end -->\nafter\n")
    assert report.update_page(page, LOAD, "a busy machine", date(2026, 11, 30)) == page


def test_chart_shows_each_step() -> None:
    drawn = report.chart(LOAD)
    assert [words in drawn for words in ("4.0 a second", "8.0 a second", "100 ms", "20000 ms")] == [True] * 4


def test_published_page_has_a_place_for_the_figures() -> None:
    page = (PROJECT / "docs" / "benchmarks.md").read_text()
    assert report.update_page(page, LOAD, "a busy machine", date(2026, 11, 30)) != page
