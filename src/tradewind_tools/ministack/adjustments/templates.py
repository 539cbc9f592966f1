"""How much MiniStack takes in one template."""

from __future__ import annotations

from types import ModuleType

RESOURCES = 2_500
"""As many as AWS takes in nested stacks together; the local stage has them in one stack, which is made in a second."""


def take_the_whole_shop(engine: ModuleType) -> None:
    """Take more resources in a stack than AWS does: there the shop is a root and nested stacks, each within its 500."""
    engine._SECTION_QUOTAS = tuple(  # type: ignore[attr-defined] # noqa: SLF001
        (section, noun, singular, RESOURCES if section == "Resources" else maximum)
        for section, noun, singular, maximum in engine._SECTION_QUOTAS  # noqa: SLF001
    )
