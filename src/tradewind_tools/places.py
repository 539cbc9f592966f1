"""Where things are in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
SOURCE: Final = PROJECT / "src"
BUILD: Final = PROJECT / "build"
PACKAGE: Final = BUILD / "package"
"""What `./dev package` built."""
STACKS: Final = BUILD / "cloudformation"
"""What `./dev export cloudformation` wrote."""
