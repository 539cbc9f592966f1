"""The command line behind `./dev`, with the whole shop: started, asked, stopped, broken and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import boto3
import pytest
from tests.e2e.browserless import PASSWORD, Visitor, until

from tradewind_tools.localcloud.environment import REGION
from tradewind_tools.localcloud.processes import tree
from tradewind_tools.localcloud.sockets import listen, port_of
from tradewind_tools.localcloud.state import PROJECT, Running, StateFolder

SECONDS_TO_START = 120


class Terminal:
    """Types commands; what runs is kept in a folder of this test's own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.state = StateFolder(folder)
        self.port = port

    def dev(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "TRADEWIND_STATE": str(self.state.path), "PYTHONPATH": str(PROJECT / "src")}
        command = [sys.executable, "-m", "tradewind_tools.cli", *words]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=SECONDS_TO_START, check=False
        )

    def up(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.dev("up", "--detach", "--port", str(self.port), *words)

    @property
    def running(self) -> Running:
        return self.state.running()

    @property
    def visitor(self) -> Visitor:
        return Visitor(self.running.front_door_url)

    def admin(self) -> Visitor:
        login = self.state.admin_login()
        return self.visitor.signed_in(login.email, login.password)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with listen() as sock:
        port = port_of(sock)
    opened = Terminal(tmp_path / "state", port)
    yield opened
    if opened.state.is_running():
        opened.dev("down")


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a person gets instead."""
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    return line


def confirmed_order(customer: Visitor) -> str:
    order_id = str(customer.order({"tide-mug": 1}).ok()["orderId"])
    found = customer.settled(order_id)
    assert found["status"] == "processing", found
    return order_id


def orders(terminal: Terminal, customer: Visitor) -> list[str]:
    again = terminal.visitor.signed_in(customer.user["email"], PASSWORD)
    return [order["orderId"] for order in again.get("/orders").ok()["items"]]


def test_a_day_of_the_shop(terminal: Terminal) -> None:
    output = said(terminal.up())
    assert f"http://localhost:{terminal.port}" in output
    assert terminal.state.admin_login().password in output
    customer = terminal.visitor.registered()
    order_id = confirmed_order(customer)

    assert f"http://localhost:{terminal.port}" in said(terminal.dev("status"))
    lines = said(terminal.dev("logs", "order-create")).splitlines()
    assert any(json.loads(line.split(maxsplit=1)[1])["userId"] == customer.user["userId"] for line in lines)
    assert terminal.running.front_door_url in refused(terminal.up())

    processes = [process.pid for process in tree(terminal.running.pid)]
    assert len(processes) > 1
    assert "Stopped" in said(terminal.dev("down"))
    assert [process for pid in processes for process in tree(pid) if "<defunct>" not in process.command] == []
    for command in ("status", "down", "logs"):
        assert "./dev up" in refused(terminal.dev(command))

    said(terminal.up())
    assert orders(terminal, customer) == [order_id]
    assert terminal.admin().get(f"/orders/{order_id}").ok()["status"] == "processing"
    confirmed_order(terminal.visitor.signed_in(customer.user["email"], PASSWORD))

    said(terminal.dev("down"))
    said(terminal.up("--fresh"))
    gone = terminal.visitor.post("/auth/login", {"email": customer.user["email"], "password": PASSWORD})
    assert gone.error == (401, "InvalidCredentials")
    assert terminal.admin().get("/orders/" + order_id).error == (404, "OrderNotFound")


def test_killed_shop_comes_back_with_all_but_the_last_seconds(terminal: Terminal) -> None:
    said(terminal.up())
    customer = terminal.visitor.registered()
    order_id = confirmed_order(customer)
    wait_until_saved(terminal, customer)
    customer.order({"tide-mug": 1}).ok()

    os.kill(terminal.running.pid, signal.SIGKILL)
    until(terminal.state.is_running, lambda runs: not runs)

    said(terminal.up())
    assert orders(terminal, customer)[-1] == order_id
    admin = terminal.admin()
    stock = admin.get("/products/tide-mug/stock").ok()
    confirmed_order(terminal.visitor.signed_in(customer.user["email"], PASSWORD))
    found = until(lambda: admin.get("/products/tide-mug/stock").ok(), lambda counts: counts["reserved"] == 0)
    assert found["available"] + found["sold"] == stock["onHand"] + stock["sold"]
    assert found["sold"] > stock["sold"]


def test_orders_that_stood_still_at_a_crash_are_resumed_by_the_next_start(terminal: Terminal) -> None:
    said(terminal.up())
    customer = terminal.visitor.registered()
    bus = boto3.Session("test", "test").client("events", endpoint_url=terminal.running.endpoint_url, region_name=REGION)
    rule = {"Name": "tradewind-local-order-checkout", "EventBusName": "tradewind-local"}
    bus.disable_rule(**rule)
    order_id = customer.order({"tide-mug": 1}).ok()["orderId"]
    until(lambda: "empty_cart" in terminal.dev("logs", "cart-emptier").stdout, bool)
    bus.enable_rule(**rule)
    wait_until_saved(terminal, customer)
    assert customer.get(f"/orders/{order_id}").ok()["status"] == "pending"

    os.kill(terminal.running.pid, signal.SIGKILL)
    until(terminal.state.is_running, lambda runs: not runs)

    assert "Resuming" in said(terminal.up())
    again = terminal.visitor.signed_in(customer.user["email"], PASSWORD)
    assert again.settled(order_id)["status"] == "processing"


def wait_until_saved(terminal: Terminal, customer: Visitor) -> None:
    """The first snapshot that ends from now on may have been begun before; the second holds everything."""
    for _ in range(2):
        moment = time.time()
        customer.put("/users/profile", {"firstName": "Ada", "lastName": "King"}).ok()
        until(partial(saved_at, terminal), moment.__lt__)


def saved_at(terminal: Terminal) -> float:
    snapshot = terminal.state.path / "state.zip"
    return snapshot.stat().st_mtime if snapshot.exists() else 0.0


def test_taken_port_is_one_clear_line_and_starts_nothing(terminal: Terminal) -> None:
    with listen(terminal.port):
        line = refused(terminal.up())
    assert str(terminal.port) in line
    assert "--port" in line
    assert not terminal.state.is_running()
