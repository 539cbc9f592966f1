"""The local cloud's life, as a person at a terminal sees it: every start in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from tests.integration.localcloud.small_shop import TABLE
from tests.integration.localcloud.workbench import eventually
from tests.ports import free_port

from tradewind_tools.http_client import call
from tradewind_tools.localcloud import lifecycle
from tradewind_tools.localcloud.errors import LocalCloudError, NotRunning
from tradewind_tools.localcloud.processes import tree
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.localcloud.sockets import listen, port_of
from tradewind_tools.localcloud.state import StateFolder
from tradewind_tools.places import PROJECT

ORDER = {"name": "A", "email": "a@b.c", "items": []}
WAITING = """import os, time
def handler(event, context):
    while not os.path.exists({enough!r}) and context.get_remaining_time_in_millis() > 1000:
        time.sleep(0.01)
"""
TIMEOUT_SECONDS = 120


class Terminal:
    """Starts `up` as a person would, and kills what a failed test leaves."""

    def __init__(self, folder: StateFolder) -> None:
        self.folder = folder
        self._started: list[subprocess.Popen[str]] = []

    def up(self, *words: str, port: int | None = None) -> subprocess.Popen[str]:
        path = [str(PROJECT / "src"), str(PROJECT)]
        script = [sys.executable, "-m", "tests.integration.localcloud.up"]
        process = subprocess.Popen(
            [*script, str(self.folder.path), str(port or free_port()), *words],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path)},
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._started.append(process)
        return process

    def up_detached(self, *words: str, port: int | None = None) -> str:
        output, _ = self.up("detach", *words, port=port).communicate(timeout=TIMEOUT_SECONDS)
        return output

    def close(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if self.folder.is_running():
            lifecycle.down(self.folder)


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "state")


@pytest.fixture
def terminal(folder: StateFolder) -> Iterator[Terminal]:
    opened = Terminal(folder)
    yield opened
    opened.close()


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if "Tradewind is ready" in line:
            return
    pytest.fail("it ended before it was ready")


def dynamodb(folder: StateFolder) -> DynamoDBClient:
    session = local_session()
    return session.client("dynamodb", endpoint_url=folder.find_running().endpoint_url)


def keys(folder: StateFolder) -> set[str]:
    items = dynamodb(folder).scan(TableName=TABLE)["Items"]
    return {item["PK"]["S"] for item in items}


def put(folder: StateFolder, key: str) -> None:
    dynamodb(folder).put_item(TableName=TABLE, Item={"PK": {"S": key}})


def recorded_pid(folder: StateFolder) -> int:
    """The server's process id as soon as it is known, or 0."""
    with suppress(LocalCloudError):
        return folder.find_running().pid
    return 0


def saved_after(folder: StateFolder, moment: float) -> bool:
    snapshot = folder.path / "state.zip"
    return snapshot.exists() and snapshot.stat().st_mtime > moment


def crash(folder: StateFolder) -> None:
    os.kill(folder.find_running().pid, signal.SIGKILL)
    eventually(lambda: not folder.is_running())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_stops_everything(terminal: Terminal, folder: StateFolder, number: signal.Signals) -> None:
    process = terminal.up()
    ready(process)
    running = folder.find_running()
    call("POST", f"{running.front_door_url}/v1/orders", ORDER)
    started = [each.pid for each in tree(running.pid)]
    assert len(started) > 1
    process.send_signal(number)
    process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 0
    assert not folder.is_running()
    assert not [pid for pid in started if tree(pid)]


def test_signal_during_the_start_leaves_nothing(terminal: Terminal, folder: StateFolder) -> None:
    process = terminal.up()
    pid = eventually(lambda: recorded_pid(folder))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=TIMEOUT_SECONDS)
    assert not folder.is_running()
    assert not tree(pid)


def test_server_stops_when_its_starter_is_killed(terminal: Terminal, folder: StateFolder) -> None:
    process = terminal.up()
    ready(process)
    process.kill()
    process.communicate()
    eventually(lambda: not folder.is_running())


