"""Patterns of texts, in the dialect that Python, JSON Schema and API Gateway share."""

from __future__ import annotations

from typing import Final

END: Final = r"(?![\s\S])"
"""Nothing follows. `$` would let a line break pass in Python."""

VISIBLE: Final = r"^(?![\s\S]*[\x00-\x1f\x7f])[\s\S]*\S"
"""Something to be seen, and no control characters."""
