"""`./dev invoke`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from tradewind_tools.blueprint.model import Function
from tradewind_tools.invoke.errors import UnreadableEvent
from tradewind_tools.invoke.functions import find_function
from tradewind_tools.invoke.site import Site
from tradewind_tools.localcloud.state import StateFolder


def invoke(
    function: Annotated[str, typer.Argument(help="Its name, as ./dev routes has it.", show_default=False)],
    event: Annotated[
        Path | None,
        typer.Argument(help="A file with its event, - for standard input.", show_default="its own of tests/events"),
    ] = None,
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Stop at its handler, in pdb.")] = False,
    memory: Annotated[bool, typer.Option("--memory", help="In memory, although a local cloud runs.")] = False,
) -> None:
    """Run one function in this process: on the running local cloud's table, or on a shop in memory.

    The ids in the sample events stand for the demo customer, the administrator and the customer's newest order. What
    the function answers goes to standard output. The exit code is 1 when the invocation failed.
    """
    from tradewind_tools.invoke.invocation import invoke as run  # noqa: PLC0415 - slow to load; a wrong name is refused before
    from tradewind_tools.invoke.report import Report  # noqa: PLC0415 - the same

    wanted = find_function(function)
    given = _read(event) if event else _sample(wanted)
    site = _open_site(wanted, in_memory=memory)
    report = Report(site)
    report.begin(wanted)
    outcome = run(wanted, site.localize(given), site, debug=debug)
    report.end(outcome, wanted)
    raise typer.Exit(int(outcome.is_fault))


def _open_site(function: Function, *, in_memory: bool) -> Site:
    folder = StateFolder.of_project()
    if not in_memory and folder.is_running():
        from tradewind_tools.invoke.running_site import open_running_site  # noqa: PLC0415 - needs boto3

        return open_running_site(folder, function)
    from tradewind_tools.invoke.memory_site import open_memory_site  # noqa: PLC0415 - not where a local cloud runs

    return open_memory_site()


def _sample(function: Function) -> dict[str, Any]:
    from tradewind_tools.exports.sample_events import sample_event  # noqa: PLC0415 - not where an event is given

    return sample_event(function)


def _read(path: Path) -> dict[str, Any]:
    """Raises UnreadableEvent."""
    where = "Standard input" if str(path) == "-" else str(path)
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        event = json.loads(text)
    except (OSError, ValueError) as reason:
        raise UnreadableEvent(where, str(reason)) from reason
    if not isinstance(event, dict):
        raise UnreadableEvent(where, "it is no JSON object")
    return event
