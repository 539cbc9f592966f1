"""Where the functions' code is: zip files that were built before, or one in S3."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tradewind_tools.errors import Refusal
from tradewind_tools.exports.cloudformation.functions import ARCHITECTURE

MANIFEST = "manifest.json"


class NotPackaged(Refusal):
    """There is no package whose files a template could name."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no {MANIFEST} in {folder}. Build the package first: ./dev package")


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The address of each function's code by the function's name, `common` that of all others; the dependencies' layer.

    Without a layer the code brings its dependencies along.
    """

    common: str = ""
    functions: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None

    @classmethod
    def in_folder(cls, folder: Path, seen_from: Path) -> Artifacts:
        """What `./dev package` put into a folder, as a template in another folder names it. Raises NotPackaged."""
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NotPackaged(folder) from None
        there = Path(os.path.relpath(folder, seen_from))
        functions = {name: str(there / built["file"]) for name, built in manifest["functions"].items()}
        return cls(functions=functions, layer=str(there / manifest["layers"][ARCHITECTURE]["file"]))

    def of(self, function: str) -> str:
        return self.functions.get(function, self.common)
