"""Prints the table of functions in the terminal: `./dev routes`. The routes themselves are in functions.py."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from tradewind.kernel.caller import Role
from tradewind_tools.blueprint.errors import BlueprintError
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import contract_of
from tradewind_tools.blueprint.model import Function, Route

_COLOURS = {
    Role.PUBLIC: "green",
    Role.GUEST: "cyan",
    Role.CUSTOMER: "yellow",
    Role.STAFF: "magenta",
    Role.ADMIN: "red",
}
_FILE_WIDTH = 160


def print_routes() -> None:
    """List every function: what makes it run, who may call it, where its code is."""
    print_table()


def print_table(console: Console | None = None) -> None:
    """Print every function: what makes it run, who may call it, where its code is."""
    console = console or _console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("function", "runs on", "for"):
        table.add_column(column, no_wrap=True)
    table.add_column("handler", overflow="fold")
    for function in FUNCTIONS:
        table.add_row(function.name, str(function.trigger), _audience(function), function.handler)
    console.print(table)


def _console() -> Console:
    """As wide as the terminal; a file or a pipe gets whole lines."""
    return Console() if sys.stdout.isatty() else Console(width=_FILE_WIDTH)


def _audience(function: Function) -> str:
    """The role or, of staff, the permission that the operation needs; `?` while its handler cannot be imported."""
    if not isinstance(function.trigger, Route):
        return ""
    try:
        contract = contract_of(function)
    except BlueprintError:
        return "[red]?[/red]"
    audience = contract.permission if contract.role is Role.STAFF and contract.permission else contract.role
    return f"[{_COLOURS[contract.role]}]{audience.value}[/]"
