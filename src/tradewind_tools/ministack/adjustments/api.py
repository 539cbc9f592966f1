"""API Gateway: what refuses a request, says why, and names it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from types import ModuleType
from typing import Any

from tradewind_tools.ministack.violations import violations


def keep_request_validators(handlers: dict[str, dict[str, Any]], apigateway_v1: ModuleType) -> None:
    """CloudFormation's request validators are made and forgotten, so that no request is refused by one."""
    _after(handlers["AWS::ApiGateway::RequestValidator"], partial(_keep_validator, apigateway_v1))
    _after(handlers["AWS::ApiGateway::Method"], partial(_keep_validator_of_method, apigateway_v1))


def tell_all_violations(apigateway_v1: ModuleType) -> None:
    """`$context.error.validationErrorString` is left as it stands; API Gateway lists there what a body violates."""
    check = apigateway_v1._check_request_validation  # noqa: SLF001
    respond = apigateway_v1._gateway_error_response  # noqa: SLF001

    def check_and_note(
        method: dict[str, Any], api_id: str, request: dict[str, Any], headers: object, body: bytes, query: object
    ) -> object:
        error = check(method, api_id, request, headers, body, query)
        if error is not None and error.response_type == "BAD_REQUEST_BODY":
            request["violations"] = _violations_of(apigateway_v1, method, api_id, body)
        return error

    def respond_with_violations(error: object, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = respond(error, request)
        return status, headers, fill_validation_error(body, request.get("violations", []))

    apigateway_v1._check_request_validation = check_and_note  # type: ignore[attr-defined] # noqa: SLF001
    apigateway_v1._gateway_error_response = respond_with_violations  # type: ignore[attr-defined] # noqa: SLF001


def fill_validation_error(body: bytes, found: list[str]) -> bytes:
    """Put the violations in the place of the variable, escaped as the inside of a JSON string."""
    text = json.dumps(f"[{', '.join(found)}]", ensure_ascii=False)[1:-1]
    return re.sub(rb"\$\{?context\.error\.validationErrorString\}?", lambda _: text.encode(), body)


def use_one_request_id(apigateway_v1: ModuleType) -> None:
    """A caller sees another request id (`x-amzn-requestid`) than the function; on AWS it is the one to search logs for.

    The ids of a request are made in two places; the second takes what the first made.
    """
    new_id = apigateway_v1.new_uuid
    handle = apigateway_v1._handle_execute_in_scope  # noqa: SLF001
    current: ContextVar[str | None] = ContextVar("request_id", default=None)

    async def handle_with_id(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - its own
        request_id = new_id()
        current.set(request_id)
        response = await handle(*arguments, **options)
        current.set(None)
        response[1].setdefault("x-amzn-requestid", request_id)
        return response

    apigateway_v1.new_uuid = lambda: current.get() or new_id()  # type: ignore[attr-defined]
    apigateway_v1._handle_execute_in_scope = handle_with_id  # type: ignore[attr-defined] # noqa: SLF001


def _after(handler: dict[str, Any], keep: Callable[[str, dict[str, Any]], None]) -> None:
    """Let `keep` see the physical id and the properties of each resource that is created or updated."""
    create, update = handler["create"], handler["update"]

    def create_and_keep(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        created: tuple[str, dict[str, Any]] = create(logical_id, properties, stack)
        keep(created[0], properties)
        return created

    def update_and_keep(physical_id: str, old: object, new: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        updated: tuple[str, dict[str, Any]] = update(physical_id, old, new, stack)
        keep(updated[0], new)
        return updated

    handler.update(create=create_and_keep, update=update_and_keep)


def _keep_validator(apigateway_v1: ModuleType, validator_id: str, properties: dict[str, Any]) -> None:
    validators = apigateway_v1._request_validators.setdefault(properties["RestApiId"], {})  # noqa: SLF001
    validators[validator_id] = {
        "id": validator_id,
        "name": properties.get("Name", ""),
        "validateRequestBody": properties.get("ValidateRequestBody", False),
        "validateRequestParameters": properties.get("ValidateRequestParameters", False),
    }


def _keep_validator_of_method(apigateway_v1: ModuleType, _method_id: str, properties: dict[str, Any]) -> None:
    resource = apigateway_v1._resources[properties["RestApiId"]][properties["ResourceId"]]  # noqa: SLF001
    method = resource["resourceMethods"][properties["HttpMethod"]]
    method["requestValidatorId"] = properties.get("RequestValidatorId")


def _violations_of(apigateway_v1: ModuleType, method: dict[str, Any], api_id: str, body: bytes) -> list[str]:
    model = (method.get("requestModels") or {}).get("application/json")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ["malformed JSON"]
    return violations(apigateway_v1._model_schema(api_id, model), document)  # noqa: SLF001
