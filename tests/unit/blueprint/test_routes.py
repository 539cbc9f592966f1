from __future__ import annotations

import io

from rich.console import Console

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.routes import print_table


def printed(width: int) -> list[str]:
    output = io.StringIO()
    print_table(Console(file=output, width=width))
    return output.getvalue().splitlines()


def test_line_shows_everything_about_a_function() -> None:
    line = next(line for line in printed(160) if line.startswith("stock-set "))
    assert line.split() == [
        "stock-set", "PUT", "/variants/{variantId}/stock", "catalogue", "tradewind.inventory.handlers.set_stock",
    ]  # fmt: skip


def test_every_function_has_its_line() -> None:
    assert [line.split()[0] for line in printed(160)[1:]] == [function.name for function in FUNCTIONS]


def test_only_the_handler_is_wrapped_on_a_narrow_terminal() -> None:
    assert any("GET /variants/{variantId}/stock/movements" in line for line in printed(100))