def test_detached_server_goes_on_and_down_stops_it(terminal: Terminal, folder: StateFolder) -> None:
    assert "Tradewind is ready" in terminal.up_detached()
    assert call("POST", f"{folder.find_running().front_door_url}/v1/orders", ORDER).status_code == 201
    lifecycle.down(folder)
    with pytest.raises(NotRunning, match=r"\./dev up"):
        folder.find_running()


def test_state_survives_a_restart_and_fresh_forgets_it(terminal: Terminal, folder: StateFolder) -> None:
    terminal.up_detached()
    password, port = folder.admin_login().password, folder.find_running().cloud_port
    put(folder, "USER#1")
    lifecycle.down(folder)
    assert "functions unchanged" in terminal.up_detached()
    assert keys(folder) == {"USER#1"}
    assert (folder.admin_login().password, folder.find_running().cloud_port) == (password, port)
    lifecycle.down(folder)
    assert "functions created" in terminal.up_detached("fresh")
    assert keys(folder) == set()
    assert folder.admin_login().password != password


def test_crash_loses_nothing_that_was_saved(terminal: Terminal, folder: StateFolder) -> None:
    terminal.up_detached()
    put(folder, "USER#1")
    moment = time.time()
    put(folder, "USER#2")
    eventually(lambda: saved_after(folder, moment))
    crash(folder)
    terminal.up_detached()
    assert keys(folder) >= {"USER#1"}
    assert call("POST", f"{folder.find_running().front_door_url}/v1/orders", ORDER).status_code == 201


def test_stream_goes_on_after_a_restart(terminal: Terminal, folder: StateFolder) -> None:
    terminal.up_detached()
    put(folder, "ORDER#1")
    eventually(lambda: "COPY#ORDER#1" in keys(folder))
    lifecycle.down(folder)
    terminal.up_detached()
    put(folder, "ORDER#2")
    eventually(lambda: "COPY#ORDER#2" in keys(folder))


def test_nobody_else_may_read_the_state(terminal: Terminal, folder: StateFolder) -> None:
    def open_to_others() -> set[str]:
        found = (folder.path, *folder.path.rglob("*"))
        return {str(each) for each in found if each.exists() and each.stat().st_mode & 0o077}

    moment = time.time()
    terminal.up_detached()
    put(folder, "USER#1")
    eventually(lambda: saved_after(folder, moment))
    assert open_to_others() == set()
    lifecycle.down(folder)
    for each in (folder.path, *folder.path.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)
    terminal.up_detached()
    assert open_to_others() == set()


def test_event_that_nobody_read_before_the_stop_is_read_after_it(terminal: Terminal, folder: StateFolder) -> None:
    terminal.up_detached()
    put(folder, "ORDER#1")
    lifecycle.down(folder)
    terminal.up_detached()
    eventually(lambda: "COPY#ORDER#1" in keys(folder))


def test_mails_are_still_there_after_a_restart(terminal: Terminal, folder: StateFolder) -> None:
    terminal.up_detached()
    mails = local_session().client("ses", endpoint_url=folder.find_running().endpoint_url)
    mails.verify_email_identity(EmailAddress="shop@example.com")
    message: Any = {"Subject": {"Data": "Kept"}, "Body": {"Text": {"Data": "Still here."}}}
    mails.send_email(Source="shop@example.com", Destination={"ToAddresses": ["ada@example.com"]}, Message=message)
    lifecycle.down(folder)
    terminal.up_detached()
    listed = call("GET", f"{folder.find_running().front_door_url}/mail/messages.json").json()
    assert [mail["subject"] for mail in listed["items"]] == ["Kept"]


def test_message_in_hand_at_the_stop_is_delivered_at_once_and_a_delayed_one_is_not(
    terminal: Terminal, folder: StateFolder
) -> None:
    terminal.up_detached()
    sqs = local_session().client("sqs", endpoint_url=folder.find_running().endpoint_url)
    url = sqs.create_queue(QueueName="in-hand", Attributes={"VisibilityTimeout": "300"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="in hand")
    sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=300)
    assert [each["Body"] for each in sqs.receive_message(QueueUrl=url)["Messages"]] == ["in hand"]
    lifecycle.down(folder)
    terminal.up_detached()
    sqs = local_session().client("sqs", endpoint_url=folder.find_running().endpoint_url)
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [each["Body"] for each in received] == ["in hand"]


