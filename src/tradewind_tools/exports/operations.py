"""The operations of the API: each a function with a route, and what its endpoint says of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module

import msgspec

from tradewind.edge.errors import BodyTooLarge, InvalidJson, InvalidRequest, NotJson, status_of
from tradewind.edge.http import Empty
from tradewind.kernel.caller import Role
from tradewind.kernel.errors import (
    AccountRequired,
    AdminOnly,
    PermissionRequired,
    SecondFactorMissing,
    SignInRequired,
    TradewindError,
)
from tradewind_tools.blueprint.errors import PathMismatch
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import AnyEndpoint, endpoint_of
from tradewind_tools.blueprint.model import Function, Route


@dataclass(frozen=True, slots=True)
class Operation:
    """A function with a route, and its endpoint."""

    function: Function
    route: Route
    endpoint: AnyEndpoint

    @property
    def tag(self) -> str:
        """The service that the operation belongs to."""
        return self.function.service

    @property
    def summary(self) -> str:
        return paragraphs(self.endpoint)[0]

    @property
    def description(self) -> str:
        return "\n\n".join(paragraphs(self.endpoint)[1:])

    @property
    def errors(self) -> tuple[type[TradewindError], ...]:
        """Its own, and those of the edge that follow from its contract; by status, then by name."""
        own, edge = self.endpoint.contract.errors, _edge_errors(self.endpoint)
        return tuple(sorted({*own, *edge}, key=lambda error: (status_of(error), error.__name__)))


def operations(functions: Sequence[Function] = FUNCTIONS) -> list[Operation]:
    """Every operation of the API, in the order of the blueprint. Raises HandlerMissing, NotAnEndpoint, PathMismatch."""
    found = [
        Operation(function, function.trigger, endpoint_of(function))
        for function in functions
        if isinstance(function.trigger, Route)
    ]
    for operation in found:
        _check_path(operation)
    return found


def describe_tags(found: Iterable[Operation]) -> dict[str, str]:
    """What each service is about, as its package says, in the order of its first operation."""
    tags = dict.fromkeys(operation.tag for operation in found)
    return {tag: paragraphs(import_module(f"tradewind.{tag}"))[0] for tag in tags}


def _check_path(operation: Operation) -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(operation.endpoint.contract.params)}
    missing = set(operation.route.parameters) - fields
    if missing:
        raise PathMismatch(operation.function.name, missing)


def _edge_errors(endpoint: AnyEndpoint) -> list[type[TradewindError]]:
    contract = endpoint.contract
    errors: list[type[TradewindError]] = []
    if contract.role is not Role.PUBLIC:
        errors.append(SignInRequired)
    if contract.role is Role.CUSTOMER:
        errors.append(AccountRequired)
    if contract.role is Role.STAFF:
        errors.append(PermissionRequired)
    if contract.role is Role.ADMIN:
        errors.append(AdminOnly)
    if contract.is_for_staff or contract.is_shared:
        errors.append(SecondFactorMissing)
    if contract.body is not Empty:
        errors += [InvalidJson, NotJson, BodyTooLarge]
    if contract.body is not Empty or contract.params is not Empty:
        errors.append(InvalidRequest)
    return errors


def paragraphs(documented: object) -> list[str]:
    text = (documented.__doc__ or "").strip()
    return [re.sub(r"\s+", " ", paragraph).strip() for paragraph in text.split("\n\n")]
