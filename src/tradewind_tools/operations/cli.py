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
from tradewind_tools.operations.dead_letters import DeadLetterClient
from tradewind_tools.operations.replay import replay
from tradewind_tools.operations.republish import find_recorded_events

if TYPE_CHECKING:
    import boto3

dead_letters_app = typer.Typer(help="Messages that could not be handled, and redriving them.", no_args_is_help=True)
events_app = typer.Typer(help="The events of the shop.", no_args_is_help=True)

QueueName = Annotated[str, typer.Argument(metavar="QUEUE", help="A queue that `list` shows.", show_default=False)]
_SHOWN_FIELDS = ("messageId", "sentAt", "type", "about", "eventId", "correlationId")
_FORMATS = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]
Begin = Annotated[datetime, typer.Option("--from", formats=_FORMATS, help="UTC.")]
End = Annotated[datetime, typer.Option("--to", formats=_FORMATS, help="UTC; exclusive.")]
StageName = Annotated[str, typer.Option(help="local, dev, prod …")]


@dataclass(frozen=True, slots=True)
class _Cloud:
    """The session of a stage, and the address of its cloud; without an address, AWS."""

    session: boto3.Session
    endpoint_url: str | None = None


@dead_letters_app.command("list")
def list_queues() -> None:
    """List the dead-letter queues, and how many messages each holds."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("queue", "waiting", "oldest", "goes back to"):
        table.add_column(column, no_wrap=True)
    for queue in _local_client().queues():
        table.add_row(queue["queue"], str(queue["waiting"]), queue["oldestAt"] or "", queue["redriveTarget"])
    Console().print(table)


@dead_letters_app.command("show")
def show(queue: QueueName) -> None:
    """Show up to ten messages of a queue: ids and types, without personal data."""
    found = next((each for each in _local_client().queues() if each["queue"] == queue), None)
    if found is None:
        raise typer.BadParameter(f"there is no dead-letter queue {queue!r}")
    for message in found["sample"]:
        typer.echo("\n".join(f"{name:<15}{message[name] or '-'}" for name in _SHOWN_FIELDS) + "\n")
    typer.echo(f"{len(found['sample'])} of {found['waiting']} shown.")


@dead_letters_app.command("redrive")
def redrive(queue: QueueName) -> None:
    """Send the messages of a queue back to where they came from."""
    moved = _local_client().redrive(queue)
    typer.echo(f"{moved} {'message' if moved == 1 else 'messages'} sent back.")


@events_app.callback()
def _events() -> None:
    """Send events to their consumers again, which ignore those that they have handled already."""


@events_app.command("replay")
def replay_events(
    *,
    begin: Begin,
    end: End,
    kind: Annotated[list[str] | None, typer.Option("--type", help="Only to the rules that match this type.")] = None,
    stage: StageName = LOCAL,
) -> None:
    """Replay the archived events of a period."""
    name = f"replay-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    types = kind or []
    with _cloud_of(stage) as cloud:
        bus = cloud.session.client("events", endpoint_url=cloud.endpoint_url)
        replay(bus, StageNames(stage).shop, begin.replace(tzinfo=UTC), end.replace(tzinfo=UTC), types, name=name)
    typer.echo(f"{name}: done.")


@events_app.command("republish")
def republish_events(*, begin: Begin, end: End, stage: StageName = LOCAL) -> None:
    """Put the events of a period, as the table recorded them, on the bus: also those that never reached it."""
    shop = StageNames(stage).shop
    with _cloud_of(stage) as cloud, Console(stderr=True).status("Scanning the table …") as status:
        found = find_recorded_events(
            cloud.session.client("dynamodb", endpoint_url=cloud.endpoint_url),
            shop,
            begin.replace(tzinfo=UTC),
            end.replace(tzinfo=UTC),
            lambda count: status.update(f"Scanning the table: {count:,} items …"),
        )
        status.update(f"Publishing {len(found):,} events …")
        bus = cloud.session.client("events", endpoint_url=cloud.endpoint_url)
        publish(found, EventBridgeBus(shop, bus), SystemClock())
    typer.echo(f"{len(found)} {'event' if len(found) == 1 else 'events'} put on the bus.")


def _local_client() -> DeadLetterClient:
    folder = StateFolder.of_project()
    return DeadLetterClient(folder.find_running().front_door_url, folder.admin_login())


@contextmanager
def _cloud_of(stage: str) -> Iterator[_Cloud]:
    """The cloud of a stage; errors of AWS become one line."""
    if stage == LOCAL:
        from tradewind_tools.localcloud.sdk import local_session  # noqa: PLC0415 - the other commands need no boto3

        yield _Cloud(local_session(), StateFolder.of_project().find_running().endpoint_url)
        return
    from tradewind_tools.deployment.account import explain_aws_errors  # noqa: PLC0415 - only for AWS
    from tradewind_tools.deployment.stage_access import StageAccess  # noqa: PLC0415 - likewise

    with explain_aws_errors():
        yield _Cloud(StageAccess.enter(stage).session)
