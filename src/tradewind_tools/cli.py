"""The command line behind `./dev`. Each command imports what it needs when it runs, so that all of them start fast."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Final

import typer

from tradewind_tools.errors import Refusal

DEFAULT_PORT = 8080
LOADED_WHEN_ASKED_FOR: Final = {
    "package": "packaging.cli:package",
    "plan": "deployment.commands:plan",
    "deploy": "deployment.cli:deploy_app",
    "smoke": "deployment.commands:smoke",
    "rollback": "deployment.commands:rollback",
    "destroy": "deployment.commands:destroy",
    "bootstrap": "deployment.commands:bootstrap",
    "admin": "deployment.commands:admin",
    "unlock": "deployment.commands:unlock",
    "simulate": "simulation.cli:simulate",
    "audit": "audit:audit",
    "import": "data.cli:import_app",
    "replay": "data.cli:replay_app",
    "export": "exports.cli:export_app",
    "analytics": "operations.analytics_cli:analytics_app",
    "dead-letters": "operations.cli:dead_letters_app",
    "events": "operations.cli:events_app",
    "bench": "bench.cli:bench_app",
}
"""Where the commands are whose modules take long to load."""


class Verdict(StrEnum):
    """What a payment provider can say of a payment."""

    APPROVE = "approve"
    REFUSE = "refuse"


app = typer.Typer(
    help="Tradewind: a serverless shop, whole on your machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.command("up")
def up(
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget everything first.")] = False,
    port: Annotated[int, typer.Option(help="The front door's port.", min=1, max=65535)] = DEFAULT_PORT,
    detach: Annotated[bool, typer.Option("--detach", help="Return when it is ready; ./dev down stops it.")] = False,
) -> None:
    """Start the local cloud, deploy the shop into it and load the demo products."""
    from tradewind_tools.localcloud import lifecycle  # noqa: PLC0415
    from tradewind_tools.localcloud.shop import TradewindShop  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    lifecycle.up(StateFolder.of_project(), TradewindShop(), port=port, fresh=fresh, detach=detach)


@app.command("down")
def down() -> None:
    """Stop the local cloud; its state stays."""
    from tradewind_tools.localcloud import lifecycle  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    lifecycle.down(StateFolder.of_project())
    typer.echo("Stopped.")


@app.command("status")
def status() -> None:
    """Say whether the local cloud runs, where, and what it takes."""
    from tradewind_tools.localcloud import status as report  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    report.print_status(StateFolder.of_project().running())


@app.command("logs")
def logs(
    function: Annotated[str | None, typer.Argument(help="A function's name, or a part of it.")] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing new lines.")] = False,
) -> None:
    """Print what the functions logged."""
    from tradewind_tools.localcloud import logs as function_logs  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    function_logs.print_logs(StateFolder.of_project().running(), function or "", follow=follow)


@app.command("test", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run_tests(
    context: typer.Context,
    suite: Annotated[
        str, typer.Argument(help="unit, contract, integration, simulation, e2e, terraform, all, or a path.")
    ] = "all",
) -> None:
    """Run the tests; what follows goes to pytest."""
    from tradewind_tools import checks  # noqa: PLC0415

    raise typer.Exit(checks.test(suite, context.args))


@app.command("lint")
def lint() -> None:
    """Check style, format and types."""
    from tradewind_tools import checks  # noqa: PLC0415

    raise typer.Exit(checks.lint())


@app.command("pay")
def pay(
    verdict: Annotated[Verdict, typer.Argument(help="What the payment provider says.")],
    order_id: Annotated[str, typer.Argument(help="An order that was paid with tok_async.")],
) -> None:
    """Play the fake payment provider: approve or refuse a payment that waits for its answer."""
    from tradewind_tools.localcloud import paying  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    running = StateFolder.of_project().running()
    kind = paying.APPROVED if verdict is Verdict.APPROVE else paying.REFUSED
    paying.tell(running.front_door_url, running.endpoint_url, order_id, kind)
    typer.echo(f"The shop has taken the notice. Its order: {running.front_door_url}/v1/orders/{order_id}/status")


@app.command("routes")
def routes() -> None:
    """Print the table of functions, their routes and triggers."""
    from tradewind_tools.blueprint import routes as table  # noqa: PLC0415

    table.print_table()


def main(words: Sequence[str]) -> None:
    """Run one command. A `Refusal` is one line and exit code 1."""
    load(words[0] if words else "")
    try:
        app(words, prog_name="./dev")
    except Refusal as reason:
        typer.echo(f"dev: {reason}", err=True)
        sys.exit(1)


def load(command: str) -> None:
    """Add the command; where none has this name, every command, so that help and suggestions know them all."""
    there = _names()
    if command in there:
        return
    for name in [command] if command in LOADED_WHEN_ASKED_FOR else LOADED_WHEN_ASKED_FOR:
        if name not in there:
            _add(name)


def _names() -> set[str | None]:
    commands = {command.name for command in app.registered_commands}
    return commands | {group.name for group in app.registered_groups}


def _add(name: str) -> None:
    module, _, attribute = LOADED_WHEN_ASKED_FOR[name].partition(":")
    found = getattr(import_module(f"tradewind_tools.{module}"), attribute)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name)
    else:
        app.command(name)(found)


if __name__ == "__main__":
    main(sys.argv[1:])
