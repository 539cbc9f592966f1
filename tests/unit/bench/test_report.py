from __future__ import annotations

from datetime import date

from rich.console import Console
from tests.unit.bench.measured import figures, first_request

from tradewind_tools.bench import publishing, report

PAGE = "before\n\n<!-- generated: start -->\nold\n<!-- end -->\n\nafter\n"
DAY = date(2026, 11, 21)


def test_page_gets_new_figures_and_keeps_its_words() -> None:
    page = report.update_page(PAGE, figures(), DAY)
    assert page.startswith("before\n\n<!-- generated: start -->\n| function | memory | INIT | INIT and first request |")
    assert "| product-get | 256 MB | 50.0 ms | 56.9 ms | 1.90 | 2.0 | 0.06 | 0.2 | 20% |" in page
    assert "| read a product | 1.5 ms | 3.5 ms | 0.43 | 0.33 | 0.4 | 18 MB | 60 MB |" in page
    assert page.endswith(f"Measured on 2026-11-21: {report.words(figures())}\n<!-- end -->\n\nafter\n")
    assert "old" not in page


def test_publishing_twice_is_the_same() -> None:
    once = report.update_page(PAGE, figures(), DAY)
    assert report.update_page(once, figures(), DAY) == once


def test_terminal_shows_the_same_cells() -> None:
    console = Console(width=200)
    with console.capture() as as_table:
        console.print(report.FIRST_REQUESTS.as_table(figures().first))
    assert "56.9 ms" in as_table.get()


def test_chart_shows_all_three_of_each_function() -> None:
    drawn = publishing.chart([first_request()])
    assert [text in drawn for text in ("30 ms", "57 ms", "991 ms", "product-get")] == [True] * 4


def test_published_page_has_a_place_for_the_figures() -> None:
    page = publishing.PAGE.read_text()
    assert report.update_page(page, figures(), DAY) != page
