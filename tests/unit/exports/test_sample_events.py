"""The sample events are current, one for each function, and shaped as what their triggers send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import RULES
from tradewind_tools.blueprint.model import Function, QueueSource, Route
from tradewind_tools.exports import sample_events
from tradewind_tools.exports.examples import ADMIN_ID, CUSTOMER_ID

EVENTS = sample_events.sample_events()
STALE = "is stale: run ./dev export docs"


@pytest.mark.parametrize("name", EVENTS)
def test_committed_event_is_current(name: str) -> None:
    committed = sample_events.FOLDER / f"{name}.json"
    assert committed.exists(), f"tests/events/{name}.json {STALE}"
    assert json.loads(committed.read_text(encoding="utf-8")) == EVENTS[name], f"tests/events/{name}.json {STALE}"


def test_every_function_has_an_event_and_nothing_else_has() -> None:
    assert list(EVENTS) == [function.name for function in FUNCTIONS]
    assert {path.stem for path in sample_events.FOLDER.iterdir()} == set(EVENTS)


def test_events_are_written_and_those_of_no_function_removed(tmp_path: Path) -> None:
    (tmp_path / "of-a-function-that-is-gone.json").touch()
    written = sample_events.write(tmp_path)
    assert {path.stem for path in written} == set(EVENTS)
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert json.loads((tmp_path / "status.json").read_text(encoding="utf-8")) == EVENTS["status"]


def claims(name: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = EVENTS[name]["requestContext"].get("authorizer")
    return found


def test_caller_has_the_role_that_the_operation_needs() -> None:
    assert claims("product-get") is None
    assert claims("cart-get") == {"principalId": CUSTOMER_ID, "userId": CUSTOMER_ID, "role": "customer"}
    assert claims("stock-get") == {"principalId": ADMIN_ID, "userId": ADMIN_ID, "role": "admin"}


@pytest.mark.parametrize(
    "function", [each for each in FUNCTIONS if isinstance(each.trigger, Route)], ids=lambda f: f.name
)
def test_request_has_the_path_that_its_parameters_make(function: Function) -> None:
    assert isinstance(function.trigger, Route)
    event = EVENTS[function.name]
    parameters = event["pathParameters"] or {}
    assert set(parameters) == set(function.trigger.parameters)
    assert event["path"] == function.trigger.path.format(**parameters)
    assert event["httpMethod"] == function.trigger.method


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_message_is_one_that_a_rule_sends_to_the_queue(rule: Any) -> None:  # noqa: ANN401 - a rule
    [name] = [each.name for each in FUNCTIONS if queue_of(each) == rule.queue]
    detail = json.loads(EVENTS[name]["Records"][0]["body"])["detail"]
    rules = [each for each in RULES if each.queue == rule.queue]
    assert any(detail["type"] in each.events and dict(each.data).items() <= detail["data"].items() for each in rules)


def queue_of(function: Function) -> str:
    return function.trigger.queue if isinstance(function.trigger, QueueSource) else ""
