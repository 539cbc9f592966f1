"""The REST API: resources, methods with their models and validators, CORS, the authorizer, the stage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

import msgspec

from tradewind.aws.http import Nothing
from tradewind.identity.authorizer import BEARER_PATTERN
from tradewind.kernel.caller import Role
from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.handlers import contract_of
from tradewind_tools.blueprint.model import Authorizing, Function, Route
from tradewind_tools.exports import schemas
from tradewind_tools.exports.stack.functions import function_id
from tradewind_tools.exports.stack.gateway_responses import gateway_responses
from tradewind_tools.exports.stack.names import (
    Resource,
    Resources,
    Stage,
    Value,
    attribute,
    logical_id,
    ref,
    resource,
    sub,
)

API = "Api"
STAGE = "v1"
LOCAL_API_ID = "7ade51d0"
"""Eight hexadecimal digits: the local cloud finds such an id in a host name, too."""

REQUEST_HEADERS = ("authorization", "content-type", "idempotency-key", "x-correlation-id")
_STAGE_ID = "ApiStage"
_AUTHORIZER = "ApiAuthorizer"
_BODY_VALIDATOR = "ApiBodyValidator"
_PARAMETER_VALIDATOR = "ApiParameterValidator"
_HASH_LENGTH = 10


def api(functions: Sequence[Function], stage: Stage) -> Resources:
    """Everything of the API, deployed anew whenever any of it changes."""
    routed = [(function, function.trigger) for function in functions if isinstance(function.trigger, Route)]
    definition: Resources = {
        API: _rest_api(stage),
        **_resources(route for _, route in routed),
        **_models(function for function, _ in routed),
        **_validators(),
        **_authorizer(functions),
        **gateway_responses(API),
        **{_method_id(route): _method(function, route) for function, route in routed},
        **_preflights(route for _, route in routed),
    }
    permissions = {logical_id(function.name, "Permission"): _permission(function, route) for function, route in routed}
    return definition | permissions | _deployed(definition)


def _rest_api(stage: Stage) -> Resource:
    tags = [{"Key": "ms-custom-id", "Value": LOCAL_API_ID}] if stage.is_local else []
    return resource(
        "ApiGateway::RestApi",
        Name=stage.shop,
        EndpointConfiguration={"Types": ["REGIONAL"]},
        **({"Tags": tags} if tags else {}),
    )


def _resources(routes: Iterable[Route]) -> Resources:
    paths = {route.segments[:depth] for route in routes for depth in range(1, len(route.segments) + 1)}
    return {_resource_id(path): _resource(path) for path in sorted(paths)}


def _resource(path: tuple[str, ...]) -> Resource:
    parent = ref(_resource_id(path[:-1])) if path[:-1] else attribute(API, "RootResourceId")
    return resource("ApiGateway::Resource", RestApiId=ref(API), ParentId=parent, PathPart=path[-1])


def _resource_id(path: tuple[str, ...]) -> str:
    return logical_id(API, *path, "Resource")


def _method_id(route: Route) -> str:
    return logical_id(API, route.method.title(), *route.segments, "Method")


def _method(function: Function, route: Route) -> Resource:
    contract = contract_of(function)
    return resource(
        "ApiGateway::Method",
        RestApiId=ref(API),
        ResourceId=ref(_resource_id(route.segments)),
        HttpMethod=route.method,
        OperationName=function.name,
        **_authorization(contract.role),
        RequestParameters=_parameters(contract.params, route),
        RequestValidatorId=ref(_PARAMETER_VALIDATOR if contract.body is Nothing else _BODY_VALIDATOR),
        **({} if contract.body is Nothing else {"RequestModels": {"application/json": ref(_model_id(contract.body))}}),
        Integration={
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": _invocation(function),
            "TimeoutInMillis": function.timeout_seconds * 1000,
        },
    )


def _authorization(role: Role) -> Resource:
    if role is Role.PUBLIC:
        return {"AuthorizationType": "NONE"}
    return {"AuthorizationType": "CUSTOM", "AuthorizerId": ref(_AUTHORIZER)}


def _parameters(params: type[msgspec.Struct], route: Route) -> Resource:
    """Whether each parameter must be there: those of the path always."""
    in_path = {f"method.request.path.{name}": True for name in route.parameters}
    in_query = {
        f"method.request.querystring.{field.encode_name}": field.required
        for field in msgspec.structs.fields(params)
        if field.encode_name not in route.parameters
    }
    return in_path | in_query


def _models(functions: Iterable[Function]) -> Resources:
    bodies = {contract_of(function).body for function in functions} - {Nothing}
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


def _validators() -> Resources:
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


def _authorizer(functions: Iterable[Function]) -> Resources:
    """A malformed token is refused by API Gateway itself: no function is called for it."""
    asked = [(each, each.trigger) for each in functions if isinstance(each.trigger, Authorizing)]
    made: Resources = {}
    for function, trigger in asked:
        made[_AUTHORIZER] = resource(
            "ApiGateway::Authorizer",
            RestApiId=ref(API),
            Name=function.name,
            Type="TOKEN",
            IdentitySource="method.request.header.Authorization",
            IdentityValidationExpression=BEARER_PATTERN,
            AuthorizerResultTtlInSeconds=trigger.cache_seconds,
            AuthorizerUri=_invocation(function),
        )
        source = sub(_execute_api(f"authorizers/${{{_AUTHORIZER}}}"))
        made[logical_id(function.name, "Permission")] = _invocation_permission(function, source)
    return made


def _invocation(function: Function) -> Value:
    return sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function_id(function)}.Arn}}/invocations"
    )


def _permission(function: Function, route: Route) -> Resource:
    path = "/".join("*" if segment.startswith("{") else segment for segment in route.segments)
    return _invocation_permission(function, sub(_execute_api(f"{STAGE}/{route.method}/{path}")))


def _invocation_permission(function: Function, source: Value) -> Resource:
    return resource(
        "Lambda::Permission",
        FunctionName=ref(function_id(function)),
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=source,
    )


def _execute_api(rest: str) -> str:
    return f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{API}}}/{rest}"


def _preflights(routes: Iterable[Route]) -> Resources:
    """CORS: each path answers OPTIONS by itself, without a function."""
    methods: dict[tuple[str, ...], list[str]] = {}
    for route in routes:
        methods.setdefault(route.segments, []).append(route.method)
    return {logical_id(API, "Options", *path, "Method"): _preflight(path, allowed) for path, allowed in methods.items()}


def _preflight(path: tuple[str, ...], methods: Sequence[str]) -> Resource:
    headers: dict[str, Value] = {
        "Access-Control-Allow-Origin": sub("'${CorsOrigin}'"),
        "Access-Control-Allow-Methods": f"'{','.join([*sorted(methods), 'OPTIONS'])}'",
        "Access-Control-Allow-Headers": f"'{','.join(REQUEST_HEADERS)}'",
        "Access-Control-Max-Age": f"'{limits.CORS_PREFLIGHT_SECONDS}'",
    }
    answered = {f"method.response.header.{name}": value for name, value in headers.items()}
    return resource(
        "ApiGateway::Method",
        RestApiId=ref(API),
        ResourceId=ref(_resource_id(path)),
        HttpMethod="OPTIONS",
        AuthorizationType="NONE",
        MethodResponses=[{"StatusCode": "200", "ResponseParameters": dict.fromkeys(answered, True)}],
        Integration={
            "Type": "MOCK",
            "RequestTemplates": {"application/json": '{"statusCode": 200}'},
            "IntegrationResponses": [{"StatusCode": "200", "ResponseParameters": answered}],
        },
    )


def _deployed(definition: Resources) -> Resources:
    """API Gateway serves a snapshot: a deployment of another name is a new snapshot."""
    canonical = json.dumps(definition, sort_keys=True).encode()
    snapshot = f"ApiDeployment{hashlib.sha256(canonical).hexdigest()[:_HASH_LENGTH]}"
    deployment = resource("ApiGateway::Deployment", RestApiId=ref(API))
    return {
        snapshot: {**deployment, "DependsOn": sorted(set(definition) - {API})},
        _STAGE_ID: _stage(snapshot),
    }


def _stage(deployment: str) -> Resource:
    return resource(
        "ApiGateway::Stage",
        RestApiId=ref(API),
        DeploymentId=ref(deployment),
        StageName=STAGE,
        TracingEnabled=True,
        MethodSettings=[
            {
                "ResourcePath": "/*",
                "HttpMethod": "*",
                "ThrottlingRateLimit": limits.STAGE_RATE_PER_SECOND,
                "ThrottlingBurstLimit": limits.STAGE_BURST_REQUESTS,
                "MetricsEnabled": True,
            }
        ],
    )
