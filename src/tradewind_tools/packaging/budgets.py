"""How large a package may be, in bytes. What is over names its largest files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tradewind_tools.packaging.errors import PackageTooLarge

DEPLOYED_BYTES: Final = 10_000_000
"""A layer and the largest function, zipped: all that one function brings with it."""
OWN_BYTES: Final = 300_000
"""Our own code of the largest function, zipped, with its bytecode."""
TEMPLATES: Final = "tradewind/notifications/templates/"
"""Mails are no code, and grow with what the shop has to say: they count apart."""
TEMPLATES_BYTES: Final = 100_000
SOURCE_BYTES: Final = 600_000
"""All there is of it as source, zipped: no function has it all, but it says how the shop grows."""

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Measure:
    """A size that has a budget; `content` is the archive whose largest files are to blame."""

    name: str
    size: int
    budget: int
    content: bytes

    @property
    def is_over(self) -> bool:
        return self.size > self.budget

    def __str__(self) -> str:
        return f"{self.name}: {self.size:,} bytes of {self.budget:,}; largest: {', '.join(_largest(self.content))}"


def measure_all(layers: Mapping[str, bytes], functions: Mapping[str, bytes], source: bytes) -> list[Measure]:
    """Each size beside its budget; `source` is all our source code, zipped without bytecode."""
    name, largest = max(functions.items(), key=lambda each: _code_size(each[1]))
    templates = max(map(_templates_size, functions.values()))
    return [
        *_measure_deployments(layers, max(map(len, functions.values()))),
        Measure(f"our code in the largest function, {name}", _code_size(largest), OWN_BYTES, largest),
        Measure("templates of mails", templates, TEMPLATES_BYTES, source),
        Measure("all our source code", len(source), SOURCE_BYTES, source),
    ]


def enforce(measured: list[Measure]) -> None:
    """Raises PackageTooLarge."""
    over = [str(measure) for measure in measured if measure.is_over]
    if over:
        raise PackageTooLarge(over)


def _measure_deployments(layers: Mapping[str, bytes], function_bytes: int) -> Iterator[Measure]:
    for architecture, layer in sorted(layers.items()):
        name = f"layer {architecture} and the largest function"
        yield Measure(name, len(layer) + function_bytes, DEPLOYED_BYTES, layer)


def _code_size(function: bytes) -> int:
    return len(function) - _templates_size(function)


def _templates_size(function: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(function)) as archive:
        return sum(entry.compress_size for entry in archive.infolist() if entry.filename.startswith(TEMPLATES))


def _largest(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = sorted(archive.infolist(), key=lambda entry: entry.compress_size, reverse=True)
    return [f"{entry.filename} ({entry.compress_size:,})" for entry in entries[:_NAMED]]
