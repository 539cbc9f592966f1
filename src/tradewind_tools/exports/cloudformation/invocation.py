"""How API Gateway calls functions: by roles for the operations of each service, and one to ask the authorizer.

A role's policies hold 10,240 characters, the names of some ninety functions: a large service has several roles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tradewind.identity.authorizer import BEARER_PATTERN
from tradewind.kernel.caller import Role
from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.model import Authorizer, Function, Route
from tradewind_tools.exports.cloudformation.functions import function_id
from tradewind_tools.exports.cloudformation.names import Resource, Resources, Value, arn, logical_id, ref, resource, sub
from tradewind_tools.exports.cloudformation.paths import API
from tradewind_tools.exports.cloudformation.roles import allow, role

AUTHORIZER, UNCACHED_AUTHORIZER = "ApiAuthorizer", "ApiUncachedAuthorizer"
_ASKING = "ApiAuthorizerRole"
STAGE = "v1"


def authorizer(functions: Iterable[Function]) -> Resources:
    """The authorizers and their role. A malformed token is refused by API Gateway itself: no function is called for it.

    Both ask one function. The second keeps no answer: what is taken from the shop's people is gone at once.
    """
    asked = [(each, each.trigger) for each in functions if isinstance(each.trigger, Authorizer)]
    made: Resources = {}
    if asked:
        made[_ASKING] = _caller_of([function for function, _ in asked])
    for function, trigger in asked:
        made[AUTHORIZER] = _authorizer(function, function.name, trigger.cache_seconds)
        made[UNCACHED_AUTHORIZER] = _authorizer(function, f"{function.name}-uncached", 0)
    return made


def authorizer_of(role: Role) -> str | None:
    """Which of them lets callers into an operation; None where everybody may call it."""
    if role is Role.PUBLIC:
        return None
    return UNCACHED_AUTHORIZER if role in {Role.STAFF, Role.ADMIN} else AUTHORIZER


def _authorizer(function: Function, name: str, cache_seconds: int) -> Resource:
    return resource(
        "ApiGateway::Authorizer",
        RestApiId=ref(API),
        Name=name,
        Type="TOKEN",
        IdentitySource="method.request.header.Authorization",
        IdentityValidationExpression=BEARER_PATTERN,
        AuthorizerResultTtlInSeconds=cache_seconds,
        AuthorizerUri=invocation(function),
        AuthorizerCredentials=arn(_ASKING),
    )


def invocation(function: Function) -> Value:
    return sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function_id(function)}.Arn}}/invocations"
    )


def caller_ids_of(service: str, functions: Iterable[Function]) -> dict[str, str]:
    """By which role API Gateway calls each operation of a service."""
    called = [each.name for each in functions if each.service == service and isinstance(each.trigger, Route)]
    return {name: _caller_id(service, place // limits.OPERATIONS_OF_A_ROLE) for place, name in enumerate(called)}


def callers(service: str, functions: Iterable[Function]) -> Resources:
    """Those roles: they may call the functions of the service that have a route, no other."""
    called = {each.name: each for each in functions}
    roles: dict[str, list[Function]] = {}
    for name, caller_id in caller_ids_of(service, called.values()).items():
        roles.setdefault(caller_id, []).append(called[name])
    return {caller_id: _caller_of(by_it) for caller_id, by_it in roles.items()}


def caller_ids(functions: Sequence[Function]) -> set[str]:
    """All roles of API Gateway."""
    services = {each.service for each in functions}
    return {_ASKING, *(each for service in services for each in caller_ids_of(service, functions).values())}


def _caller_id(service: str, number: int) -> str:
    return logical_id(service, f"Api{number + 1}Role" if number else "ApiRole")


def _caller_of(called: Sequence[Function]) -> Resource:
    arns = [arn(function_id(each)) for each in called]
    return role("apigateway.amazonaws.com", [allow("lambda:InvokeFunction", arns)])
