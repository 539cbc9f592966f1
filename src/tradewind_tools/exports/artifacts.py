"""The location of the functions' code: the archives of a package, or one archive in S3."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tradewind_tools.exports.cloudformation.functions import ARCHITECTURE
from tradewind_tools.exports.errors import MANIFEST, NotPackaged


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
        """The package in a folder, with paths relative to the folder of the template. Raises NotPackaged."""
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NotPackaged(folder) from None
        there = Path(os.path.relpath(folder, seen_from))
        functions = {name: str(there / built["file"]) for name, built in manifest["functions"].items()}
        return cls(functions=functions, layer=str(there / manifest["layers"][ARCHITECTURE]["file"]))

    def of(self, function: str) -> str:
        return self.functions.get(function, self.common)
