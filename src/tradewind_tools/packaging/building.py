"""The whole package: a layer per architecture, a zip per function, and the manifest that lists them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.packaging import budgets, interpreter, layer, trial, wheels
from tradewind_tools.packaging.archive import make_zip
from tradewind_tools.packaging.bare_source import strip
from tradewind_tools.packaging.closure import Source
from tradewind_tools.packaging.compiling import bytecode_name
from tradewind_tools.packaging.interpreter import RUNTIME, TAG, Interpreter
from tradewind_tools.packaging.manifest import BuiltArchive, Manifest, commit_of, encode
from tradewind_tools.packaging.sources import api_description, own_code
from tradewind_tools.packaging.templates import compile_templates
from tradewind_tools.packaging.wheels import Architecture
from tradewind_tools.places import BUILD, PACKAGE, PROJECT, SOURCE

WHEELS: Final = BUILD / "wheels"
MANIFEST: Final = "manifest.json"

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Parts:
    """The archives: layers by architecture, functions by name."""

    layers: dict[str, BuiltArchive]
    functions: dict[str, BuiltArchive]

    def manifest(self, commit: str, bytecode: str | None) -> Manifest:
        layers = {name: built.describe(_layer_file(name)) for name, built in self.layers.items()}
        functions = {name: built.describe(_function_file(name)) for name, built in self.functions.items()}
        return Manifest(commit, RUNTIME, bytecode, layers, functions)

    def by_file(self) -> Iterator[tuple[str, bytes]]:
        """The name of each file in the package, and what it holds."""
        yield from ((_layer_file(name), built.content) for name, built in self.layers.items())
        yield from ((_function_file(name), built.content) for name, built in self.functions.items())


@dataclass(frozen=True, slots=True)
class BuildResult:
    """The manifest, every size beside its budget, and how many functions were tried in Lambda's Python."""

    manifest: Manifest
    measures: list[budgets.Measure]
    tried: int


def build(
    architectures: Sequence[Architecture], *, with_bytecode: bool = True, source: Path = SOURCE, target: Path = PACKAGE
) -> BuildResult:
    """Build from the folder `source` into the folder `target`, replacing what is there. Raises PackagingError."""
    python = interpreter.find() if with_bytecode else None
    own = _own_code(source, python) | api_description()
    functions = _functions(own, _bytecode(python, own, is_bare=True))
    layers = _layers(architectures, python)
    tried = _try(python, functions, layers)
    parts = Parts(_zip_all({name: layer.place(files) for name, files in layers.items()}), _zip_all(functions))
    measured = budgets.measure_all(_contents(parts.layers), _contents(parts.functions), make_zip(own))
    budgets.enforce(measured)
    manifest = parts.manifest(commit_of(source), python.version if python else None)
    _write(target, parts, manifest)
    return BuildResult(manifest, measured, tried)


def _own_code(source: Path, python: Interpreter | None) -> Files:
    own = own_code(source)
    return compile_templates(own, python) if python else own


def _functions(own: Files, bytecode: Files) -> dict[str, Files]:
    """The files of each function, by its name: no more of our code than it needs, and without what only people read."""
    source = Source(own)
    bare = {name: strip(content) if name.endswith(".py") else content for name, content in own.items()}
    needed = {function.name: source.closure(function.handler) for function in FUNCTIONS}
    return {function: _with(bytecode, {name: bare[name] for name in files}) for function, files in needed.items()}


def _with(bytecode: Files, files: Files) -> Files:
    cached = (bytecode_name(name, TAG) for name in files)
    return files | {name: bytecode[name] for name in cached if name in bytecode}


def _bytecode(python: Interpreter | None, files: Files, *, is_bare: bool = False) -> Files:
    return python.compile_all(files, is_bare=is_bare) if python else {}


def _layers(architectures: Sequence[Architecture], python: Interpreter | None) -> dict[Architecture, Files]:
    requirements = wheels.parse_requirements((PROJECT / "requirements" / "runtime.txt").read_text())

    def contents(architecture: Architecture) -> Files:
        files = layer.contents(wheels.fetch(architecture, requirements, WHEELS / architecture))
        return files | _bytecode(python, files)

    with ThreadPoolExecutor() as pool:
        return dict(zip(architectures, pool.map(contents, architectures), strict=True))


def _try(python: Interpreter | None, functions: Mapping[str, Files], layers: Mapping[Architecture, Files]) -> int:
    """How many functions were tried: all of them where a layer fits this machine, none otherwise."""
    fitting = [files for architecture, files in layers.items() if python and architecture.machine == python.machine]
    if python is None or not fitting:
        return 0
    handlers = {function.name: function.handler for function in FUNCTIONS}
    trial.load_all(python, handlers, functions, fitting[0])
    return len(functions)


def _zip_all(packages: Mapping[str, Files]) -> dict[str, BuiltArchive]:
    return {name: BuiltArchive(make_zip(files), _size(files)) for name, files in sorted(packages.items())}


def _size(files: Files) -> int:
    return sum(map(len, files.values()))


def _contents(built: Mapping[str, BuiltArchive]) -> dict[str, bytes]:
    return {name: each.content for name, each in built.items()}


def _layer_file(architecture: str) -> str:
    return f"layer-{architecture}.zip"


def _function_file(name: str) -> str:
    return f"functions/{name}.zip"


def _write(target: Path, parts: Parts, manifest: Manifest) -> None:
    """Replace what is in `target`; whoever reads meanwhile finds the old package, the new one, or none."""
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    interpreter.unpack({**dict(parts.by_file()), MANIFEST: encode(manifest)}, fresh)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
