"""A fresh Python, for what only a fresh process can show: which modules an import brings."""

from __future__ import annotations

import os
import subprocess
import sys


def fresh(program: str) -> str:
    """What `program` prints in an interpreter of its own that finds the same modules."""
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
