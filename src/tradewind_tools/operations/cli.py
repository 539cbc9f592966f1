"""`./dev dead-letters …` and `./dev events …`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tradewind.aws.bus import EventBridgeBus
from tradewind.kernel.clock import SystemClock
from tradewind.outbox.relay import publish
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.localcloud.state import StateFolder
from tradewind_tools.operations.dead_letters import DeadLetters
from tradewind_tools.operations.replay import replay
from tradewind_tools.operations.republish import recorded

if TYPE_CHECKING:
    import boto3

dead_letters_app = typer.Typer(help="Messages that could not be handled, and their way back.", no_args_is_help=True)
events_app = typer.Typer(help="The events of the shop.", no_args_is_help=True)

QueueName = Annotated[str, typer.Argument(metavar="QUEUE", help="A queue that `list` shows.", show_default=False)]
_TOLD = ("messageId", "sentAt", "type", "about", "eventId", "correlationId")
_FORMATS = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]
Begin = Annotated[datetime, typer.Option("--from", formats=_FORMATS, help="UTC.")]
End = Annotated[datetime, typer.Option("--to", formats=_FORMATS, help="UTC; no more part of it.")]
StageName = Annotated[str, typer.Option(help="local, dev, prod …")]


@dataclass(frozen=True, slots=True)
class _Cloud:
    """Where the clients of a stage call; without an address, AWS."""

    session: boto3.Session
    endpoint_url: str | None = None


@dead_letters_app.command("list")
def list_queues() -> None:
    """Show every dead-letter queue and how much waits in it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("queue", "waiting", "oldest", "goes back to"):
        table.add_column(column, no_wrap=True)
    for queue in _here().queues():
        table.add_row(queue["queue"], str(queue["waiting"]), queue["oldestAt"] or "", queue["redriveTarget"])
    Console().print(table)


@dead_letters_app.command("show")
def show(queue: QueueName) -> None:
    """Show up to ten messages of a queue: ids and types, nothing personal."""
    found = next((each for each in _here().queues() if each["queue"] == queue), None)
    if found is None:
        raise typer.BadParameter(f"there is no dead-letter queue {queue!r}")
    for letter in found["sample"]:
        typer.echo("\n".join(f"{name:<15}{letter[name] or '-'}" for name in _TOLD) + "\n")
    typer.echo(f"{len(found['sample'])} of {found['waiting']} shown.")


@dead_letters_app.command("redrive")
def redrive(queue: QueueName) -> None:
    """Send a queue's messages back to where they came from."""
    moved = _here().redrive(queue)
    typer.echo(f"{moved} {'message' if moved == 1 else 'messages'} sent back.")


@events_app.callback()
def _events() -> None:
    """Consumers know the events that they have had: to tell them again repeats nothing."""


@events_app.command("replay")
def replay_events(
    *,
    begin: Begin,
    end: End,
    kind: Annotated[list[str] | None, typer.Option("--type", help="For the rules that listen for it alone.")] = None,
    stage: StageName = LOCAL,
) -> None:
    """Put archived events of a time on the bus again."""
    name = f"replay-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    types = kind or []
    with _cloud_of(stage) as cloud:
        bus = cloud.session.client("events", endpoint_url=cloud.endpoint_url)
        replay(bus, StageNames(stage).shop, begin.replace(tzinfo=UTC), end.replace(tzinfo=UTC), types, name=name)
    typer.echo(f"{name}: done.")


@events_app.command("republish")
def republish_events(*, begin: Begin, end: End, stage: StageName = LOCAL) -> None:
    """Put the events that the table recorded in a time on the bus: also those that it was never told of."""
    shop = StageNames(stage).shop
    with _cloud_of(stage) as cloud, Console(stderr=True).status("Looking through the table …") as status:
        found = recorded(
            cloud.session.client("dynamodb", endpoint_url=cloud.endpoint_url),
            shop,
            begin.replace(tzinfo=UTC),
            end.replace(tzinfo=UTC),
            lambda count: status.update(f"Looking through the table: {count:,} items …"),
        )
        status.update(f"Putting {len(found):,} events on the bus …")
        bus = cloud.session.client("events", endpoint_url=cloud.endpoint_url)
        publish(found, EventBridgeBus(shop, bus), SystemClock())
    typer.echo(f"{len(found)} {'event' if len(found) == 1 else 'events'} put on the bus.")


def _here() -> DeadLetters:
    folder = StateFolder.of_project()
    return DeadLetters(folder.running().front_door_url, folder.admin_login())


@contextmanager
def _cloud_of(stage: str) -> Iterator[_Cloud]:
    """Where a stage is, for whoever may work there; its refusals in one line."""
    if stage == LOCAL:
        from tradewind_tools.localcloud.sdk import local_session  # noqa: PLC0415 - the other commands need no boto3

        yield _Cloud(local_session(), StateFolder.of_project().running().endpoint_url)
        return
    from tradewind_tools.deployment.account import aws_explained  # noqa: PLC0415 - only for AWS
    from tradewind_tools.deployment.site import Site  # noqa: PLC0415 - likewise

    with aws_explained():
        yield _Cloud(Site.enter(stage).session)
