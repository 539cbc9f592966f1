"""The command line behind `./dev`. Each command imports what it needs when it runs, so that all of them start fast."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

DEFAULT_PORT = 8080
_DEPLOYMENT = ("plan", "smoke", "rollback", "destroy", "bootstrap", "admin", "unlock")


class Verdict(StrEnum):
    """What a payment provider can say of a payment."""

    APPROVE = "approve"
    REFUSE = "refuse"


app = typer.Typer(
    help="Tradewind: a serverless shop, whole on your machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
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


@app.command()
def down() -> None:
    """Stop the local cloud; its state stays."""
    from tradewind_tools.localcloud import lifecycle  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    lifecycle.down(StateFolder.of_project())
    typer.echo("Stopped.")


@app.command()
def status() -> None:
    """Say whether the local cloud runs, where, and what it takes."""
    from tradewind_tools.localcloud import status as report  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    report.print_status(StateFolder.of_project().running())


@app.command()
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
    suite: Annotated[str, typer.Argument(help="unit, integration, simulation, e2e, terraform or all.")] = "all",
) -> None:
    """Run the tests; what follows goes to pytest."""
    from tradewind_tools import checks  # noqa: PLC0415

    raise typer.Exit(checks.test(suite, context.args))


@app.command()
def lint() -> None:
    """Check style, format and types."""
    from tradewind_tools import checks  # noqa: PLC0415

    raise typer.Exit(checks.lint())


@app.command()
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


@app.command()
def routes() -> None:
    """Print the table of functions, their routes and triggers."""
    from tradewind_tools.blueprint import routes as table  # noqa: PLC0415

    table.print_table()


def main() -> None:
    """Run the command line. An error that a person can act on is one line and exit code 1."""
    from tradewind_tools.blueprint.errors import BlueprintError  # noqa: PLC0415
    from tradewind_tools.deployment.errors import DeploymentError  # noqa: PLC0415
    from tradewind_tools.localcloud.errors import LocalCloudError  # noqa: PLC0415
    from tradewind_tools.packaging.errors import PackagingError  # noqa: PLC0415

    _add_data_commands(sys.argv[1:2])
    _add_export_commands(sys.argv[1:2])
    _add_analytics_commands(sys.argv[1:2])
    _add_simulate_command(sys.argv[1:2])
    _add_operations_commands(sys.argv[1:2])
    _add_audit_command(sys.argv[1:2])
    _add_package_command(sys.argv[1:2])
    _add_deploy_commands(sys.argv[1:2])
    _add_bench_commands(sys.argv[1:2])
    try:
        app(prog_name="./dev")
    except (BlueprintError, DeploymentError, LocalCloudError, PackagingError) as reason:
        typer.echo(f"dev: {reason}", err=True)
        sys.exit(1)


def _add_data_commands(words: list[str]) -> None:
    """Add `import` and `replay` only when they, or help, are asked for."""
    if not words or words[0] in {"import", "replay", "--help"}:
        from tradewind_tools.data import cli as data  # noqa: PLC0415

        app.add_typer(data.import_app, name="import")
        app.add_typer(data.replay_app, name="replay")


def _add_analytics_commands(words: list[str]) -> None:
    """Add `analytics` only when it, or help, is asked for."""
    if words and words[0] in {"analytics", "--help"}:
        from tradewind_tools.recount import cli as analytics  # noqa: PLC0415

        app.add_typer(analytics.analytics_app, name="analytics")


def _add_audit_command(words: list[str]) -> None:
    """Add `audit` only when it, or help, is asked for."""
    if not words or words[0] in {"audit", "--help"}:
        from tradewind_tools import audit as auditing  # noqa: PLC0415

        app.command("audit")(auditing.audit)


def _add_export_commands(words: list[str]) -> None:
    """Add `export` only when it, or help, is asked for."""
    if words and words[0] in {"export", "--help"}:
        from tradewind_tools.exports import cli as exports  # noqa: PLC0415

        app.add_typer(exports.export_app, name="export")


def _add_operations_commands(words: list[str]) -> None:
    """Add `dead-letters` and `events` only when they, or help, are asked for."""
    if not words or words[0] in {"dead-letters", "events", "--help"}:
        from tradewind_tools.operations import cli as operations  # noqa: PLC0415

        app.add_typer(operations.dead_letters_app, name="dead-letters")
        app.add_typer(operations.events_app, name="events")


def _add_package_command(words: list[str]) -> None:
    """Add `package` only when it, or help, is asked for."""
    if not words or words[0] in {"package", "--help"}:
        from tradewind_tools.packaging import cli as packaging  # noqa: PLC0415

        app.command("package")(packaging.package)


def _add_bench_commands(words: list[str]) -> None:
    """Add `bench` only when it, or help, is asked for."""
    if not words or words[0] in {"bench", "--help"}:
        from tradewind_tools.bench import cli as bench  # noqa: PLC0415

        app.add_typer(bench.bench_app, name="bench")


def _add_deploy_commands(words: list[str]) -> None:
    """Add `deploy` and what goes with it only when one of them, or help, is asked for."""
    if not words or words[0] in {*_DEPLOYMENT, "deploy", "--help"}:
        from tradewind_tools.deployment import cli as deployment  # noqa: PLC0415
        from tradewind_tools.deployment import commands  # noqa: PLC0415

        app.add_typer(deployment.deploy_app, name="deploy")
        for name in _DEPLOYMENT:
            app.command(name)(getattr(commands, name))


def _add_simulate_command(words: list[str]) -> None:
    """Add `simulate` only when it, or help, is asked for: it loads the whole shop."""
    if not words or words[0] in {"simulate", "--help"}:
        from tradewind_tools.simulation import cli as simulation  # noqa: PLC0415

        app.command("simulate")(simulation.simulate)


if __name__ == "__main__":
    main()
