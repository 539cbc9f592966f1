"""The diagrams of docs/architecture.md, each drawn from the tables that the code itself uses."""

from __future__ import annotations

import ast
import pkgutil
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeGuard, TypeVar

import tradewind
from tradewind.kernel.states import StateTable
from tradewind_tools.blueprint import saga
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import (
    CHECKOUT,
    CHECKOUT_QUEUE,
    FAILURE_QUEUES,
    FEEDBACK_QUEUE,
    MAIL_EVENTS,
    QUEUES,
    RULES,
    Rule,
)
from tradewind_tools.blueprint.model import (
    Authorizer,
    Function,
    QueueSource,
    Rotation,
    Route,
    Schedule,
    StateMachineStep,
    StreamSource,
    Trigger,
)
from tradewind_tools.blueprint.permissions import BusGrant, Grant, MailGrant, StateMachineGrant, TableGrant, TextGrant
from tradewind_tools.exports.mermaid import Arrow, Node, Shape, flowchart, merge_arrows, state_diagram

T = TypeVar("T")

AslState: TypeAlias = Mapping[str, Any]

SHARED: Final = {"aws", "edge", "kernel"}
"""Packages of the runtime that are no service."""

_NAMED_AT_MOST: Final = 2
"""Longer labels run into each other; the table of rules names every event."""

_RUNTIME = Path(tradewind.__path__[0])
_CLIENT, _API, _OPERATIONS, _TABLE, _BUS, _MAIL = "client", "api", "operations", "table", "bus", "mail"
_SMS, _SECRETS = "sms", "secrets"
_WRITES = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}


def flow() -> str:
    """From a request to the last consumer of the event that it recorded."""
    parts = (
        _request_arrows,
        _stream_arrows,
        _rule_arrows,
        _queue_arrows,
        _mail_arrows,
        _job_arrows,
        _rotation_arrows,
        _saga_arrows,
    )
    arrows = merge_arrows(arrow for part in parts for arrow in part())
    ends = {name for arrow in arrows for name in (arrow.source, arrow.target)}
    places = [node for node in _places() if node.name in ends]
    functions = [_function_node(each) for each in FUNCTIONS if not isinstance(each.trigger, Route | StateMachineStep)]
    return flowchart("TD", [*places, *functions], arrows)


def saga_steps() -> str:
    """The checkout saga: where each outcome of a step leads; dotted, the compensation of each step.

    Not drawn: a step that fails for good fails the run.
    """
    machine = saga.definition_by_name()
    states = {name: state for name, state in machine["States"].items() if state["Type"] in {"Task", "Succeed"}}
    begin = [Arrow(event, machine["StartAt"]) for event in _start_events()]
    exits = [arrow for name, state in states.items() for arrow in _exits(name, state, machine["States"])]
    undoing = [
        Arrow(step.name, step.compensation, "undone by", is_dotted=True) for step in saga.STEPS if step.compensation
    ]
    events = [Node(event, Shape.HEXAGON) for event in _start_events()]
    nodes = [*events, *(_saga_node(name, state) for name, state in states.items())]
    return flowchart("TD", nodes, merge_arrows([*begin, *exits, *undoing]))


def states(table: StateTable[Any]) -> str:
    """The states of a table: the first, the transitions, the final ones."""
    moves = [(state, following) for state, all_of in table.transitions.items() for following in all_of]
    return state_diagram(table.first, moves, filter(table.is_final, table.transitions))


def state_tables() -> list[StateTable[Any]]:
    """Every state table of the runtime, each once."""
    modules = [import_module(module.name) for module in pkgutil.walk_packages(tradewind.__path__, "tradewind.")]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, StateTable)]
    return list({id(table): table for table in found}.values())


def service_imports() -> str:
    """Which service uses which: an arrow leads to the one whose public module is imported."""
    services = sorted(_services())
    arrows = [Arrow(service, other) for service in services for other in sorted(_services_used_by(service))]
    return flowchart("TD", [Node(service) for service in services], arrows)


def _places() -> list[Node]:
    """Everything between the functions, whether or not it is used."""
    return [
        Node(_CLIENT, Shape.STADIUM),
        Node(_API, label="API Gateway"),
        Node(_OPERATIONS, label=_operations()),
        Node(_TABLE, Shape.CYLINDER, "one table<br>DynamoDB"),
        Node(_BUS, Shape.HEXAGON, "bus<br>EventBridge"),
        Node(CHECKOUT, Shape.ROUND, f"{CHECKOUT}<br>{_count(StateMachineStep)} steps"),
        Node(_MAIL, Shape.STADIUM, "SES"),
        Node(_SMS, Shape.STADIUM, "SNS"),
        Node(_SECRETS, Shape.CYLINDER, "Secrets Manager"),
        *(Node(queue.name, Shape.QUEUE) for queue in (*QUEUES, *FAILURE_QUEUES)),
        *(Node(when, Shape.STADIUM) for when in dict.fromkeys(str(trigger) for _, trigger in _with_trigger(Schedule))),
    ]


