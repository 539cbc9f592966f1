"""How API Gateway calls functions, for an operation and to ask the authorizer: by a role of its own."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind.identity.authorizer import BEARER_PATTERN
from tradewind_tools.blueprint.model import Authorizer, Function, Route
from tradewind_tools.exports.cloudformation.functions import function_id
from tradewind_tools.exports.cloudformation.names import Resources, Value, arn, ref, resource, sub
from tradewind_tools.exports.cloudformation.paths import API
from tradewind_tools.exports.cloudformation.roles import allow, role

AUTHORIZER = "ApiAuthorizer"
CALLER = "ApiRole"
STAGE = "v1"


def authorizer(functions: Iterable[Function]) -> Resources:
    """A malformed token is refused by API Gateway itself: no function is called for it."""
    asked = [(each, each.trigger) for each in functions if isinstance(each.trigger, Authorizer)]
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
            AuthorizerCredentials=arn(CALLER),
        )
    return made


def invocation(function: Function) -> Value:
    return sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function_id(function)}.Arn}}/invocations"
    )


def caller(functions: Iterable[Function]) -> Resources:
    """The role that API Gateway calls functions by: those with a route and the authorizer, no other."""
    called = [arn(function_id(each)) for each in functions if isinstance(each.trigger, Route | Authorizer)]
    return {CALLER: role("apigateway.amazonaws.com", [allow("lambda:InvokeFunction", called)])}
