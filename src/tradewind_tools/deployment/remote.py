"""Terraform's part of a stage at AWS: what it needs, its plan, and its outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from tradewind_tools.deployment.errors import NotDeployed
from tradewind_tools.deployment.stage import Stage
from tradewind_tools.deployment.terraform import Listener, Terraform
from tradewind_tools.deployment.terraform_errors import explain_failures
from tradewind_tools.packaging.building import MANIFEST, build
from tradewind_tools.packaging.manifest import Manifest, commit_of
from tradewind_tools.packaging.wheels import Architecture
from tradewind_tools.places import BUILD, PACKAGE, SOURCE

BUILT: Final = BUILD / "terraform"
UNCOMMITTED: Final = "+"

_CHANGED_BY_AWS: Final = {
    "function_version",
    "last_modified",
    "last_processing_result",
    "routing_config",
    "version_stages",
}
"""Attributes that releases, rotations and AWS itself change."""


class Plan(NamedTuple):
    """What an apply would do; `outside` names what was changed since then outside of Terraform."""

    changes: bool
    text: str
    outside: list[str]
    warnings: list[str]


class RemoteStage:
    """A stage at AWS as Terraform sees it; its working files are in `workspace`."""

    def __init__(
        self,
        stage: Stage,
        *,
        workspace: Path | None = None,
        manifest: Path = PACKAGE / MANIFEST,
        listener: Listener = lambda _: None,
        warn: Listener = lambda _: None,
    ) -> None:
        self._stage = stage
        self._workspace = workspace or BUILT / stage.name
        self._manifest = manifest
        self._listener = listener
        self._warn = warn

    def prepare(self) -> None:
        """Write the blueprint and reach the state. Raises TerraformMissing, ProviderMissing, and as `explain`."""
        from tradewind_tools.exports.terraform import blueprint  # noqa: PLC0415 - imports every handler

        self._workspace.mkdir(parents=True, exist_ok=True)
        self._blueprint.write_text(json.dumps(blueprint.document(self._stage.name)))
        place = self._stage.place
        backend = {"bucket": place.state_bucket, "key": self._stage.state_key, "region": place.region}
        with explain_failures(self._stage):
            self.terraform.init("-reconfigure", *(f"-backend-config={name}={value}" for name, value in backend.items()))

    def plan(self, *, refresh: bool = True) -> Plan:
        """Plan an apply; without `refresh`, changes made outside of Terraform are not found."""
        with explain_failures(self._stage):
            changes = self.terraform.plan(self._planned, refresh=refresh)
            shown = self.terraform.show_json(self._planned)
            text = self.terraform.show_text(self._planned)
            return Plan(changes, text, find_drift(shown), self.terraform.warnings)

    def apply(self) -> None:
        """Apply the last plan, and nothing else."""
        with explain_failures(self._stage):
            self.terraform.apply_plan(self._planned)

    def destroy(self) -> None:
        with explain_failures(self._stage):
            self.terraform.destroy()

    def unlock(self, lock: str) -> None:
        with explain_failures(self._stage):
            self.terraform.unlock(lock)

    def outputs(self) -> Mapping[str, Any]:
        """Raises NotDeployed."""
        with explain_failures(self._stage):
            found = self.terraform.output()
        if not found:
            raise NotDeployed(self._stage.name)
        return found

    @cached_property
    def terraform(self) -> Terraform:
        variables = {
            "region": self._stage.place.region,
            "blueprint": str(self._blueprint),
            "packages": str(self._manifest),
        }
        return Terraform(
            self._stage.folder,
            self._workspace / "data",
            variables,
            variables_file=self._stage.variables_file,
            listener=self._listener,
            warn=self._warn,
        )

    @property
    def _blueprint(self) -> Path:
        return self._workspace / "blueprint.json"

    @property
    def _planned(self) -> Path:
        return self._workspace / "data" / "deploy.tfplan"


def latest_versions(outputs: Mapping[str, Any]) -> dict[str, str]:
    """The latest published version of each function, by the function's name at AWS."""
    return {each["name"]: each["version"] for each in outputs["functions"].values()}


def find_drift(plan: Mapping[str, Any]) -> list[str]:
    """`aws_lambda_function.this (memory_size, timeout)` of Terraform's plan as JSON."""
    put_back = {each["address"]: _put_back(each["change"]) for each in plan.get("resource_changes", [])}
    drifted = ((each["address"], each["change"]) for each in plan.get("resource_drift", []))
    found = ((address, _difference(change, put_back.get(address, set()))) for address, change in drifted)
    return [f"{address} ({different})" for address, different in found if different]


def _put_back(change: Mapping[str, Any]) -> set[str]:
    """Attributes that an apply would set back."""
    return _different(change) if change["actions"] == ["update"] else set()


def _difference(change: Mapping[str, Any], put_back: set[str]) -> str:
    """Attributes that have changed.

    An attribute that Terraform did not know before, such as a role's policies, which are made after the role, counts
    only if an apply would set it back.
    """
    if change["after"] is None:
        return "gone"
    known = {name for name, value in (change["before"] or {}).items() if value}
    return ", ".join(sorted(_different(change) & (known | put_back) - _CHANGED_BY_AWS))


def _different(change: Mapping[str, Any]) -> set[str]:
    """An attribute that is empty at AWS and not set in Terraform is no difference."""
    before, after = change["before"] or {}, change["after"] or {}
    return {name for name in before | after if (before.get(name) or None) != (after.get(name) or None)}


def ensure_package() -> str:
    """Package the commit that is checked out, unless build/package has it already. Returns the commit.

    It ends in `+` if there were uncommitted changes. Raises PackagingError.
    """
    file = PACKAGE / MANIFEST
    there = msgspec.json.decode(file.read_bytes(), type=Manifest).commit if file.exists() else ""
    if there and is_committed(there) and there == commit_of(SOURCE):
        return there
    return build(list(Architecture)).manifest.commit


def is_committed(commit: str) -> bool:
    return not commit.endswith(UNCOMMITTED)
