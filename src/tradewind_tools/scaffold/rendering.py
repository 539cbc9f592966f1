"""The modules of an operation, from templates: each whole, as if the operation were its service's only one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tradewind.kernel.caller import Role
from tradewind_tools.scaffold.operation import Kind, Operation, camel

TEMPLATES: Final = Path(__file__).with_name("templates")

_MODULES: Final = {
    Kind.CREATE: ("model", "messages", "reads", "writes", "handlers"),
    Kind.LIST: ("model", "messages", "reads", "handlers"),
    Kind.GET: ("model", "messages", "errors", "reads", "handlers"),
    Kind.UPDATE: ("model", "messages", "errors", "reads", "writes", "handlers"),
    Kind.DELETE: ("messages", "reads", "writes", "handlers"),
}
_STATUSES: Final = {Kind.CREATE: 201, Kind.DELETE: 204}
_EVENTS: Final = {
    Role.PUBLIC: "public_event",
    Role.CUSTOMER: "customer_event",
    Role.STAFF: "admin_event",
    Role.ADMIN: "admin_event",
}
_CALLS: Final = {
    Role.PUBLIC: "call_as_visitor",
    Role.CUSTOMER: "call_as_customer",
    Role.STAFF: "call_as_admin",
    Role.ADMIN: "call_as_admin",
}
_EXAMPLES: Final = {
    "productId": "tide-mug",
    "orderId": "01KAJ0XAMPRDER000000000001",
    "userId": "01KAJ0XAMPCSTMR00000000001",
}


def render(operation: Operation) -> Iterator[tuple[str, str]]:
    """The path of each module and its text, from the project's root."""
    names = _names(operation)
    source, tests = f"src/tradewind/{operation.service}", f"tests/unit/{operation.service}"
    if operation.params_class or operation.kind in {Kind.CREATE, Kind.UPDATE}:
        modules = _MODULES[operation.kind]
    else:
        modules = tuple(name for name in _MODULES[operation.kind] if name != "messages")
    for name in ("__init__", *modules):
        yield f"{source}/{name}.py", _render(name, names)
    for name in ("test_handlers", "day"):
        yield f"{tests}/{name}.py", _render(name, names)


def blueprint_line(operation: Operation) -> str:
    """The function in the blueprint, with what it may do."""
    partition = "USER" if operation.is_callers else f'"{operation.partition}#*"'
    grants = {
        Kind.CREATE: f"puts({partition})",
        Kind.LIST: f"queries({partition}), CURSOR",
        Kind.GET: f"gets({partition})",
        Kind.UPDATE: f"updates({partition})",
        Kind.DELETE: f"deletes({partition})",
    }
    is_audited = operation.role in {Role.STAFF, Role.ADMIN} and operation.kind not in {Kind.LIST, Kind.GET}
    may = grants[operation.kind] + (", RECORDS_ACTS" if is_audited else "")
    return f'    http("{operation.function}", "{operation.route}", "{operation.handler}", {may}),\n'


def _render(name: str, names: dict[str, Any]) -> str:
    return _environment().get_template(f"{name}.py.jinja").render(names)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Python is no HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _names(operation: Operation) -> dict[str, Any]:
    """What the templates speak of; what ends in an underscore is followed by a comma where it is anything."""
    owner = operation.owner
    owners = {
        "owner_parameter": f"{owner}: str" if owner else "",
        "owner_argument": owner,
        "owner_value": _owner_value(operation),
        "test_owner": _test_owner(operation, "CUSTOMER_ID"),
        "day_owner": _test_owner(operation, "day.customer"),
    }
    return {
        "o": operation,
        "kind": operation.kind.value,
        "camel": camel,
        "status": _STATUSES.get(operation.kind, 200),
        "errors": _errors(operation),
        "event": _EVENTS[operation.role],
        "call": _CALLS[operation.role],
        "path": lambda identity="": _path(operation, identity),
        "path_": lambda identity="": f", {_path(operation, identity)}" if operation.parameters else "",
        **owners,
        **{f"{name}_": f"{value}, " if value else "" for name, value in owners.items()},
    }


def _errors(operation: Operation) -> str:
    match operation.kind:
        case Kind.LIST:
            return "InvalidCursor"
        case Kind.GET:
            return f"{operation.thing_class}NotFound"
        case Kind.UPDATE:
            return f"{operation.thing_class}NotFound, TableBusy"
    return "TableBusy"


def _owner_value(operation: Operation) -> str:
    if operation.owners:
        return f"request.params.{operation.owner}"
    return "request.caller.user_id" if operation.owner else ""


def _test_owner(operation: Operation, caller: str) -> str:
    if operation.owners:
        return json.dumps(_example(operation.owners[0].outside))
    return caller if operation.owner else ""


def _path(operation: Operation, identity: str) -> str:
    """The keyword argument of a request's path parameters."""
    values = {each.outside: _example(each.outside) for each in operation.owners}
    if operation.identity:
        values[operation.identity.outside] = identity
    return f"path={json.dumps(values)}"


def _example(parameter: str) -> str:
    return _EXAMPLES.get(parameter, "first")
