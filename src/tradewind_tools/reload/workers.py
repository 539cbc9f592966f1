"""Where MiniStack is made to run saved code: a worker that was started before a change is replaced at its next use."""

from __future__ import annotations

from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from tradewind_tools.reload.overlay import Overlay


def apply(overlay: Overlay) -> None:
    """Make the adjustment. Call once, after the others, before the first request."""
    from ministack.core import lambda_runtime  # noqa: PLC0415 - reads its settings from the environment when imported
    from ministack.services import lambda_svc  # noqa: PLC0415 - the same

    run_saved_code(lambda_svc, lambda_runtime, overlay)


def run_saved_code(lambda_svc: ModuleType, lambda_runtime: ModuleType, overlay: Overlay) -> None:
    """A function's worker starts from the code that was deployed, and lives for as long as it is used."""
    acquire, spawn = lambda_svc.acquire_worker, lambda_runtime.Worker._spawn  # noqa: SLF001
    versions: WeakKeyDictionary[Any, int] = WeakKeyDictionary()

    def acquire_current(*arguments: Any, **options: Any) -> tuple[Any, str]:  # noqa: ANN401 - its own
        leased: tuple[Any, str] = acquire(*arguments, **options)
        started_from = versions.get(leased[0])
        if started_from is not None and started_from != overlay.version():
            lambda_runtime.kill_workers([leased[0]])  # it starts again when it is invoked
        return leased

    def spawn_from_source(self: Any) -> None:  # noqa: ANN401 - its own
        version = overlay.version()
        self.code_zip = overlay.archive(self.code_zip, version)
        versions[self] = version
        spawn(self)

    lambda_svc.acquire_worker = acquire_current  # type: ignore[attr-defined]
    lambda_runtime.Worker._spawn = spawn_from_source  # noqa: SLF001
