"""API Gateway: request validators, and the ids of requests."""

from __future__ import annotations

from contextvars import ContextVar
from functools import partial
from types import ModuleType
from typing import Any

from tradewind_tools.ministack.adjustments.provisioners import after_provisioning


def keep_request_validators(handlers: dict[str, dict[str, Any]], apigateway_v1: ModuleType) -> None:
    """Keep CloudFormation's request validators, which MiniStack makes and forgets, so that they refuse requests."""
    after_provisioning(handlers["AWS::ApiGateway::RequestValidator"], partial(_keep_validator, apigateway_v1))
    after_provisioning(handlers["AWS::ApiGateway::Method"], partial(_keep_validator_of_method, apigateway_v1))


def use_one_request_id(apigateway_v1: ModuleType) -> None:
    """Give the caller (`x-amzn-requestid`) and the function the same request id, by which one searches AWS's logs.

    MiniStack makes the id in two places; here the second takes what the first made.
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
