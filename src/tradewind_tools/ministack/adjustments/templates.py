"""How much MiniStack takes in one template, and what it says of a stack that is not there."""

from __future__ import annotations

from types import ModuleType
from typing import Any

RESOURCES = 2_500
"""As many as AWS takes in nested stacks together; the local stage has them in one stack, which is made in a second."""


def take_the_whole_shop(engine: ModuleType) -> None:
    """Take more resources in a stack than AWS does: there the shop is a root and nested stacks, each within its 500."""
    engine._SECTION_QUOTAS = tuple(  # type: ignore[attr-defined] # noqa: SLF001
        (section, noun, singular, RESOURCES if section == "Resources" else maximum)
        for section, noun, singular, maximum in engine._SECTION_QUOTAS  # noqa: SLF001
    )


def name_a_missing_stack(handlers: ModuleType) -> None:
    """Say in AWS's own words that a stack whose resources are to be listed is not there: tools look for these words."""
    list_resources = handlers._list_stack_resources  # noqa: SLF001

    def list_resources_or_say(params: dict[str, Any]) -> Any:  # noqa: ANN401 - MiniStack's answer
        name = handlers._p(params, "StackName")  # noqa: SLF001
        if name and not handlers._resolve_stack(name):  # noqa: SLF001
            return handlers._error("ValidationError", f"Stack with id {name} does not exist")  # noqa: SLF001
        return list_resources(params)

    handlers._ACTION_HANDLERS["ListStackResources"] = list_resources_or_say  # noqa: SLF001
