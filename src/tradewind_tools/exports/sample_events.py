"""An event for each function, as its trigger sends it: `./dev invoke` begins with them, and so may a test.

They are made from the schemas of what the handlers take. The ids in them are those of the examples; who invokes a
function with one of them puts ids of what there is in their places.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from tradewind.aws.events import record_event
from tradewind.edge.consumer import Step
from tradewind.edge.http import Empty
from tradewind.kernel.caller import Role
from tradewind.kernel.events import Event
from tradewind.notifications.feedback import Bounce, MailEvent, Recipient, SentMail
from tradewind.outbox.aliases import with_aliases
from tradewind.outbox.stream_recovery import StreamFailure
from tradewind.payments.fake import FakeWebhookEvent
from tradewind.rotation.handlers import Turn
from tradewind_tools.blueprint import messaging
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import contract_of, resolve
from tradewind_tools.blueprint.messaging import RULES, Rule
from tradewind_tools.blueprint.model import (
    Authorizer,
    Function,
    QueueSource,
    Rotation,
    Route,
    Schedule,
    StateMachineStep,
    StreamSource,
)
from tradewind_tools.exports import schemas
from tradewind_tools.exports.event_types import event_types
from tradewind_tools.exports.examples import ADMIN_ID, CUSTOMER_ID, MOMENT, ORDER_ID, example
from tradewind_tools.memory.stream_images import encode_item
from tradewind_tools.places import PROJECT

SampleEvent: TypeAlias = dict[str, Any]

FOLDER: Final = PROJECT / "tests" / "events"
ACCESS_TOKEN: Final = "an-access-token"  # noqa: S105 - what stands where a token belongs
NEW_EMAIL: Final = "grace@example.com"

_REQUEST_ID = "6f1d3a52-0b7e-4c7d-9a55-3f2f6f1c9e10"
_BODIES: Final[Mapping[str, type[Any]]] = {"payment-webhook": FakeWebhookEvent}
"""Bodies that a handler reads by itself, as the sender signed them."""

_BOUNCE: Final = MailEvent(
    event_type="Bounce",
    mail=SentMail("01000157c44f053b-61b59c11-9236-11e6-8f96-7be8aexample-000000", [NEW_EMAIL]),
    bounce=Bounce("Permanent", MOMENT, [Recipient(NEW_EMAIL)]),
)
"""Of nobody's address: whoever tries it does not lose the demo customer's mail."""

_FIELDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "auth-register": {"email": NEW_EMAIL},
    "email-change": {"email": NEW_EMAIL},
    "stock-set": {"onHand": 20, "reason": "Counted"},
}
"""Fields of a body for which the usual example would be refused."""

_CLAIMED: Final = {
    Role.GUEST: (CUSTOMER_ID, Role.CUSTOMER),
    Role.CUSTOMER: (CUSTOMER_ID, Role.CUSTOMER),
    Role.STAFF: (ADMIN_ID, Role.ADMIN),
    Role.ADMIN: (ADMIN_ID, Role.ADMIN),
}
"""Who calls the operations of a role."""


def sample_events(functions: Sequence[Function] = FUNCTIONS) -> dict[str, SampleEvent]:
    """A sample event for each function, by its name. Raises HandlerMissing, NotAnEndpoint."""
    return {function.name: sample_event(function) for function in functions}


def sample_event(function: Function) -> SampleEvent:
    """The event that makes a function run. Raises HandlerMissing, NotAnEndpoint."""
    match function.trigger:
        case Route() as route:
            return _request(function, route)
        case Authorizer():
            method_arn = "arn:aws:execute-api:us-east-1:000000000000:api/v1/GET/cart"
            return {"type": "TOKEN", "methodArn": method_arn, "authorizationToken": f"Bearer {ACCESS_TOKEN}"}
        case StreamSource():
            return {"Records": [_stream_record(_event_of(RULES[0]))]}
        case QueueSource(queue=queue):
            return {"Records": [_message(queue)]}
        case StateMachineStep():
            return _step_input(function)
        case Schedule(expression=expression):
            return _schedule_event(expression)
        case Rotation():
            return {**_example(Turn), "SecretId": "tradewind/local/jwt-key"}


def write(folder: Path = FOLDER) -> list[Path]:
    """Write an event for each function, and remove those of functions that are gone; the paths that were written."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / f"{name}.json": _text(event) for name, event in sample_events().items()}
    for path in set(folder.glob("*.json")) - files.keys():
        path.unlink()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return list(files)


