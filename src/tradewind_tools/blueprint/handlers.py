"""From a function of the blueprint to its handler, whose contract says role, messages, status and errors."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, get_type_hints

from tradewind.edge.http import Contract, Endpoint
from tradewind_tools.blueprint.errors import HandlerMissing, NotAnEndpoint
from tradewind_tools.blueprint.model import Function

AnyEndpoint = Endpoint[Any, Any, Any]


def resolve(function: Function) -> Callable[..., Any]:
    """Import the handler. Raises HandlerMissing."""
    module_name, _, name = function.handler.rpartition(".")
    try:
        handler: Callable[..., Any] = getattr(import_module(module_name), name)
    except (ImportError, AttributeError) as reason:
        raise HandlerMissing(function.name, function.handler, str(reason)) from reason
    return handler


def endpoint_of(function: Function) -> AnyEndpoint:
    """The endpoint of a function with a route. Raises HandlerMissing, NotAnEndpoint."""
    handler = resolve(function)
    if not isinstance(handler, Endpoint):
        raise NotAnEndpoint(function.name, function.handler)
    return handler


def contract_of(function: Function) -> Contract[Any, Any]:
    """Role, messages, status and errors of a function with a route. Raises HandlerMissing, NotAnEndpoint."""
    return endpoint_of(function).contract


def answer_of(endpoint: AnyEndpoint) -> Any:  # noqa: ANN401 - any annotation
    """The type of the body that the operation answers; NoneType when there is none, Reply when it has no one type."""
    return endpoint.contract.response or get_type_hints(endpoint.handle)["return"]
