"""The exported state machines before an outside judge: asl-validator, a program of Node.js.

Its version and those of all that it needs are pinned, with the hash of each, in `requirements/asl-validator`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import typer

from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.places import PROJECT

PINNED: Final = PROJECT / "requirements" / "asl-validator"
SKIPPED: Final = "Skipped: without Node.js (npm) nobody but our own tests looked at the state machines."

_ARN = "arn:aws:lambda:eu-central-1:123456789012:function:{name}"
"""In place of what CloudFormation puts into a definition."""


def judge_machines(stages: Sequence[str], folder: Path) -> int:
    """Have the state machines of stages judged in an installation in the folder. The exit status is 0 if all are good.

    Without npm they are not, which is said.
    """
    npm = shutil.which("npm")
    if npm is None:
        typer.echo(SKIPPED)
        return 0
    installed = _install(npm, folder)
    if installed:
        return installed
    return max(_judge(path, folder) for stage in stages for path in write_definitions(stage, folder))


def write_definitions(stage: str, folder: Path) -> Iterator[Path]:
    """Write each state machine of a stage into a file, with ARNs where CloudFormation would put them."""
    resources = cloudformation.template(stage, cloudformation.Code("code", "code.zip"))["Resources"]
    for name, made in resources.items():
        if made["Type"] == "AWS::StepFunctions::StateMachine":
            path = folder / f"{stage}-{name}.json"
            path.write_text(_definition(made["Properties"]), encoding="utf-8")
            yield path


def _definition(machine: Mapping[str, Any]) -> str:
    text = json.dumps(machine["Definition"], indent=2)
    for name in machine["DefinitionSubstitutions"]:
        text = text.replace(f"${{{name}}}", _ARN.format(name=name))
    return text


def _install(npm: str, folder: Path) -> int:
    """Install what is pinned, unless it is there. Scripts of packages are not run."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = PINNED / "package-lock.json"
    installed = folder / lock.name
    if installed.exists() and installed.read_bytes() == lock.read_bytes() and _program(folder).exists():
        return 0
    for name in ("package.json", lock.name):
        shutil.copy(PINNED / name, folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    return subprocess.call(command, cwd=folder)  # noqa: S603 - npm, which was looked up


def _judge(definition: Path, folder: Path) -> int:
    return subprocess.call([str(_program(folder)), "--json-path", str(definition)])  # noqa: S603 - what is pinned


def _program(folder: Path) -> Path:
    return folder / "node_modules" / ".bin" / "asl-validator"
