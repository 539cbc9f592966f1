"""CloudFormation's provisioners: what they leave out is added when they are done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def after_provisioning(handler: dict[str, Any], keep: Callable[[str, dict[str, Any]], None]) -> None:
    """Call `keep` with the physical id and the properties of each resource that is created or updated."""
    create, update = handler["create"], handler["update"]

    def create_and_keep(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, Any]]:
        created: tuple[str, dict[str, Any]] = create(logical_id, properties, stack)
        keep(created[0], properties)
        return created

    def update_and_keep(physical_id: str, old: object, new: dict[str, Any], *names: str) -> tuple[str, dict[str, Any]]:
        """`names` are that of the stack and, to some provisioners, the logical id."""
        updated: tuple[str, dict[str, Any]] = update(physical_id, old, new, *names)
        keep(updated[0], new)
        return updated

    handler.update(create=create_and_keep, update=update_and_keep)
