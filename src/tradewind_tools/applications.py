"""The Typer application of each command of `./dev`, loaded when it is asked for, so that each starts fast."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import typer

from tradewind_tools.commands import COMMANDS

PROGRAM: Final = "./dev"
_FORWARDING: Final = {"allow_extra_args": True, "ignore_unknown_options": True}


def load_application(*names: str) -> typer.Typer:
    """Load an application with these commands alone."""
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_expect_subcommand)
    for name in names:
        _add(app, name)
    return app


def _expect_subcommand() -> None:
    """Without a callback, an application of one command would not expect its name."""


def _add(app: typer.Typer, name: str) -> None:
    command = COMMANDS[name]
    module, _, attribute = command.where.partition(":")
    found = getattr(import_module(f"tradewind_tools.{module}"), attribute)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name)
    else:
        app.command(name, context_settings=_FORWARDING if command.forwards else None)(found)
