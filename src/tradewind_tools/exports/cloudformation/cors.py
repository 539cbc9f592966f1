"""CORS: each path answers OPTIONS by itself, without a function.

A preflight, and an error of API Gateway's own, is for every origin: neither holds anything that is not public, callers
are known by tokens and never by cookies, and the functions' answers say whose pages may read them. So another list of
origins needs no new deployment of the API, which only its definition would cause and not a parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.model import Route
from tradewind_tools.exports.cloudformation.names import Resource, Resources, Value, logical_id, ref, resource
from tradewind_tools.exports.cloudformation.paths import API, resource_id

REQUEST_HEADERS = ("authorization", "content-type", "idempotency-key", "x-api-key", "x-correlation-id")
ANY_ORIGIN = "'*'"


def preflights(routes: Iterable[Route]) -> Resources:
    methods: dict[tuple[str, ...], list[str]] = {}
    for route in routes:
        methods.setdefault(route.segments, []).append(route.method)
    return {logical_id(API, "Options", *path, "Method"): _preflight(path, allowed) for path, allowed in methods.items()}


def _preflight(path: tuple[str, ...], methods: Sequence[str]) -> Resource:
    headers: dict[str, Value] = {
        "Access-Control-Allow-Origin": ANY_ORIGIN,
        "Access-Control-Allow-Methods": f"'{','.join([*sorted(methods), 'OPTIONS'])}'",
        "Access-Control-Allow-Headers": f"'{','.join(REQUEST_HEADERS)}'",
        "Access-Control-Max-Age": f"'{limits.CORS_PREFLIGHT_SECONDS}'",
    }
    answered = {f"method.response.header.{name}": value for name, value in headers.items()}
    return resource(
        "ApiGateway::Method",
        RestApiId=ref(API),
        ResourceId=ref(resource_id(path)),
        HttpMethod="OPTIONS",
        AuthorizationType="NONE",
        MethodResponses=[{"StatusCode": "200", "ResponseParameters": dict.fromkeys(answered, True)}],
        Integration={
            "Type": "MOCK",
            "RequestTemplates": {"application/json": '{"statusCode": 200}'},
            "IntegrationResponses": [{"StatusCode": "200", "ResponseParameters": answered}],
        },
    )
