"""The shop in a local cloud, deployed by the same Terraform modules as at AWS."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any, Final

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.deployment import inventory
from tradewind_tools.deployment.errors import Drift, Leftover
from tradewind_tools.deployment.state_bucket import StateBucket
from tradewind_tools.deployment.terraform import Listener, Terraform
from tradewind_tools.exports.cloudformation.names import LOCAL
from tradewind_tools.exports.terraform import blueprint
from tradewind_tools.exports.terraform.references import snake
from tradewind_tools.localcloud import package
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.package import CodePackage
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.localcloud.wide_limits import WIDE_LIMITS
from tradewind_tools.packaging.sources import api_description
from tradewind_tools.places import PROJECT

MODULES: Final = PROJECT / "infra" / "terraform"
PARALLEL: Final = 40
"""Terraform mostly waits for what it has made: five seconds for a function, twenty-five for a queue."""

_ZIP = "functions.zip"

LEFT_BY_FUNCTIONS: Final = "log group /aws/lambda/"
"""The local cloud writes every function's log to a group of its own, too; like AWS's, it outlives its function."""


class LocalStage:
    """The stage `local`, in a local cloud; everything that Terraform needs or keeps is in `workspace`."""

    def __init__(self, cloud: LocalCloud, workspace: Path, listener: Listener = lambda _: None) -> None:
        self._session = local_session()
        self._cloud = cloud
        self._state = StateBucket(self._session, cloud.endpoint_url)
        self._workspace = workspace
        configuration = workspace / "terraform" / LOCAL
        self.terraform = Terraform(
            configuration, workspace / "data", self._variables(), parallel=PARALLEL, listener=listener
        )

    def prepare(self) -> None:
        """Lay out the modules, the blueprint and the package; load the provider and check the configuration.

        Raises TerraformMissing, ProviderMissing, TerraformFailed.
        """
        shutil.copytree(MODULES, self._workspace / "terraform", ignore=shutil.ignore_patterns(".terraform*"))
        self._blueprint.write_text(json.dumps(blueprint.document(LOCAL)))
        _write_packages(package.build(api_description()), self._manifest)
        self._backend.write_text(self._state.settings)
        self._state.make()
        self.terraform.init(f"-backend-config={self._backend}")
        self.terraform.validate()

    def check_is_stable(self) -> None:
        """Raises Drift unless a second apply would change nothing, and TerraformFailed."""
        if changes := self.terraform.changes():
            raise Drift(changes)

    def destroy(self) -> None:
        """Destroy everything. Raises TerraformFailed, and Leftover when something is still there."""
        self.terraform.destroy("-refresh=false")  # nobody else has changed anything, and it takes half the time
        self._state.remove()
        if left := [name for name in self.inventory() if not name.startswith(LEFT_BY_FUNCTIONS)]:
            raise Leftover(left)

    def inventory(self) -> inventory.Inventory:
        return inventory.take(self._session, self._cloud.endpoint_url)

    @property
    def _blueprint(self) -> Path:
        return self._workspace / "blueprint.json"

    @property
    def _backend(self) -> Path:
        return self._workspace / "local.tfbackend"

    @property
    def _manifest(self) -> Path:
        return self._workspace / "package" / "manifest.json"

    def _variables(self) -> dict[str, Any]:
        return {
            "endpoint": self._cloud.endpoint_url,
            "blueprint": str(self._blueprint),
            "packages": str(self._manifest),
            "settings": {
                "shop_url": self._cloud.front_door_url,
                "api_url": f"{self._cloud.front_door_url}/v1",
            }
            | {snake(name): each for name, each in WIDE_LIMITS.items()},
        }


def _write_packages(built: CodePackage, manifest: Path) -> None:
    """As `./dev package` writes it, but one zip for all functions, and no layer: the local cloud takes ours."""
    digest = hashlib.sha256(built.content).hexdigest()
    packed = {"file": _ZIP, "sha256": digest, "bytes": len(built.content)}
    manifest.parent.mkdir()
    manifest.with_name(_ZIP).write_bytes(built.content)
    manifest.write_text(json.dumps({"layers": {}, "functions": {each.name: packed for each in FUNCTIONS}}))