def _text(event: SampleEvent) -> str:
    return json.dumps(event, indent=2, ensure_ascii=False) + "\n"


def _example(kind: type[Any]) -> Any:  # noqa: ANN401 - JSON
    (schema,), definitions = schemas.components([kind])
    return example(schema, definitions)


def _request(function: Function, route: Route) -> SampleEvent:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html"""
    contract = contract_of(function)
    params = _example(contract.params) if contract.params is not Empty else {}
    in_path = {name: params[name] for name in route.parameters}
    in_query = {name: str(value) for name, value in params.items() if name not in in_path}
    body = _body(function.name, contract.body)
    context: dict[str, Any] = {
        "requestId": _REQUEST_ID,
        "resourcePath": route.path,
        "httpMethod": route.method,
        "stage": "v1",
        "identity": {"sourceIp": "203.0.113.7"},
    }
    if claimed := _CLAIMED.get(contract.role):
        user_id, role = claimed
        context["authorizer"] = {"principalId": user_id, "userId": user_id, "role": role.value}
    return {
        "resource": route.path,
        "path": route.path.format(**in_path),
        "httpMethod": route.method,
        "headers": {"Accept": "application/json", **({} if body is None else {"Content-Type": "application/json"})},
        "queryStringParameters": in_query or None,
        "pathParameters": in_path or None,
        "requestContext": context,
        "body": None if body is None else json.dumps(body, ensure_ascii=False),
        "isBase64Encoded": False,
    }


def _body(name: str, kind: type[Any]) -> Any:  # noqa: ANN401 - JSON
    taken = _BODIES.get(name, kind)
    return None if taken is Empty else {**_example(taken), **_FIELDS.get(name, {})}


def _message(queue: str) -> dict[str, str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"""
    return {"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps(_message_body(queue), ensure_ascii=False)}


def _message_body(queue: str) -> Any:  # noqa: ANN401 - JSON
    match queue:
        case messaging.STREAM_QUEUE:
            return _example(StreamFailure)
        case messaging.FEEDBACK_QUEUE:
            return msgspec.to_builtins(_BOUNCE)
        case _:
            return {"detail": msgspec.to_builtins(_event_for(queue))}


def _event_for(queue: str) -> Event:
    """The first event that a rule sends to the queue."""
    return _event_of(next(rule for rule in RULES if rule.queue == queue))


def _event_of(rule: Rule) -> Event:
    """The first event that the rule takes, under its own name or another."""
    wanted = rule.events[0]
    events = (event for kind in event_types() for event in with_aliases([_event(kind.__name__, _example(kind))]))
    event = next(event for event in events if event.type == wanted)
    return msgspec.structs.replace(event, data={**event.data, **dict(rule.data)})


def _event(name: str, data: dict[str, Any]) -> Event:
    return Event(
        event_id="01KAJ0XAMPEVENT00000000001",
        type=name,
        version=1,
        occurred_at=MOMENT,
        aggregate_id=ORDER_ID if "userId" not in data else CUSTOMER_ID,
        sequence=1,
        correlation_id=_REQUEST_ID,
        data=data,
    )


def _stream_record(event: Event) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html"""
    image = encode_item(record_event(event, f"ORDER#{event.aggregate_id}").item)
    keys = {name: image[name] for name in ("PK", "SK")}
    return {
        "eventID": "1",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": keys, "NewImage": image},
    }


def _step_input(function: Function) -> SampleEvent:
    handler = resolve(function)
    assert isinstance(handler, Step)  # noqa: S101 - the blueprint's tests see to it
    return {**_example(handler.takes), "correlationId": _REQUEST_ID}


def _schedule_event(expression: str) -> SampleEvent:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html"""
    return {
        "version": "0",
        "id": _REQUEST_ID,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": MOMENT.isoformat(),
        "region": "us-east-1",
        "resources": [expression],
        "detail": {},
    }
