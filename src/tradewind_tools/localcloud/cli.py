"""`./dev up`, `down`, `status`, `logs` and `pay`. Each imports what it needs when it runs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

DEFAULT_PORT = 8080


class Verdict(StrEnum):
    """What a payment provider can say of a payment."""

    APPROVE = "approve"
    REFUSE = "refuse"


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

    report.print_status(StateFolder.of_project().running())


def logs(
    function: Annotated[str | None, typer.Argument(help="A function's name, or a part of it.")] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing new lines.")] = False,
) -> None:
    """Print what the functions logged."""
    from tradewind_tools.localcloud import logs as function_logs  # noqa: PLC0415
    from tradewind_tools.localcloud.state import StateFolder  # noqa: PLC0415

    function_logs.print_logs(StateFolder.of_project().running(), function or "", follow=follow)


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
    typer.echo(f"The shop has received the webhook. Its order: {running.front_door_url}/v1/orders/{order_id}/status")
