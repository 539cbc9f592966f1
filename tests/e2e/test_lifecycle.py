"""The command line behind `./dev`, with the whole shop: started, asked, stopped, broken and started again."""

from __future__ import annotations

import json

from tests.e2e.browserless import PASSWORD, Visitor, until
from tests.e2e.terminal import Terminal, refused, said

from tradewind_tools.localcloud.processes import tree
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.localcloud.sockets import listen


def confirmed_order(customer: Visitor) -> str:
    order_id = str(customer.order({"tide-mug": 1}).ok()["orderId"])
    found = customer.wait_until_settled(order_id)
    assert found["status"] == "processing", found
    return order_id


def orders(terminal: Terminal, customer: Visitor) -> list[str]:
    again = terminal.visitor.sign_in(customer.user["email"], PASSWORD)
    return [order["orderId"] for order in again.get("/orders").ok()["items"]]


def test_a_day_of_the_shop(terminal: Terminal) -> None:
    output = said(terminal.up())
    assert f"http://localhost:{terminal.port}" in output
    assert terminal.state.admin_login().password in output
    customer = terminal.visitor.register()
    order_id = confirmed_order(customer)

    assert f"http://localhost:{terminal.port}" in said(terminal.dev("status"))
    assert "No function has 'order-make' in its name" in refused(terminal.dev("logs", "order-make"))
    lines = said(terminal.dev("logs", "order-create", "--json")).splitlines()
    assert any(json.loads(line)["userId"] == customer.user["userId"] for line in lines)
    assert "functions unchanged" in said(terminal.up())
    assert json.loads(said(terminal.dev("invoke", "product-get")))["productId"] == "tide-mug"
    found = json.loads(said(terminal.dev("invoke", "user-list")))["items"]
    assert "robin@tradewind.example" in {each["email"] for each in found}

    processes = [process.pid for process in tree(terminal.running.pid)]
    assert len(processes) > 1
    assert "Stopped" in said(terminal.dev("down"))
    assert [process for pid in processes for process in tree(pid) if "<defunct>" not in process.command] == []
    for command in ("status", "down", "logs"):
        assert "./dev up" in refused(terminal.dev(command))

    said(terminal.up())
    assert orders(terminal, customer) == [order_id]
    assert terminal.admin().get(f"/orders/{order_id}").ok()["status"] == "processing"
    confirmed_order(terminal.visitor.sign_in(customer.user["email"], PASSWORD))

    said(terminal.dev("down"))
    said(terminal.up("--fresh"))
    gone = terminal.visitor.post("/auth/login", {"email": customer.user["email"], "password": PASSWORD})
    assert gone.error == (401, "InvalidCredentials")
    assert terminal.admin().get("/orders/" + order_id).error == (404, "OrderNotFound")


def test_the_whole_way_of_a_request_is_shown_by_its_id(terminal: Terminal) -> None:
    said(terminal.up())
    customer = terminal.visitor.register()
    placed = customer.order({"tide-mug": 1}, "tok_async")
    order_id = placed.ok()["orderId"]
    until(lambda: terminal.dev("pay", "refuse", order_id).returncode, lambda code: code == 0)
    assert customer.wait_until_settled(order_id)["status"] == "cancelled"
    assert "It is too late: the payment of order" in refused(terminal.dev("pay", "refuse", order_id))

    request_id = placed.headers["x-request-id"]
    lines = said(terminal.dev("logs", "--request", request_id)).splitlines()
    functions = [line.split()[3] for line in lines[1:]]
    assert functions[0] == "order-create"
    assert {"stream-processor", "checkout-validate-order", "checkout-process-payment"} <= set(functions)


def test_orders_that_stood_still_at_a_crash_are_resumed_by_the_next_start(terminal: Terminal) -> None:
    said(terminal.up())
    customer = terminal.visitor.register()
    bus = local_session().client("events", endpoint_url=terminal.running.endpoint_url)
    rule = {"Name": "tradewind-local-order-checkout", "EventBusName": "tradewind-local"}
    bus.disable_rule(**rule)
    order_id = customer.order({"tide-mug": 1}).ok()["orderId"]
    until(lambda: "OrderPlaced" in terminal.dev("logs", "stream-processor").stdout, bool)
    bus.enable_rule(**rule)
    terminal.wait_until_saved(customer)
    assert customer.get(f"/orders/{order_id}").ok()["status"] == "pending"

    terminal.kill()

    assert "Resuming" in said(terminal.up())
    again = terminal.visitor.sign_in(customer.user["email"], PASSWORD)
    assert again.wait_until_settled(order_id)["status"] == "processing"


def test_taken_port_is_one_clear_line_and_starts_nothing(terminal: Terminal) -> None:
    with listen(terminal.port):
        line = refused(terminal.up())
    assert str(terminal.port) in line
    assert "--port" in line
    assert not terminal.state.is_running()
