"""`./dev up`, `down`, `status`, `logs` and `pay`. Each imports what it needs when it runs."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from tradewind_tools.localcloud.log_entries import Level, Selection
from tradewind_tools.localcloud.sockets import DEFAULT_PORT
from tradewind_tools.options import parse_moment, parse_pattern


class Verdict(StrEnum):
    """What a payment provider can say of a payment, or of what became of its money."""

    APPROVE = "approve"
    REFUSE = "refuse"
    DISPUTE = "dispute"
    WIN_DISPUTE = "win-dispute"
    LOSE_DISPUTE = "lose-dispute"
    FAIL_REFUND = "fail-refund"


def up(
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget everything first.")] = False,
    port: Annotated[
        int | None, typer.Option(help="The front door's port.", min=1, max=65535, show_default=str(DEFAULT_PORT))
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return when it is ready; ./dev down stops it.")] = False,
) -> None:
    """Start the local cloud, deploy the shop into it and load the demo products; update one that runs already.

    Saved code is served at the next request; a changed template is deployed a moment after it was saved.
    """
    from tradewind_tools.localcloud import lifecycle  # noqa: PLC0415
    from tradewind_tools.localcloud.shop import TradewindShop  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    lifecycle.up(StateFolder.of_project(), TradewindShop(), port=port, fresh=fresh, detach=detach)


def down() -> None:
    """Stop the local cloud; its state stays."""
    from tradewind_tools.localcloud import lifecycle  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    lifecycle.down(StateFolder.of_project())
    typer.echo("Stopped.")


def status() -> None:
    """Show whether the local cloud runs, where, and what it takes."""
    from tradewind_tools.localcloud import status as report  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    report.print_status(StateFolder.of_project().find_running())


def logs(  # noqa: PLR0913 - a command's options are its arguments
    function: Annotated[str | None, typer.Argument(help="A function's name, or a part of it.")] = None,
    *,
    level: Annotated[Level, typer.Option(case_sensitive=False, help="Nothing less grave.")] = Level.DEBUG,
    since: Annotated[
        datetime | None, typer.Option(parser=parse_moment, metavar="TIME", help="10m, 2h, 2026-11-30T08:17 (UTC) …")
    ] = None,
    grep: Annotated[
        re.Pattern[str] | None,
        typer.Option(parser=parse_pattern, metavar="PATTERN", help="Only lines that match, whatever the case."),
    ] = None,
    request: Annotated[
        str, typer.Option(metavar="ID", help="One request's way through all functions: x-request-id, or its begin.")
    ] = "",
    tail: Annotated[int | None, typer.Option("--tail", "-n", min=0, help="Only the last of them.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing new lines.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The lines as the functions write them.")] = False,
) -> None:
    """Print what the functions logged: a line for each invocation, the oldest first. Times are UTC."""
    from tradewind_tools.localcloud import log_view  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    query = log_view.LogQuery(
        function or "",
        int(since.timestamp() * 1000) if since else 0,
        Selection(level, grep, request.strip()),
        tail,
        follow=follow,
    )
    printer = log_view.JsonPrinter() if as_json else log_view.RequestPrinter() if request else log_view.LinePrinter()
    log_view.print_logs(StateFolder.of_project().find_running(), query, printer)


def pay(
    verdict: Annotated[Verdict, typer.Argument(help="What the payment provider says.")],
    order_id: Annotated[str, typer.Argument(help="The order; to approve or refuse it, one with tok_async.")],
) -> None:
    """Play the fake payment provider: answer a payment that waits for it, dispute a charge, or fail a refund."""
    from tradewind_tools.localcloud import payment_webhooks  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    running = StateFolder.of_project().find_running()
    payment_webhooks.play_provider(running.front_door_url, running.endpoint_url, order_id, verdict)
    typer.echo(f"The shop has received the webhook. Its order: {running.front_door_url}/v1/orders/{order_id}/status")
