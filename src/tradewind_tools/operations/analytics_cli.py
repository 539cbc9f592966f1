"""`./dev analytics …`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tradewind_tools.data.cli import Email, Password, Url, open_shop
from tradewind_tools.operations.figures_check import DayComparison, verify

analytics_app = typer.Typer(help="The figures of the shop.", no_args_is_help=True)

_FAILED = 1
_DEFAULT_DAYS = 30

First = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Default: thirty days ago.")]
Last = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Default: today, in UTC.")]


@analytics_app.callback()
def _analytics() -> None:
    """The figures of the shop."""


@analytics_app.command("verify")
def verify_figures(
    *, first: First = None, last: Last = None, url: Url = None, email: Email = None, password: Password = None
) -> None:
    """Recount the daily figures from the orders; exit code 1 when a day differs.

    The figures are some minutes old: while a day differs, it waits until they are newer than its first look.
    """
    until = last.date() if last else datetime.now(UTC).date()
    since = first.date() if first else until - timedelta(days=_DEFAULT_DAYS)
    if until < since:
        raise typer.BadParameter(f"--from {since} is after --to {until}")
    waiting = Console(stderr=True).status("Comparing; figures are folded every five minutes …")
    with open_shop(url, email, password) as shop, waiting:
        compared = verify(shop, since, until)
    _show(compared, since, until)
    if not all(each.agrees for each in compared):
        raise typer.Exit(_FAILED)


def _show(compared: Sequence[DayComparison], since: date, until: date) -> None:
    title = f"Figures and orders, {since} to {until}"
    table = Table("day", "", title=title, title_justify="left", box=None, pad_edge=False, collapse_padding=True)
    for heading in ("orders", "recount", "revenue", "recount", "cancelled", "recount"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("")
    for each in compared:
        pairs = zip(each.reported, each.recounted, strict=True)
        counts = [f"{number:,}" for pair in pairs for number in pair]
        table.add_row(f"{each.day}", each.currency, *counts, "agrees" if each.agrees else "[bold red]differs")
    Console().print(table if compared else f"No orders from {since} to {until}.")
