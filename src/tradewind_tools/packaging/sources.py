"""What of this project goes to Lambda."""

from __future__ import annotations

import json
from pathlib import Path

from tradewind_tools.places import SOURCE


def own_code(source: Path = SOURCE) -> dict[str, bytes]:
    """The files of `tradewind` in the folder `source`, by their names in an archive."""
    paths = (path for path in (source / "tradewind").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(source).as_posix(): path.read_bytes() for path in paths}


def api_description() -> dict[str, bytes]:
    """What the service serves of itself, made from the blueprint."""
    from tradewind_tools.exports import openapi  # noqa: PLC0415 - loads every handler

    return {"tradewind/service/openapi.json": json.dumps(openapi.document(), separators=(",", ":")).encode()}
