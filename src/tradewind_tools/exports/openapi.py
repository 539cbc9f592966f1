"""The HTTP API as an OpenAPI 3.1 document, read from the endpoints themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

import tradewind
from tradewind.edge.errors import status_of
from tradewind.edge.http import AUTHORIZATION, Contract, Empty, ErrorBody, Response
from tradewind.edge.idempotency import HEADER as IDEMPOTENCY_KEY
from tradewind.edge.idempotency import MAX_KEY_LENGTH
from tradewind.kernel.caller import Role
from tradewind.kernel.errors import TradewindError
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import answer_of
from tradewind_tools.blueprint.model import Function
from tradewind_tools.exports import schemas
from tradewind_tools.exports.examples import example, parameter_example
from tradewind_tools.exports.links import links_of
from tradewind_tools.exports.operations import Operation, describe_tags, operations, paragraphs
from tradewind_tools.exports.schemas import Schema

BEARER = "bearerAuth"
_CORRELATION: Schema = {
    "name": "X-Correlation-Id",
    "in": "header",
    "description": (
        "An id of your own that every log line and event of this request will carry: up to 128 letters, digits, "
        "hyphens and underscores. Anything else is ignored."
    ),
    "schema": {"type": "string"},
}
_HEADERS: dict[str, Schema] = {
    IDEMPOTENCY_KEY: {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A new value for each new intention: the same request again gets the same answer, for 24 hours.",
        "schema": {"type": "string", "maxLength": MAX_KEY_LENGTH},
    }
}


def document(functions: Sequence[Function] = FUNCTIONS) -> dict[str, Any]:
    """The OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0)."""
    found = operations(functions)
    catalogue = _Catalogue(found)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tradewind",
            "version": tradewind.__version__,
            "description": "A shop: accounts, catalogue, carts, orders. Prices are numbers beside their currency.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/v1"}],
        "tags": [{"name": name, "description": about} for name, about in describe_tags(found).items()],
        "paths": _paths(found, catalogue),
        "components": {
            "schemas": catalogue.definitions,
            "securitySchemes": {BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


class _Catalogue:
    """The schemas of every type that the operations name, made together so that they share their components."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        types = list(dict.fromkeys(kind for operation in operations for kind in _types(operation)))
        found, definitions = schemas.components(types)
        self._schemas: dict[Any, Schema] = dict(zip(types, found, strict=True))
        self.definitions = dict(sorted(definitions.items()))
        self.operations = {operation.function.name for operation in operations}

    def schema(self, kind: Any) -> Schema:  # noqa: ANN401 - any annotation
        return self._schemas[kind]

    def example(self, kind: Any) -> Any:  # noqa: ANN401 - JSON
        return example(self._schemas[kind], self.definitions)


def _types(operation: Operation) -> list[Any]:
    contract, answer = operation.endpoint.contract, answer_of(operation.endpoint)
    return [kind for kind in (contract.body, answer, ErrorBody) if _has_schema(kind)]


def _has_schema(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    return kind not in {Empty, Response, type(None)}


def _paths(operations: Iterable[Operation], catalogue: _Catalogue) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in operations:
        description = _describe(operation, catalogue)
        paths.setdefault(operation.route.path, {})[operation.route.method.lower()] = description
    return paths


def _describe(operation: Operation, catalogue: _Catalogue) -> dict[str, Any]:
    contract = operation.endpoint.contract
    description: dict[str, Any] = {
        "operationId": operation.function.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.description,
        "security": _security(contract),
        "x-role": contract.role.value,
        **({"x-permission": contract.permission.value} if contract.permission else {}),
        "parameters": _parameters(operation),
        "responses": _responses(operation, catalogue),
    }
    if contract.body is not Empty:
        description["requestBody"] = {"required": True, "content": _json(contract.body, catalogue)}
    return {name: value for name, value in description.items() if value != ""}


def _security(contract: Contract[Any, Any]) -> list[Schema]:
    """An operation for everybody that reads the header `Authorization` takes a token, and does without one."""
    if contract.role is not Role.PUBLIC:
        return [{BEARER: []}]
    return [{}, {BEARER: []}] if AUTHORIZATION in contract.headers else []


def _json(kind: Any, catalogue: _Catalogue) -> dict[str, Any]:  # noqa: ANN401 - any annotation
    return {"application/json": {"schema": catalogue.schema(kind), "example": catalogue.example(kind)}}


def _parameters(operation: Operation) -> list[Schema]:
    contract = operation.endpoint.contract
    schema = schemas.inline_schema(contract.params)
    fields = [_parameter(field, schema, operation) for field in msgspec.structs.fields(contract.params)]
    return [*fields, *(_HEADERS[name] for name in contract.headers if name != AUTHORIZATION), _CORRELATION]


def _parameter(field: msgspec.structs.FieldInfo, schema: Schema, operation: Operation) -> Schema:
    """A query parameter that is absent is what null is in a body; one that is required has an example."""
    name, route = field.encode_name, operation.route
    is_required = name in route.parameters or field.required
    shown = _present(schema["properties"][name])
    parameter: Schema = {
        "name": name,
        "in": "path" if name in route.parameters else "query",
        "required": is_required,
        "schema": {key: value for key, value in shown.items() if key != "description"},
    }
    if is_required:
        parameter["example"] = parameter_example(operation.function.name, name, shown)
    return parameter | ({"description": shown["description"]} if "description" in shown else {})


def _present(schema: Schema) -> Schema:
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        return dict(choices[0])
    return {name: value for name, value in schema.items() if not (name == "default" and value is None)}


def _responses(operation: Operation, catalogue: _Catalogue) -> dict[str, Any]:
    contract, answer = operation.endpoint.contract, answer_of(operation.endpoint)
    success: dict[str, Any] = {"description": "Done."}
    if _has_schema(answer):
        success["content"] = _json(answer, catalogue)
    elif answer is Response:
        is_json = contract.media_type == "application/json"
        success["content"] = {contract.media_type: {"schema": {} if is_json else {"type": "string"}}}
    if links := links_of(operation.function.name, catalogue.operations):
        success["links"] = links
    return {str(contract.status): success, **_refusals(operation, catalogue)}


def _refusals(operation: Operation, catalogue: _Catalogue) -> dict[str, Any]:
    by_status: dict[int, list[type[TradewindError]]] = {}
    for error in operation.errors:
        by_status.setdefault(status_of(error), []).append(error)
    refusals = {str(status): _refusal(errors, catalogue) for status, errors in by_status.items()}
    fault = {"description": "A fault of ours: the request id finds it.", "content": _error_json(catalogue, {})}
    slow = {
        "description": "TooManyRequests: slow down.",
        "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}},
        "content": _error_json(catalogue, {}),
    }
    return dict(sorted({"429": slow, "500": fault, **refusals}.items()))


def _refusal(errors: Sequence[type[TradewindError]], catalogue: _Catalogue) -> Schema:
    lines = [f"{error.__name__}: {paragraphs(error)[0]}" for error in errors]
    examples = {
        error.__name__: {
            "value": {"error": error.__name__, "message": paragraphs(error)[0], "details": [], "requestId": "…"}
        }
        for error in errors
    }
    return {"description": "\n\n".join(lines), "content": _error_json(catalogue, examples)}


def _error_json(catalogue: _Catalogue, examples: dict[str, Any]) -> dict[str, Any]:
    shown = {"examples": examples} if examples else {}
    return {"application/json": {"schema": catalogue.schema(ErrorBody), **shown}}
