"""`./dev package`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from tradewind_tools.packaging import report
from tradewind_tools.packaging.building import MANIFEST, build
from tradewind_tools.packaging.wheels import Architecture
from tradewind_tools.places import PACKAGE, PROJECT


class ArchitectureOption(StrEnum):
    """For which processors."""

    ARM64 = "arm64"
    X86_64 = "x86_64"
    BOTH = "both"


def package(
    *,
    architecture: Annotated[ArchitectureOption, typer.Option(help="The layer's processor.")] = ArchitectureOption.BOTH,
    source_only: Annotated[bool, typer.Option("--source-only", help="Without bytecode, for a trial.")] = False,
) -> None:
    """Build what Lambda runs: layers, a zip per function, a manifest; the same bytes for the same source."""
    architectures = list(Architecture) if architecture is ArchitectureOption.BOTH else [Architecture(architecture)]
    report.show(build(architectures, with_bytecode=not source_only), Console())
    typer.echo(f"wrote {(PACKAGE / MANIFEST).relative_to(PROJECT)}")
