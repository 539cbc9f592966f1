"""A real browser, where one is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGE_BUDGET_MILLISECONDS = 4_000
TIMEOUT_SECONDS = 60

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


class Browser:
    """Opens an address, lets its scripts run, and gives the page as it stands then.

    For it, every name under `.test` leads to this machine: a website in the hands of a stranger.
    """

    def __init__(self, profile: Path) -> None:
        self._profile = profile

    def open(self, url: str) -> str:
        command = [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--host-resolver-rules=MAP *.test 127.0.0.1",
            f"--user-data-dir={self._profile}",
            f"--virtual-time-budget={PAGE_BUDGET_MILLISECONDS}",
            "--dump-dom",
            url,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True)
        return done.stdout
