"""Event sources of functions."""

from __future__ import annotations

from typing import Any


def convert_concurrency(handlers: dict[str, dict[str, Any]]) -> None:
    """Take a concurrency that a parameter of the template says for the number that it is.

    Parameters are texts: CloudFormation converts them, MiniStack's poller fails for all queues.
    """
    handler = handlers["AWS::Lambda::EventSourceMapping"]
    create, update = handler["create"], handler["update"]

    def create_converted(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        created: tuple[str, dict[str, Any]] = create(logical_id, _convert(properties), stack)
        return created

    def update_converted(physical_id: str, old: object, new: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        updated: tuple[str, dict[str, Any]] = update(physical_id, old, _convert(new), stack)
        return updated

    handler.update(create=create_converted, update=update_converted)


def _convert(properties: dict[str, Any]) -> dict[str, Any]:
    if "ScalingConfig" not in properties:
        return properties
    return {**properties, "ScalingConfig": {name: int(said) for name, said in properties["ScalingConfig"].items()}}
