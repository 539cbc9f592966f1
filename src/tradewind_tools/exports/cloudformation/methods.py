"""Operations as API Gateway's methods, with the models and validators that check a request before a function does."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tradewind.edge.http import Empty
from tradewind.kernel.caller import Role
from tradewind_tools.blueprint.handlers import contract_of
from tradewind_tools.blueprint.model import Function, Route
from tradewind_tools.exports import schemas
from tradewind_tools.exports.cloudformation.invocation import AUTHORIZER, CALLER, invocation
from tradewind_tools.exports.cloudformation.names import Resource, Resources, arn, logical_id, ref, resource
from tradewind_tools.exports.cloudformation.paths import API, resource_id

_BODY_VALIDATOR = "ApiBodyValidator"
_PARAMETER_VALIDATOR = "ApiParameterValidator"


def method_id(route: Route) -> str:
    return logical_id(API, route.method.title(), *route.segments, "Method")


def method(function: Function, route: Route) -> Resource:
    contract = contract_of(function)
    return resource(
        "ApiGateway::Method",
        RestApiId=ref(API),
        ResourceId=ref(resource_id(route.segments)),
        HttpMethod=route.method,
        OperationName=function.name,
        **_authorization(contract.role),
        RequestParameters=_parameters(contract.params, route),
        RequestValidatorId=ref(_PARAMETER_VALIDATOR if contract.body is Empty else _BODY_VALIDATOR),
        **({} if contract.body is Empty else {"RequestModels": {"application/json": ref(_model_id(contract.body))}}),
        Integration={
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": invocation(function),
            "Credentials": arn(CALLER),
            "TimeoutInMillis": function.timeout_seconds * 1000,
        },
    )


def _authorization(role: Role) -> Resource:
    if role is Role.PUBLIC:
        return {"AuthorizationType": "NONE"}
    return {"AuthorizationType": "CUSTOM", "AuthorizerId": ref(AUTHORIZER)}


def _parameters(params: type[msgspec.Struct], route: Route) -> Resource:
    """Whether each parameter is required: those of the path always are."""
    in_path = {f"method.request.path.{name}": True for name in route.parameters}
    in_query = {
        f"method.request.querystring.{field.encode_name}": field.required
        for field in msgspec.structs.fields(params)
        if field.encode_name not in route.parameters
    }
    return in_path | in_query


def models(functions: Iterable[Function]) -> Resources:
    bodies = {contract_of(function).body for function in functions} - {Empty}
    return {_model_id(body): _model(body) for body in sorted(bodies, key=_model_id)}


def _model_id(body: type[msgspec.Struct]) -> str:
    service = body.__module__.split(".")[1]
    return logical_id(API, service, body.__name__, "Model")


def _model(body: type[msgspec.Struct]) -> Resource:
    name = logical_id(body.__module__.split(".")[1], body.__name__)
    return resource(
        "ApiGateway::Model",
        RestApiId=ref(API),
        Name=name,
        ContentType="application/json",
        Schema=schemas.model(body),
    )


def validators() -> Resources:
    return {
        _BODY_VALIDATOR: _validator("body", body=True),
        _PARAMETER_VALIDATOR: _validator("parameters", body=False),
    }


def _validator(name: str, *, body: bool) -> Resource:
    return resource(
        "ApiGateway::RequestValidator",
        RestApiId=ref(API),
        Name=name,
        ValidateRequestBody=body,
        ValidateRequestParameters=True,
    )
