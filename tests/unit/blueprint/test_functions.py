from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest

from tradewind.edge.consumer import Job, QueueConsumer, Step
from tradewind.edge.http import Empty, Endpoint
from tradewind.kernel.caller import Role
from tradewind_tools.blueprint.errors import HandlerMissing, NotAnEndpoint
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import contract_of, endpoint_of, resolve
from tradewind_tools.blueprint.messaging import CHECKOUT, FAILURE_QUEUES, FEEDBACK_QUEUE, QUEUES, RULES
from tradewind_tools.blueprint.model import Function, QueueSource, Route, Schedule, StateMachineStep, StreamSource, http
from tradewind_tools.blueprint.saga import STEPS
from tradewind_tools.exports import schemas

KINDS = {Route: Endpoint, QueueSource: QueueConsumer, StateMachineStep: Step, Schedule: Job}


def test_names_and_routes_are_unique() -> None:
    names = Counter(function.name for function in FUNCTIONS)
    routes = Counter(str(function.trigger) for function in FUNCTIONS if isinstance(function.trigger, Route))
    assert max(names.values()) == max(routes.values()) == 1


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_handler_is_of_the_kind_that_the_trigger_needs(function: Function) -> None:
    handler = resolve(function)
    assert callable(handler)
    assert isinstance(handler, KINDS.get(type(function.trigger), object))


def test_public_operations_are_exactly_these() -> None:
    """What anybody on the internet may call, as one list: an addition is a decision."""
    public = {each.name for each in FUNCTIONS if isinstance(each.trigger, Route) and _role(each) is Role.PUBLIC}
    signing_in = {"auth-register", "auth-login", "auth-login-second-factor", "auth-refresh", "auth-guest"}
    by_mail = {
        "auth-verify-email",
        "auth-resend-verification",
        "auth-forgot-password",
        "auth-reset-password",
        "auth-confirm-email",
        "auth-undo-email-change",
        "unsubscribe-page",
        "unsubscribe",
        "export-download",
    }
    signed = {"payment-webhook"}
    assert public == signing_in | by_mail | signed | {
        "product-list",
        "product-get",
        "product-list-category",
        "status",
        "openapi",
        "events-track",
    }


def test_every_step_of_the_saga_is_a_function() -> None:
    steps = {function.name for function in FUNCTIONS if function.trigger == StateMachineStep(CHECKOUT)}
    assert steps == {step.function for step in STEPS}


def test_timeout_of_a_saga_step_is_not_shorter_than_its_functions() -> None:
    timeouts = {function.name: function.timeout_seconds for function in FUNCTIONS}
    assert all(step.timeout_seconds >= timeouts[step.function] for step in STEPS)


def test_every_queue_is_fed_and_consumed() -> None:
    consumed = {function.trigger.queue for function in FUNCTIONS if isinstance(function.trigger, QueueSource)}
    by_rules = {rule.queue for rule in RULES}
    by_streams = {each.trigger.failures for each in FUNCTIONS if isinstance(each.trigger, StreamSource)}
    assert consumed == by_rules | by_streams | {FEEDBACK_QUEUE} == {queue.name for queue in QUEUES}


def test_every_queue_that_is_named_exists() -> None:
    known = {queue.name for queue in QUEUES} | {letters.name for letters in FAILURE_QUEUES}
    failures = {each.trigger.failures for each in FUNCTIONS if isinstance(each.trigger, StreamSource)}
    assert failures <= known


@pytest.mark.parametrize("handler", ["tradewind.nowhere.handlers.nothing", "tradewind.catalog.handlers.nothing"])
def test_missing_handler_is_named_in_the_error(handler: str) -> None:
    with pytest.raises(HandlerMissing, match=f"'lost' names the handler {handler}"):
        resolve(http("lost", "GET /lost", handler))


def test_handler_of_a_route_that_is_no_endpoint_is_refused() -> None:
    with pytest.raises(NotAnEndpoint, match="not made by @endpoint"):
        endpoint_of(http("wrong", "GET /wrong", "tradewind.kernel.clock.ulid"))


def _role(function: Function) -> Role:
    return contract_of(function).role


def messages_of(kind: Any) -> Iterator[type[msgspec.Struct]]:  # noqa: ANN401 - any annotation
    """A request's type, and the types of its fields."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        for field in msgspec.structs.fields(kind):
            yield from messages_of(field.type)
    else:
        for part in get_args(kind):
            yield from messages_of(part)


@pytest.mark.parametrize("function", [each for each in FUNCTIONS if isinstance(each.trigger, Route)], ids=str)
def test_unknown_field_of_a_request_is_refused(function: Function) -> None:
    contract = contract_of(function)
    lenient = [
        message.__name__
        for message in (*messages_of(contract.body), *messages_of(contract.params))
        if not message.__struct_config__.forbid_unknown_fields
    ]
    assert lenient == []


GIVEN_OUT = {"refreshToken", "token", "cursor"}
"""What the shop gave out: what comes back changed is refused in words of its own, whatever it has become."""
ANY_TEXT = GIVEN_OUT | {"password", "currentPassword", "newPassword", "Login.email"}
"""Secrets may hold anything, and whatever is no address has no account."""


def texts_in(schema: schemas.Schema, name: str) -> Iterator[tuple[str, schemas.Schema]]:
    """The schemas of text within a schema, with the names of their fields; not those of dates and fixed words."""
    if schema.get("type") == "string" and not schema.keys() & {"enum", "format"}:
        yield name, schema
    for field, inner in schema.get("properties", {}).items():
        yield from texts_in(inner, f"{schema['title']}.{field}")
    parts = [schema.get("items"), schema.get("additionalProperties"), schema.get("propertyNames")]
    for part in (*parts, *schema.get("anyOf", [])):
        if isinstance(part, dict):
            yield from texts_in(part, name)


@pytest.mark.parametrize("function", [each for each in FUNCTIONS if isinstance(each.trigger, Route)], ids=str)
def test_every_text_of_a_request_says_what_it_is(function: Function) -> None:
    """How long it may be, what it means and, unless it may be any text, the pattern that it keeps to."""
    contract = contract_of(function)
    kinds = [kind for kind in (contract.body, contract.params) if kind is not Empty]
    texts = [text for kind in kinds for text in texts_in(schemas.inline_schema(kind), kind.__name__)]
    for name, schema in texts:
        assert schema.keys() >= {"maxLength", "description"}, name
        assert "pattern" in schema or {name, name.rpartition(".")[2]} & ANY_TEXT, name
