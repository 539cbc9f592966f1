"""How API Gateway calls functions, and what allows it to: for an operation, and to ask the authorizer."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind.identity.authorizer import BEARER_PATTERN
from tradewind_tools.blueprint.model import Authorizing, Function, Route
from tradewind_tools.exports.stack.functions import function_id
from tradewind_tools.exports.stack.names import Resource, Resources, Value, logical_id, ref, resource, sub
from tradewind_tools.exports.stack.paths import API

AUTHORIZER = "ApiAuthorizer"
STAGE = "v1"


def authorizer(functions: Iterable[Function]) -> Resources:
    """A malformed token is refused by API Gateway itself: no function is called for it."""
    asked = [(each, each.trigger) for each in functions if isinstance(each.trigger, Authorizing)]
    made: Resources = {}
    for function, trigger in asked:
        made[AUTHORIZER] = resource(
            "ApiGateway::Authorizer",
            RestApiId=ref(API),
            Name=function.name,
            Type="TOKEN",
            IdentitySource="method.request.header.Authorization",
            IdentityValidationExpression=BEARER_PATTERN,
            AuthorizerResultTtlInSeconds=trigger.cache_seconds,
            AuthorizerUri=invocation(function),
        )
        source = sub(_execute_api(f"authorizers/${{{AUTHORIZER}}}"))
        made[logical_id(function.name, "Permission")] = _allowed(function, source)
    return made


def invocation(function: Function) -> Value:
    return sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function_id(function)}.Arn}}/invocations"
    )


def permission(function: Function, route: Route) -> Resource:
    path = "/".join("*" if segment.startswith("{") else segment for segment in route.segments)
    return _allowed(function, sub(_execute_api(f"{STAGE}/{route.method}/{path}")))


def _allowed(function: Function, source: Value) -> Resource:
    return resource(
        "Lambda::Permission",
        FunctionName=ref(function_id(function)),
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=source,
    )


def _execute_api(rest: str) -> str:
    return f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{API}}}/{rest}"
