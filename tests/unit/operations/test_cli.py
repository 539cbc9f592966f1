from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import msgspec
import pytest
from botocore.stub import ANY, Stubber
from tests.unit.operations.events import make_event, stored
from tests.unit.ops.fake_queues import FakeQueues
from typer.testing import CliRunner

from tradewind_tools.deployment.errors import NotAllowed, UnknownStage
from tradewind_tools.deployment.stage_access import StageAccess
from tradewind_tools.localcloud.errors import NotRunning
from tradewind_tools.localcloud.state import FOLDER_VARIABLE
from tradewind_tools.operations import cli
from tradewind_tools.operations.dead_letters import DeadLetterClient

MAILS = "email-queue-dead-letters"
runner = CliRunner(env={"COLUMNS": "160"})  # tables are folded to the terminal, however narrow it is


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch, dead_letters: DeadLetterClient, held: FakeQueues) -> FakeQueues:
    monkeypatch.setattr(cli, "_local_client", lambda: dead_letters)
    return held


def said(app: Any, *words: str) -> str:  # noqa: ANN401 - a Typer application
    done = runner.invoke(app, words)
    assert done.exit_code == 0, done.output
    return done.output


def test_every_queue_is_listed(queues: FakeQueues) -> None:
    queues.put(MAILS, "one", "two")
    line = next(line for line in said(cli.dead_letters_app, "list").splitlines() if line.startswith(MAILS))
    assert line.split()[1] == "2"
    assert line.split()[-1] == "queue"


def test_messages_of_a_queue_are_shown_without_their_contents(queues: FakeQueues) -> None:
    queues.put(MAILS, "what it says")
    shown = said(cli.dead_letters_app, "show", MAILS)
    assert "what it says" not in shown
    assert "messageId" in shown
    assert shown.endswith("\n1 of 1 shown.\n")


def test_ids_are_not_cut_in_a_narrow_terminal(queues: FakeQueues) -> None:
    event_id, correlation_id = "01KAJ0EVENT000000000000001", "c3e8454c-1eb6-4ad9-bc0c-0535980ed058"
    detail = msgspec.structs.replace(make_event(), event_id=event_id, correlation_id=correlation_id)
    body = msgspec.json.encode({"detail": detail}).decode()
    queues.put(MAILS, body)
    shown = CliRunner(env={"COLUMNS": "40"}).invoke(cli.dead_letters_app, ["show", MAILS]).output
    assert event_id in shown
    assert correlation_id in shown


def test_unknown_queue_is_refused(queues: FakeQueues) -> None:
    assert queues.count(MAILS) == 0
    assert runner.invoke(cli.dead_letters_app, ["show", "nope"]).exit_code == 2


def test_redrive_reports_the_number_of_messages(queues: FakeQueues) -> None:
    queues.put(MAILS, "one")
    assert said(cli.dead_letters_app, "redrive", MAILS).endswith("\n1 message sent back.\n")
    assert said(cli.dead_letters_app, "redrive", MAILS).endswith("\n0 messages sent back.\n")


def test_replay_needs_begin_and_end() -> None:
    assert runner.invoke(cli.events_app, ["replay", "--from", "2026-11-21"]).exit_code == 2
    assert runner.invoke(cli.events_app, ["replay", "--from", "yesterday", "--to", "2026-11-21"]).exit_code == 2


def replayed_at(stage: str) -> BaseException | None:
    return runner.invoke(
        cli.events_app, ["replay", "--from", "2026-11-21", "--to", "2026-11-22", "--stage", stage]
    ).exception


def test_replay_of_a_stage_uses_its_account(monkeypatch: pytest.MonkeyPatch, boto_session: boto3.Session) -> None:
    assert isinstance(replayed_at("nowhere"), UnknownStage)
    client = boto_session.client("events")
    with Stubber(client) as stubber:
        stubber.add_client_error("describe_event_bus", "AccessDeniedException")
        entered = SimpleNamespace(session=SimpleNamespace(client=lambda _, **__: client))
        monkeypatch.setattr(StageAccess, "enter", lambda _: entered)
        assert isinstance(replayed_at("dev"), NotAllowed)


def test_republish_puts_recorded_events_on_the_bus(
    monkeypatch: pytest.MonkeyPatch, boto_session: boto3.Session
) -> None:
    table, bus = boto_session.client("dynamodb"), boto_session.client("events")
    clients = {"dynamodb": table, "events": bus}
    entered = SimpleNamespace(session=SimpleNamespace(client=lambda name, **_: clients[name]))
    monkeypatch.setattr(StageAccess, "enter", lambda _: entered)
    with Stubber(table) as stored_events, Stubber(bus) as put:
        stored_events.add_response("scan", {"Items": [stored(make_event())], "ScannedCount": 9})
        put.add_response("put_events", {"Entries": [{"EventId": "1"}]}, {"Entries": [ANY]})
        times = ["--from", "2026-11-21T09:00", "--to", "2026-11-21T09:30", "--stage", "dev"]
        assert said(cli.events_app, "republish", *times).endswith("1 event put on the bus.\n")
        put.assert_no_pending_responses()


@pytest.mark.parametrize("command", ["replay", "republish"])
def test_command_without_a_shop_is_refused(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    done = runner.invoke(cli.events_app, [command, "--from", "2026-11-21", "--to", "2026-11-22T12:00"])
    assert isinstance(done.exception, NotRunning)
