"""The REST API, its operations and its stage: everything a request meets before a function."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.model import Function, Route
from tradewind_tools.exports.cloudformation.cors import preflights
from tradewind_tools.exports.cloudformation.gateway_responses import gateway_responses
from tradewind_tools.exports.cloudformation.invocation import STAGE, authorizer, caller_ids_of, callers
from tradewind_tools.exports.cloudformation.methods import body_check, method, method_id
from tradewind_tools.exports.cloudformation.names import Resource, Resources, StageNames, Value, ref, resource
from tradewind_tools.exports.cloudformation.paths import API, paths

LOCAL_API_ID = "7ade51d0"
"""Eight hexadecimal digits: the local cloud finds such an id in a host name, too."""

STAGE_ID = "ApiStage"
_HASH_LENGTH = 10


def api(functions: Sequence[Function], stage: StageNames) -> Resources:
    """The API and what all of its operations share."""
    return {API: _rest_api(stage), **body_check(), **authorizer(functions), **gateway_responses(API)}


def tree(functions: Sequence[Function]) -> Resources:
    """The paths of all operations. Services share their beginnings, so none of them owns a path."""
    return paths(route for _, route in _routed(functions))


def operations(service: str, functions: Sequence[Function]) -> Resources:
    """The methods of a service, and the roles that call its functions.

    The preflight of a path goes with the path's first operation, in the order of the blueprint.
    """
    routed = _routed(functions)
    first = {route.segments: function.service for function, route in reversed(routed)}
    called_by = caller_ids_of(service, functions)
    own = [(function, route) for function, route in routed if function.service == service]
    return {
        **{method_id(route): method(function, route, called_by[function.name]) for function, route in own},
        **preflights(route for _, route in routed if first[route.segments] == service),
        **callers(service, functions),
    }


def _routed(functions: Sequence[Function]) -> list[tuple[Function, Route]]:
    return [(function, function.trigger) for function in functions if isinstance(function.trigger, Route)]


def _rest_api(stage: StageNames) -> Resource:
    tags = [{"Key": "ms-custom-id", "Value": LOCAL_API_ID}] if stage.is_local else []
    return resource(
        "ApiGateway::RestApi",
        Name=stage.shop,
        EndpointConfiguration={"Types": ["REGIONAL"]},
        **({"Tags": tags} if tags else {}),
    )


def release(definition: Mapping[str, Value], depends_on: Sequence[str] = ()) -> Resources:
    """The deployment and the stage. API Gateway serves a snapshot: a deployment with another name makes a new one.

    The name changes with the definition, so that each change is served.
    """
    canonical = json.dumps(definition, sort_keys=True).encode()
    snapshot = f"ApiDeployment{hashlib.sha256(canonical).hexdigest()[:_HASH_LENGTH]}"
    deployment = resource("ApiGateway::Deployment", RestApiId=ref(API))
    return {
        snapshot: {**deployment, **({"DependsOn": list(depends_on)} if depends_on else {})},
        STAGE_ID: _stage(snapshot),
    }


def _stage(deployment: str) -> Resource:
    """Metrics of each method are billed as custom ones, and nobody looks at them: those of the whole API are free.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    """
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
                "MetricsEnabled": False,
            }
        ],
    )
