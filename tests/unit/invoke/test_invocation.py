"""Every function is invoked once with its sample event, and each kind of outcome is told for what it is."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

import pytest
from rich.console import Console

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Function
from tradewind_tools.exports.examples import ADMIN_ID, CUSTOMER_ID, EMAIL, ORDER_ID
from tradewind_tools.exports.sample_events import sample_event
from tradewind_tools.invoke.functions import find_entry_point, find_function
from tradewind_tools.invoke.invocation import Context, Outcome, invoke
from tradewind_tools.invoke.memory_site import open_memory_site, table_of
from tradewind_tools.invoke.report import Report
from tradewind_tools.invoke.site import Site
from tradewind_tools.memory.ports import MemoryBus, MemoryMailer, MemorySmsSender
from tradewind_tools.memory.table import MemoryTable

INVALID = {
    "auth-verify-email",
    "auth-reset-password",
    "auth-confirm-email",
    "auth-undo-email-change",
    "unsubscribe",
    "unsubscribe-page",
    "export-download",
}
"""Operations whose samples are not valid: nobody can make up a link that was signed."""

OUT_OF_TURN = {"checkout-refund-payment": "the order in the shop was not cancelled"}


@pytest.fixture(scope="module")
def opened() -> Site:
    return open_memory_site()


@pytest.fixture
def site(opened: Site) -> Site:
    """The shop as it was opened."""
    fresh = copy(opened)
    fresh.shop = copy(opened.shop)
    fresh.shop.table = table = MemoryTable()
    for change in table_of(opened).stream:
        table.apply(change)
    fresh.shop.bus, fresh.shop.mailer, fresh.shop.sms = MemoryBus(), MemoryMailer(), MemorySmsSender()
    return fresh


@contextmanager
def kept_handler(name: str) -> Iterator[None]:
    """Debugging replaces what the entry point runs."""
    entry_point = find_entry_point(name)
    kept = getattr(entry_point, "handle", None)
    yield
    if kept:
        entry_point.handle = kept  # type: ignore[attr-defined]


def invoked(name: str, site: Site, event: dict[str, Any] | None = None) -> Outcome:
    function = find_function(name)
    return invoke(function, site.localize(event or sample_event(function)), site)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_function_runs_with_its_sample_event(site: Site, function: Function) -> None:
    outcome = invoked(function.name, site)
    if function.name in OUT_OF_TURN:
        assert outcome.error
        return
    assert outcome.error is None
    status = outcome.answer.get("statusCode", 200) if isinstance(outcome.answer, dict) else 200
    assert status not in {400, 422} or function.name in INVALID, outcome.answer
    assert outcome.is_fault == (status >= 500) == (function.name == "openapi"), "a source tree has no openapi.json"
    assert json.loads(outcome.printed.splitlines()[-1])["level"] in {"INFO", "WARN"}


def test_samples_are_about_what_there_is(site: Site) -> None:
    event = site.localize({"customer": CUSTOMER_ID, "admin": ADMIN_ID, "about": f"order {ORDER_ID}", "email": EMAIL})
    items = table_of(site).all_items()
    users = {item["userId"] for item in items if item["SK"] == "PROFILE"}
    assert {event["customer"], event["admin"]} == users
    assert event["about"].removeprefix("order ") in {item.get("orderId") for item in items}
    assert event["email"] == EMAIL


def test_name_that_nobody_has_stays(site: Site) -> None:
    site.names = {**site.names, "the newest invoice": lambda: None}
    assert site.localize({"about": "the newest invoice"}) == {"about": "the newest invoice"}


def test_function_of_the_local_cloud_is_found_by_its_whole_name() -> None:
    assert find_function("tradewind-local-order-create") is find_function("order-create")


def test_context_counts_down_from_the_time_limit() -> None:
    context = Context(find_function("order-create"))
    assert 9_000 < context.get_remaining_time_in_millis() <= 10_000
    assert context.function_name == "tradewind-local-order-create"


def broken(*_: object) -> None:
    raise ZeroDivisionError("broken")


def test_exception_is_a_fault(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_entry_point("checkout-validate-order"), "handle", broken)
    outcome = invoked("checkout-validate-order", site)
    assert isinstance(outcome.error, ZeroDivisionError)
    assert outcome.is_fault


def test_message_that_must_come_again_is_a_fault(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_entry_point("email-sender"), "handle", broken)
    outcome = invoked("email-sender", site)
    assert outcome.answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert outcome.is_fault


def reported(name: str, site: Site) -> list[str]:
    output = io.StringIO()
    report, function = Report(site, Console(file=output, highlight=False, soft_wrap=True)), find_function(name)
    report.begin(function)
    report.end(invoked(name, site), function)
    return output.getvalue().splitlines()


def test_report_has_the_answer_on_standard_output_and_all_else_beside_it(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = reported("cart-add-item", site)
    assert lines[0] == "cart-add-item (POST /cart/items) in a shop in memory"
    assert "add_item 201  POST /cart/items" in lines[1]
    assert [line.split()[0] for line in lines[2:]] == ["modify", "insert", "HTTP"]
    assert json.loads(capsys.readouterr().out)["quantity"] == 4


def test_report_tells_what_went_out(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"mail        to {EMAIL}: Welcome to Tradewind" in reported("email-sender", site)
    assert "on the bus  OrderPlaced" in reported("stream-processor", site)
    assert capsys.readouterr().out.splitlines()[-1] == "null"


def test_report_tells_a_fault_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_entry_point("checkout-validate-order"), "handle", broken)
    lines = reported("checkout-validate-order", site)
    assert sum("in broken" in line for line in lines) == 1
    assert lines[-1] == "It raised ZeroDivisionError: broken"


def test_report_tells_the_stack_of_a_fault_that_was_not_logged(site: Site) -> None:
    output = io.StringIO()
    report, function = Report(site, Console(file=output, soft_wrap=True)), find_function("checkout-validate-order")
    report.end(invoke(function, {"orderId": 5}, site), function)
    assert "validate_order" in output.getvalue()
    assert "orderId" in output.getvalue()


@pytest.mark.parametrize(
    ("name", "place"), [("order-get", "get_order()"), ("stream-processor", "forward_events()")], ids=str
)
def test_debugger_stops_at_the_handler(
    opened: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, place: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("continue\n"))
    function = find_function(name)
    with kept_handler(name):
        outcome = invoke(function, opened.localize(sample_event(function)), opened, debug=True)
    assert outcome.error is None
    stopped = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("> "))
    assert stopped.endswith(place)


def test_quitting_the_debugger_ends_the_command(opened: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("quit\n"))
    function = find_function("order-get")
    with kept_handler("order-get"), pytest.raises(SystemExit) as end:
        invoke(function, opened.localize(sample_event(function)), opened, debug=True)
    assert end.value.code == 1
