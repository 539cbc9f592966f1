"""`./dev audit`: what the infrastructure, the tree and the dependencies would let an attacker do.

checkov and pip-audit want older packages than everything else, so they live in an environment of their own.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from tradewind_tools.bootstrap import VERSION, Environment
from tradewind_tools.options import in_a_folder
from tradewind_tools.places import PROJECT

TERRAFORM: Final = PROJECT / "infra" / "terraform"
CONFIGURATION: Final = PROJECT / ".checkov"
STAGES: Final = ("dev", "prod")
WRITTEN_BY_US: Final = ("src", "tests", "docs", "infra", "bench", "web", ".github")
"""Where a secret could have been left; what is built or installed is somebody else's."""

_FOLDER = PROJECT / ".venv" / f"audit-py{VERSION}"
_VALUES = ("*.tfvars", "*.tfvars.json", ".terraform*")
_CHECKOV = ("checkov", "--compact", "--quiet", "--skip-download")


class Subject(StrEnum):
    """What is looked at; only `dependencies` needs the network."""

    TREE = "tree"
    DEPENDENCIES = "dependencies"


def audit(
    subject: Annotated[Subject, typer.Argument(help="What we wrote, or what it depends on.")] = Subject.TREE,
    sbom: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, callback=in_a_folder, help="A file for the list of what Lambda gets, as CycloneDX."
        ),
    ] = None,
) -> None:
    """Look for what an attacker could use: in templates, Terraform and files, or in dependencies, which asks PyPI."""
    Environment(_FOLDER, "audit").ensure()
    with tempfile.TemporaryDirectory() as folder:
        commands = of_tree(Path(folder)) if subject is Subject.TREE else of_dependencies(sbom)
        results = [_run(command) for command in commands]
    if subject is Subject.TREE:
        results.append(_judge_machines())
    raise typer.Exit(max(results))


def of_tree(folder: Path) -> Iterator[Sequence[str]]:
    """The checks of what we wrote; the templates are exported, and Terraform is copied, into the folder first."""
    for stage in STAGES:
        yield templates_check(_export(stage, folder / stage))
    if TERRAFORM.is_dir():
        yield terraform_check(_copy_terraform(folder))
    yield secrets_check([PROJECT / name for name in WRITTEN_BY_US if (PROJECT / name).is_dir()])


def templates_check(templates: Sequence[Path]) -> Sequence[str]:
    """What checkov says of CloudFormation templates; its exceptions are in .checkov/template.yaml."""
    return (*_CHECKOV, "--config-file", str(CONFIGURATION / "template.yaml"), "--file", *map(str, templates))


def terraform_check(folder: Path) -> Sequence[str]:
    """What checkov says of Terraform; an exception stands in the resource, `#checkov:skip=ID:reason`."""
    return (*_CHECKOV, "--framework", "terraform", "--directory", str(folder))


def secrets_check(folders: Sequence[Path]) -> Sequence[str]:
    """Whether a key or a password was left in a file; the exceptions are in .checkov/secrets.yaml."""
    directories = [word for folder in folders for word in ("--directory", str(folder))]
    return (*_CHECKOV, "--config-file", str(CONFIGURATION / "secrets.yaml"), *directories)


def of_dependencies(sbom: Path | None) -> Iterator[Sequence[str]]:
    """The checks of everything that is installed, and the list of what Lambda gets."""
    for layer in ("runtime", "test"):
        yield (*_pip_audit(layer), "--progress-spinner", "off")
    if sbom is not None:
        yield (*_pip_audit("runtime"), "--format", "cyclonedx-json", "--output", str(sbom))


def _pip_audit(layer: str) -> Sequence[str]:
    return (
        "pip-audit",
        "--disable-pip",
        "--require-hashes",
        "--requirement",
        str(PROJECT / f"requirements/{layer}.txt"),
    )


def _export(stage: str, folder: Path) -> Sequence[Path]:
    from tradewind_tools.exports.cloudformation import stacks  # noqa: PLC0415 - imports every handler

    root = stacks.write(stacks.stacks(stage, stacks.Code("code", "code.zip")), folder)
    return (root, *sorted((folder / stacks.FOLDER).iterdir()))


def _judge_machines() -> int:
    from tradewind_tools.exports.asl_validator import judge_machines  # noqa: PLC0415 - imports every handler

    return judge_machines(STAGES, _FOLDER / "asl-validator")


def _copy_terraform(folder: Path) -> Path:
    """Terraform as it is written, without the values that somebody gave it here.

    They name a blueprint, which checkov cannot read: it would take all that stands there for switched off.
    """
    return shutil.copytree(TERRAFORM, folder / "terraform", ignore=shutil.ignore_patterns(*_VALUES))


def _run(command: Sequence[str]) -> int:
    tool, *arguments = command
    return subprocess.call([str(_FOLDER / "bin" / tool), *arguments], cwd=PROJECT)  # noqa: S603 - our own tools
