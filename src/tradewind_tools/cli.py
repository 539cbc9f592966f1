"""The command line behind `./dev`: it loads the one command that was asked for, so that each starts fast."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from tradewind_tools.commands import COMMANDS, UnknownCommand, answer
from tradewind_tools.errors import Refusal

PROGRAM = "./dev"
_FORWARDING = {"allow_extra_args": True, "ignore_unknown_options": True}
_MISUSED = 2


def main(words: Sequence[str]) -> None:
    """Run one command. A `Refusal` is one line and exit code 1, or 2 where no command has the name."""
    try:
        if said := answer(words):
            typer.echo(said)
        else:
            app_of(words[0])(words, prog_name=PROGRAM)
    except Refusal as reason:
        typer.echo(f"dev: {reason}", err=True)
        sys.exit(_MISUSED if isinstance(reason, UnknownCommand) else 1)


def app_of(*names: str) -> typer.Typer:
    """An application with these commands alone."""
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_with_subcommands)
    for name in names:
        _add(app, name)
    return app


def _with_subcommands() -> None:
    """Without a callback, an application of one command would not expect its name."""


def _add(app: typer.Typer, name: str) -> None:
    command = COMMANDS[name]
    module, _, attribute = command.where.partition(":")
    found = getattr(import_module(f"tradewind_tools.{module}"), attribute)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name)
    else:
        app.command(name, context_settings=_FORWARDING if command.forwards else None)(found)


if __name__ == "__main__":
    main(sys.argv[1:])
