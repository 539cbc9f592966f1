"""The paths of the API as API Gateway's tree of resources."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind_tools.blueprint.model import Route
from tradewind_tools.exports.cloudformation.names import Resource, Resources, attribute, logical_id, ref, resource

API = "Api"


def paths(routes: Iterable[Route]) -> Resources:
    known = {route.segments[:depth] for route in routes for depth in range(1, len(route.segments) + 1)}
    return {resource_id(path): _path(path) for path in sorted(known)}


def _path(path: tuple[str, ...]) -> Resource:
    parent = ref(resource_id(path[:-1])) if path[:-1] else attribute(API, "RootResourceId")
    return resource("ApiGateway::Resource", RestApiId=ref(API), ParentId=parent, PathPart=path[-1])


def resource_id(path: tuple[str, ...]) -> str:
    return logical_id(API, *path, "Resource")