def _function_node(function: Function) -> Node:
    is_writing = _TABLE in map(_target, function.grants)
    return Node(function.name, label=f"{function.name}<br>writes to the table" if is_writing else function.name)


def _operations() -> str:
    services = Counter(function.service for function, _ in _with_trigger(Route))
    return "<br>".join(["a function per operation:", *(f"{service} {count}" for service, count in services.items())])


def _request_arrows() -> Iterator[Arrow]:
    yield Arrow(_CLIENT, _API, "HTTPS")
    yield from (Arrow(_API, function.name, "who?") for function, _ in _with_trigger(Authorizer))
    yield Arrow(_API, _OPERATIONS)
    yield Arrow(_OPERATIONS, _TABLE, "one transaction")


def _stream_arrows() -> Iterator[Arrow]:
    for function, trigger in _with_trigger(StreamSource):
        yield Arrow(_TABLE, function.name, f"stream: {trigger.sort_prefix} items")
        yield Arrow(function.name, trigger.failures, "not forwarded", is_dotted=True)
        yield from _target_arrows(function)


def _rule_arrows() -> Iterator[Arrow]:
    taken: dict[str, list[str]] = {}
    for rule in RULES:
        taken.setdefault(rule.queue, []).extend(_events(rule))
    yield from (Arrow(_BUS, queue, _label(events)) for queue, events in taken.items())


def _label(events: list[str]) -> str:
    return " or<br>".join(events) if len(events) <= _NAMED_AT_MOST else f"{len(events)} events"


def _events(rule: Rule) -> list[str]:
    condition = "".join(f" ({name if value is True else f'{name}: {value}'})" for name, value in rule.data)
    return [event + condition for event in rule.events]


def _queue_arrows() -> Iterator[Arrow]:
    for function, trigger in _with_trigger(QueueSource):
        yield Arrow(trigger.queue, function.name)
        yield from _target_arrows(function)


def _mail_arrows() -> Iterator[Arrow]:
    yield Arrow(_MAIL, FEEDBACK_QUEUE, " or<br>".join(MAIL_EVENTS))


def _job_arrows() -> Iterator[Arrow]:
    for function, trigger in _with_trigger(Schedule):
        yield Arrow(str(trigger), function.name)
        yield from _target_arrows(function)


def _rotation_arrows() -> Iterator[Arrow]:
    for function, trigger in _with_trigger(Rotation):
        yield Arrow(_SECRETS, function.name, f"every {trigger.days} days")
        yield Arrow(function.name, _SECRETS, "a new key")


def _saga_arrows() -> Iterator[Arrow]:
    yield Arrow(CHECKOUT, _TABLE, "transitions")


def _target_arrows(function: Function) -> Iterator[Arrow]:
    """Where a function may send or publish; that it writes to the table is in the label of its node."""
    targets = dict.fromkeys(map(_target, function.grants))
    return (Arrow(function.name, target) for target in targets if target not in {None, _TABLE})


def _target(grant: Grant) -> str | None:
    match grant:
        case TableGrant(action, _, _) if action in _WRITES:
            return _TABLE
        case BusGrant():
            return _BUS
        case MailGrant():
            return _MAIL
        case TextGrant():
            return _SMS
        case StateMachineGrant(machine):
            return machine
        case _:
            return None


def _count(kind: type[Trigger]) -> int:
    return len(list(_with_trigger(kind)))


def _with_trigger(kind: type[T]) -> Iterator[tuple[Function, T]]:
    return ((function, function.trigger) for function in FUNCTIONS if isinstance(function.trigger, kind))


def _start_events() -> list[str]:
    """The events that start the saga, named differently from every state."""
    return [f"event {event}" for rule in RULES if rule.queue == CHECKOUT_QUEUE for event in _events(rule)]


def _saga_node(name: str, state: AslState) -> Node:
    if state["Type"] == "Succeed":
        return Node(name, Shape.STADIUM)
    return Node(name, Shape.BOX)


def _exits(name: str, state: AslState, all_states: Mapping[str, AslState]) -> Iterator[Arrow]:
    """Every way out of a state that an outcome leads to; states that only choose are not drawn."""
    following = state.get("Next", "")
    if all_states.get(following, {}).get("Type") == "Choice":
        choice = all_states[following]
        yield from (Arrow(name, each["Next"], each["StringEquals"]) for each in choice["Choices"])
    elif following:
        yield Arrow(name, following)


def _services() -> dict[str, Path]:
    """The folder of each service of the runtime."""
    folders = (path.parent for path in _RUNTIME.glob("*/__init__.py"))
    return {folder.name: folder for folder in folders if folder.name not in SHARED}


def _services_used_by(service: str) -> set[str]:
    """The other services that its modules import, read from the source."""
    nodes = (node for path in _services()[service].rglob("*.py") for node in ast.walk(ast.parse(path.read_text())))
    names = {node.module.split(".")[1] for node in nodes if isinstance(node, ast.ImportFrom) and _is_ours(node.module)}
    return names & _services().keys() - {service}


def _is_ours(module: str | None) -> TypeGuard[str]:
    return module is not None and module.startswith("tradewind.")