def test_torn_snapshot_falls_back_to_the_one_before(terminal: Terminal, folder: StateFolder) -> None:
    terminal.up_detached()
    put(folder, "USER#1")
    lifecycle.down(folder)
    snapshot = folder.path / "state.zip"
    (folder.path / "state.previous.zip").write_bytes(snapshot.read_bytes())
    snapshot.write_bytes(snapshot.read_bytes()[:1000])
    terminal.up_detached()
    assert keys(folder) == {"USER#1"}


def test_state_that_is_damaged_twice_says_what_to_do(terminal: Terminal, folder: StateFolder) -> None:
    folder.path.mkdir()
    (folder.path / "state.zip").write_text("torn")
    output = terminal.up_detached()
    assert output.startswith("dev: The saved state")
    assert "./dev up --fresh" in output
    assert len(output.splitlines()) == 1
    assert "Tradewind is ready" in terminal.up_detached("fresh")


def test_crash_in_the_first_deployment_repairs_itself(terminal: Terminal, folder: StateFolder) -> None:
    process = terminal.up()
    pid = eventually(lambda: recorded_pid(folder))
    os.kill(pid, signal.SIGKILL)
    output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    assert "dev: " in output
    assert "Traceback" not in output
    assert "Tradewind is ready" in terminal.up_detached()


def test_second_start_updates_the_first(terminal: Terminal, folder: StateFolder) -> None:
    terminal.up_detached()
    pid = folder.find_running().pid
    output = terminal.up_detached(port=folder.find_running().front_door_port)
    assert f"Tradewind is running already at {folder.find_running().front_door_url}; functions unchanged." in output
    assert folder.find_running().pid == pid


def test_second_start_at_another_port_says_where_the_first_one_is(terminal: Terminal) -> None:
    terminal.up_detached()
    output = terminal.up_detached()
    assert output.startswith("dev: The local cloud is already running: http://localhost:")
    assert len(output.splitlines()) == 1


def test_running_cloud_is_not_forgotten_by_a_fresh_start(terminal: Terminal, folder: StateFolder) -> None:
    terminal.up_detached()
    output = terminal.up_detached("fresh", port=folder.find_running().front_door_port)
    assert output.startswith("dev: The local cloud is already running: http://localhost:")


def test_two_starts_at_once_make_one_cloud(terminal: Terminal) -> None:
    port = free_port()
    first, second = terminal.up("detach", port=port), terminal.up("detach", port=port)
    outputs = [process.communicate(timeout=TIMEOUT_SECONDS)[0] for process in (first, second)]
    assert sorted("Tradewind is ready" in output for output in outputs) == [False, True]
    assert sum("running already" in output for output in outputs) == 1


def test_taken_port_is_one_clear_line(terminal: Terminal) -> None:
    with listen() as sock:
        process = terminal.up(port=port_of(sock))
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 1
    assert output == (
        f"dev: Port {port_of_line(output)} is taken by another program. Stop it, or choose another: "
        f"./dev up --port {port_of_line(output) + 1}\n"
    )


def port_of_line(line: str) -> int:
    return int(line.split()[2])


def test_damaged_record_does_not_hinder_a_start(terminal: Terminal, folder: StateFolder) -> None:
    terminal.up_detached()
    lifecycle.down(folder)
    (folder.path / "server.json").write_text("{torn")
    assert "Tradewind is ready" in terminal.up_detached()


def logs(folder: StateFolder, *words: str) -> str:
    command = [sys.executable, "-m", "tradewind_tools.cli", "logs", *words]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "src"), "TRADEWIND_STATE": str(folder.path)}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_logs_are_those_of_the_functions(terminal: Terminal, folder: StateFolder) -> None:
    terminal.up_detached()
    call("POST", f"{folder.find_running().front_door_url}/v1/orders", ORDER)
    assert json.loads(logs(folder, "handler", "--json")) == {"event": "order_taken"}
    [line] = logs(folder, "handler").splitlines()
    assert line.split()[2:] == ["small-handler", "0", "ms", "order_taken"]
