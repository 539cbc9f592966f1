from __future__ import annotations

from datetime import date

from rich.console import Console
from tests.unit.bench.measured import compared

from tradewind_tools.bench import publishing, report

PAGE = "before\n\n<!-- generated: start -->\nold\n<!-- end -->\n\nafter\n"
DAY = date(2026, 11, 21)


def test_page_gets_new_figures_and_keeps_its_words() -> None:
    page = report.update_page(PAGE, [compared()], "how it was", DAY)
    assert page.startswith("before\n\n<!-- generated: start -->\n| function | start, CPU | reference |")
    assert "| read a product | 40.0 ms | 300.0 ms | 1.33 | 1.7 | 0.13 | 0.2 | 18 MB | 60 MB |" in page
    assert "| read a product | 0.12 | 1.5 ms | 3.5 ms | 0.43 | 0.33 | 0.4 |" in page
    assert page.endswith("Measured on 2026-11-21: how it was\n<!-- end -->\n\nafter\n")
    assert "old" not in page


def test_publishing_twice_is_the_same() -> None:
    once = report.update_page(PAGE, [compared()], "how it was", DAY)
    assert report.update_page(once, [compared()], "how it was", DAY) == once


def test_terminal_shows_the_same_cells() -> None:
    console = Console(width=200)
    with console.capture() as as_table:
        console.print(report.STARTS.as_table([compared()]))
    assert "1.33" in as_table.get()


def test_words_say_what_a_bare_function_takes() -> None:
    assert report.words([compared()], 20, "3.13.0") == (
        "Python 3.13.0, medians of 20 fresh processes. A bare function starts with 30.0 ms of CPU and 15 MB; "
        "a later request of it takes 0.5 ms."
    )


def test_chart_shows_all_three_of_each_function() -> None:
    drawn = publishing.chart([compared()])
    assert [text in drawn for text in ("30 ms", "40 ms", "300 ms", "read a product")] == [True] * 4


def test_published_page_has_a_place_for_the_figures() -> None:
    page = publishing.PAGE.read_text()
    assert report.update_page(page, [compared()], "how it was", DAY) != page
