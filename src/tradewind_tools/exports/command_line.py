"""The page about the command line: the help of every command and subcommand, as they print it themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import typer

from tradewind_tools import commands
from tradewind_tools.applications import PROGRAM, load_application

WIDTH: Final = 100


def page() -> str:
    """The overview, and a section for each command and subcommand."""
    sections = [f"## `{path}`\n\n{_block(text)}" for name in commands.COMMANDS for path, text in _helps(name)]
    return "\n\n".join(["# The command line", _block(commands.overview()), *sections])


def _block(text: str) -> str:
    return f"```text\n{text}\n```"


def _helps(name: str) -> Iterator[tuple[str, str]]:
    """What is typed and the help that it prints, for one command of the table and its subcommands."""
    group: Any = typer.main.get_command(load_application(name))
    yield from _below(group, group.context_class(group, info_name=PROGRAM, terminal_width=WIDTH))


def _below(group: Any, parent: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - typer keeps click's types to itself
    for name, command in group.commands.items():
        command.rich_markup_mode = None  # boxes are for terminals
        context = command.context_class(command, info_name=name, parent=parent)
        yield context.command_path, "\n".join(map(str.rstrip, command.get_help(context).splitlines()))
        yield from _below(command, context) if hasattr(command, "commands") else ()
