"""The commands of `./dev`: one table, from which the overview is printed and each command is found.

Only the standard library here: the overview needs no environment.
"""

from __future__ import annotations

import difflib
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tradewind_tools.errors import Refusal
from tradewind_tools.places import PROJECT

HELP: Final = ("--help", "-h")
VERSION: Final = "--version"
REFERENCE: Final = PROJECT / "docs" / "reference" / "commands.md"
"""The help of every command, as `./dev export docs` writes it."""

_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Command:
    """A command and its one line in the overview; `where` is its function or Typer application, `module:name`.

    One that `forwards` takes any option, for another program.
    """

    name: str
    summary: str
    where: str
    forwards: bool = False


GROUPS: Final = {
    "Run the shop": (
        Command("up", "Start the local cloud with the shop in it", "localcloud.cli:up"),
        Command("down", "Stop the local cloud; its state stays", "localcloud.cli:down"),
        Command("status", "Show whether the local cloud runs, where, and what it takes", "localcloud.cli:status"),
        Command("logs", "Print what the functions logged", "localcloud.cli:logs"),
        Command("invoke", "Run one function in this process, with a debugger if wished", "invoke.cli:invoke"),
        Command("pay", "Play the fake payment provider: answer, dispute, fail a refund", "localcloud.cli:pay"),
    ),
    "Work on it": (
        Command("test", "Run the tests: a suite, a path or all", "checks:run_tests", forwards=True),
        Command("lint", "Check style, format and types", "checks:lint"),
        Command("audit", "Look for what an attacker could use", "audit:audit"),
        Command("new", "Write the files of a new operation, with its tests", "scaffold.cli:new_app"),
        Command("routes", "List the functions, their routes and triggers", "blueprint.routes:print_routes"),
        Command("export", "Write OpenAPI, CloudFormation, SAM, Serverless, the reference", "exports.cli:export_app"),
    ),
    "Load data": (
        Command("import", "Import a catalogue: Shopify or Online Retail", "data.cli:import_app"),
        Command("download", "Write the products on sale as a file that imports back", "data.cli:download"),
        Command("replay", "Place historical invoices as orders", "data.cli:replay_app"),
    ),
    "Operate it": (
        Command("dead-letters", "Show and redrive what could not be handled", "operations.cli:dead_letters_app"),
        Command("events", "Replay or republish the shop's events", "operations.cli:events_app"),
        Command("analytics", "Verify and recount the shop's figures", "operations.analytics_cli:analytics_app"),
    ),
    "Deploy it": (
        Command("package", "Build what Lambda runs", "packaging.cli:package"),
        Command("bootstrap", "Make the bucket of a stage's Terraform state", "deployment.commands:bootstrap"),
        Command("plan", "Show what a deployment would change", "deployment.commands:plan"),
        Command("deploy", "Deploy to a stage, or for a trial to a local cloud", "deployment.cli:deploy_app"),
        Command("smoke", "Try a stage as a customer would", "deployment.commands:smoke"),
        Command("rollback", "Shift all traffic back to the last release", "deployment.commands:rollback"),
        Command("admin", "Make an administrator of a stage", "deployment.commands:admin"),
        Command("unlock", "Remove a lock that was left on a stage's state", "deployment.commands:unlock"),
        Command("destroy", "Remove a stage with everything in it", "deployment.commands:destroy"),
    ),
    "Measure it": (
        Command("bench", "Measure starts, load and costs", "bench.cli:bench_app"),
        Command("simulate", "Run random histories of the shop with faults", "simulation.cli:simulate"),
    ),
}

COMMANDS: Final = {command.name: command for group in GROUPS.values() for command in group}


class UnknownCommand(Refusal):
    """What was typed names no command."""

    def __init__(self, word: str) -> None:
        is_option = word.startswith("-")
        similar = difflib.get_close_matches(word, (*HELP, VERSION) if is_option else COMMANDS, n=1)
        hint = f"Did you mean {similar[0]!r}? " if similar else ""
        super().__init__(f"There is no {'option' if is_option else 'command'} {word!r}. {hint}See ./dev --help")


def answer(words: Sequence[str]) -> str | None:
    """What is asked for, if no command is: the overview or the version. Raises UnknownCommand."""
    if not words or words[0] in HELP:
        return overview()
    if words[0] == VERSION:
        return f"Tradewind {version()}"
    if words[0] not in COMMANDS:
        raise UnknownCommand(words[0])
    return None


def overview() -> str:
    """Every command with its summary, in groups."""
    column = _MARGIN + max(map(len, COMMANDS)) + 2
    lines = ["Usage: ./dev COMMAND [OPTIONS]", "", "Tradewind: a serverless shop, whole on your machine."]
    for title, group in GROUPS.items():
        lines += ["", title]
        lines += [f"{' ' * _MARGIN}{command.name}".ljust(column) + command.summary for command in group]
    return "\n".join([*lines, "", "./dev COMMAND --help says more; ./dev --version prints the version."])


def version() -> str:
    """The version in pyproject.toml."""
    with (PROJECT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def reference_of(words: Sequence[str]) -> str | None:
    """The help of the command that the words begin with, out of the committed reference; None where it has none."""
    named = [word for word in words if not word.startswith("-")]
    sections = dict(_sections()) if REFERENCE.exists() else {}
    titles = (" ".join(("./dev", *named[:count])) for count in range(len(named), 0, -1))
    return next((sections[title] for title in titles if title in sections), None)


def _sections() -> Iterator[tuple[str, str]]:
    """Title and text of each section: a heading and one block of code."""
    for section in REFERENCE.read_text(encoding="utf-8").split("\n## ")[1:]:
        title, _, rest = section.partition("\n")
        yield title.strip("`"), textwrap.dedent(rest.split("```")[1].removeprefix("text")).strip("\n")
