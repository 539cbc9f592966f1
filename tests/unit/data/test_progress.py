from __future__ import annotations

import io

import pytest
from rich.console import Console

from tradewind_tools.data.progress import PlainLines, progress


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


def test_plain_lines_appear_every_few_seconds_and_at_the_end(output: io.StringIO) -> None:
    moments = iter([0.0, 1.0, 6.0, 7.0, 8.0])
    advance = PlainLines("products", 4, Console(file=output), clock=lambda: next(moments))
    for _ in range(4):
        advance()
    assert output.getvalue().splitlines() == ["products: 2 of 4, 0/s, 6 s left", "products: 4 of 4, 0/s"]


def test_a_terminal_gets_a_bar_with_count_and_rate(output: io.StringIO) -> None:
    console = Console(file=output, force_terminal=True, width=120)
    with progress("products", 3, console) as advance:
        for _ in range(3):
            advance()
    assert "products" in output.getvalue()
    assert "3/3" in output.getvalue()
    assert "/s" in output.getvalue()


def test_output_without_a_terminal_has_plain_lines_instead_of_a_bar(output: io.StringIO) -> None:
    with progress("products", 2, Console(file=output)) as advance:
        advance()
        advance()
    assert output.getvalue().startswith("products: 2 of 2")
