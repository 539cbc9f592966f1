"""The command line behind `./dev`: it loads the one command that was asked for, so that each starts fast."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from tradewind_tools.applications import PROGRAM, load_application
from tradewind_tools.commands import UnknownCommand, answer
from tradewind_tools.errors import Refusal

_MISUSED = 2


def main(words: Sequence[str]) -> None:
    """Run one command. A `Refusal` is one line and exit code 1, or 2 where no command has the name."""
    try:
        if said := answer(words):
            typer.echo(said)
        else:
            load_application(words[0])(words, prog_name=PROGRAM)
    except Refusal as reason:
        typer.echo(f"dev: {reason}", err=True)
        sys.exit(_MISUSED if isinstance(reason, UnknownCommand) else 1)


if __name__ == "__main__":
    main(sys.argv[1:])
