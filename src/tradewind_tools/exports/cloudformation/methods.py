"""Operations as API Gateway's methods, with the models and validators that check a request before a function does."""

from __future__ import annotations

import msgspec

from tradewind.edge.http import Empty
from tradewind.kernel.caller import Role
from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.handlers import contract_of
from tradewind_tools.blueprint.model import Function, Route
from tradewind_tools.exports.cloudformation.invocation import authorizer_of, invocation
from tradewind_tools.exports.cloudformation.names import Resource, Resources, arn, logical_id, ref, resource
from tradewind_tools.exports.cloudformation.paths import API, resource_id

_VALIDATOR = "ApiBodyValidator"
_MODEL = "ApiJsonObjectModel"


_BODY_CHECK: Resource = {
    "RequestValidatorId": ref(_VALIDATOR),
    "RequestModels": {"application/json": ref(_MODEL)},
}


def method_id(route: Route) -> str:
    return logical_id(API, route.method.title(), *route.segments, "Method")


def method(function: Function, route: Route, caller_id: str) -> Resource:
    """The method of an operation, whose function API Gateway calls by this role."""
    contract = contract_of(function)
    return resource(
        "ApiGateway::Method",
        RestApiId=ref(API),
        ResourceId=ref(resource_id(route.segments)),
        HttpMethod=route.method,
        OperationName=function.name,
        **_authorization(contract.role),
        RequestParameters=_parameters(contract.params, route) | _cache_keys(function),
        **({} if contract.body is Empty else _BODY_CHECK),
        Integration={
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": invocation(function),
            "Credentials": arn(caller_id),
            "TimeoutInMillis": function.timeout_seconds * 1000,
        },
    )


def _authorization(role: Role) -> Resource:
    asked = authorizer_of(role)
    return {"AuthorizationType": "CUSTOM", "AuthorizerId": ref(asked)} if asked else {"AuthorizationType": "NONE"}


def _cache_keys(function: Function) -> Resource:
    """What else a cached answer depends on: an answer names the origin whose pages may read it."""
    return {"method.request.header.Origin": False} if function.name in limits.CACHED_OPERATIONS else {}


def _parameters(params: type[msgspec.Struct], route: Route) -> Resource:
    """Whether each parameter is required: those of the path always are."""
    in_path = {f"method.request.path.{name}": True for name in route.parameters}
    in_query = {
        f"method.request.querystring.{field.encode_name}": field.required
        for field in msgspec.structs.fields(params)
        if field.encode_name not in route.parameters
    }
    return in_path | in_query


def body_check() -> Resources:
    """The validator and the model that all methods with a body share."""
    return {
        _VALIDATOR: resource(
            "ApiGateway::RequestValidator",
            RestApiId=ref(API),
            Name="body",
            ValidateRequestBody=True,
            ValidateRequestParameters=False,
        ),
        _MODEL: resource(
            "ApiGateway::Model",
            RestApiId=ref(API),
            Name="JsonObject",
            ContentType="application/json",
            Schema={"$schema": "http://json-schema.org/draft-04/schema#", "title": "JsonObject", "type": "object"},
        ),
    }
