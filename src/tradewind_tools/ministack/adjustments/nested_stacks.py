"""Nested stacks of CloudFormation."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, TypeAlias

Properties: TypeAlias = dict[str, Any]


def keep_attributes(provisioners: ModuleType, stacks: Mapping[str, Any]) -> None:
    """Keep what `Fn::GetAtt` reads of a resource that an update of its nested stack leaves as it is.

    MiniStack hands the attributes over where it updates a stack of its own, and forgets to where that is nested.
    """
    update = provisioners._update_resource  # noqa: SLF001

    def update_and_keep(
        kind: str,
        physical_id: str,
        old: Properties,
        new: Properties,
        stack: str,
        logical_id: str | None = None,
        attributes: Properties | None = None,
    ) -> tuple[str, Properties]:
        known = attributes or stacks[stack]["_resources"].get(logical_id, {}).get("Attributes")
        updated: tuple[str, Properties] = update(kind, physical_id, old, new, stack, logical_id, known)
        return updated

    provisioners._update_resource = update_and_keep  # type: ignore[attr-defined] # noqa: SLF001
