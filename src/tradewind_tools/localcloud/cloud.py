"""A local cloud of one's own, for a test or a script."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.deploy import BUCKET, Deployer, StackChange, Template
from tradewind_tools.localcloud.package import CodePackage
from tradewind_tools.localcloud.process import ServerProcess
from tradewind_tools.localcloud.sockets import listen
from tradewind_tools.ministack.environment import USUAL_ACCOUNT, Account
from tradewind_tools.ministack.meter import TableUsage, measure


class LocalCloud:
    """A local cloud on free ports, as a context manager.

    Without a `state_dir` it lives in a folder of its own and forgets everything; with one it persists there.
    One whose account is enforcing keeps every decision, and has no meter.
    """

    def __init__(self, state_dir: Path | None = None, *, account: Account = USUAL_ACCOUNT) -> None:
        self._temporary = state_dir is None
        self._folder = state_dir or Path(tempfile.mkdtemp(prefix="tradewind-"))
        self._account = account
        self._server: ServerProcess | None = None

    def __enter__(self) -> Self:
        self._server = ServerProcess.start(
            self._folder, listen(), listen(), persistent=not self._temporary, account=self._account
        )
        try:
            self._server.wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def server(self) -> ServerProcess:
        if self._server is None:
            raise RuntimeError("the local cloud is not running: use it in a with statement")
        return self._server

    @property
    def endpoint_url(self) -> str:
        """The address of the cloud's services, as boto3's `endpoint_url` wants it."""
        return self.server.endpoint_url

    @property
    def front_door_url(self) -> str:
        """The address a customer sees, without a slash at the end; the API is at `/v1`."""
        return self.server.front_door_url

    def deploy(
        self,
        template: Template | None = None,
        package: CodePackage | None = None,
        *,
        settings: Mapping[str, str] | None = None,
    ) -> StackChange:
        """Deploy a template whose code is in `package`, or the whole shop with these settings. Raises `StackFailed`."""
        if template is None:
            from tradewind_tools.localcloud.shop import TradewindShop  # noqa: PLC0415 - a small template needs no blueprint

            return TradewindShop(settings).deploy(self.endpoint_url, self.front_door_url)
        deployer = Deployer(self.endpoint_url)
        if package is not None:
            deployer.upload(package)
        return deployer.deploy(template)

    def meter(self) -> AbstractContextManager[TableUsage]:
        """Count the DynamoDB round trips and capacity of a block; the figures are there at its end."""
        return measure(self.endpoint_url)

    def reset(self) -> None:
        """Forget everything: tables, functions, messages, the deployed stack."""
        call("POST", f"{self.endpoint_url}/_ministack/reset")

    def stop(self) -> None:
        """In order; but what is forgotten anyway need not be finished first."""
        if self._server is not None:
            self._server.kill() if self._temporary else self._server.stop()
            self._server = None
        if self._temporary:
            shutil.rmtree(self._folder, ignore_errors=True)


__all__ = ["BUCKET", "LocalCloud"]
