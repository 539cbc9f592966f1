"""Runs the end-to-end tests against a shop that is deployed already."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Final, Self

from tradewind_tools.deployment.errors import TestsFailed
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.deploy import StackChange, Template
from tradewind_tools.localcloud.package import CodePackage
from tradewind_tools.places import PROJECT

CLOUD: Final = "TRADEWIND_CLOUD"
"""The variable that names a running cloud: its endpoint and its front door, with a space between."""


class RunningCloud(LocalCloud):
    """A local cloud that another process has started and will stop, with the shop in it."""

    def __init__(self, endpoint_url: str, front_door_url: str) -> None:
        self._addresses = endpoint_url, front_door_url

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> RunningCloud | None:
        """The one that `TRADEWIND_CLOUD` names."""
        named = environment.get(CLOUD)
        return cls(*named.split()) if named else None

    def __enter__(self) -> Self:
        return self

    @property
    def endpoint_url(self) -> str:
        return self._addresses[0]

    @property
    def front_door_url(self) -> str:
        return self._addresses[1]

    def deploy(
        self,
        template: Template | None = None,
        package: CodePackage | None = None,
        *,
        settings: Mapping[str, str] | None = None,  # noqa: ARG002 - it has its own
    ) -> StackChange:
        """The shop is there already; another is not for this cloud. Raises ValueError."""
        if template is not None or package is not None:
            raise ValueError("a running cloud keeps the shop that it has")
        return StackChange.UNCHANGED

    def stop(self) -> None:
        """Leave it running."""


def run_end_to_end_tests(cloud: LocalCloud) -> None:
    """Run the tests that need a shop against the one in `cloud`. Raises TestsFailed."""
    where = {CLOUD: f"{cloud.endpoint_url} {cloud.front_door_url}"}
    command = [sys.executable, "-m", "pytest", "tests/e2e"]
    if subprocess.call(command, cwd=PROJECT, env={**os.environ, **where}):  # noqa: S603 - our own tests
        raise TestsFailed
