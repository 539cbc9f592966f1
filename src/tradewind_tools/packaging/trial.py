"""Every package tried before it leaves: unpacked beside the layer, loaded by Lambda's Python that sees nothing else."""

from __future__ import annotations

import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tradewind_tools.packaging.errors import NotImportable
from tradewind_tools.packaging.interpreter import Interpreter, unpack

_PROGRAM = """
import sys
from importlib import import_module
code, layer, handlers, modules = sys.argv[1:]
sys.path[:0] = [code, layer]
for handler in handlers.split():
    module, _, name = handler.rpartition(".")
    assert callable(getattr(import_module(module), name)), f"{handler} is not callable"
for module in modules.split():
    import_module(module)
from tradewind.aws.table import _load_core
_load_core()
"""
"""The handlers first, as Lambda does; then all that their functions may load later."""

_SHOWN_LINES = 3
_AT_ONCE = 2


def load_all(
    interpreter: Interpreter,
    handlers: Mapping[str, str],
    functions: Mapping[str, dict[str, bytes]],
    layer: Mapping[str, bytes],
) -> None:
    """Load the handler of each function from its own files and those of `layer` alone. Raises NotImportable."""
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(_AT_ONCE) as pool:
        libraries = Path(scratch) / "layer"
        unpack(layer, libraries)

        def load(names: list[str]) -> None:
            folder = Path(scratch) / "functions" / names[0]
            unpack(functions[names[0]], folder)
            _load(interpreter, names[0], [handlers[name] for name in names], folder, libraries)

        list(pool.map(load, _alike(functions)))


def _alike(functions: Mapping[str, dict[str, bytes]]) -> list[list[str]]:
    """The functions by what they hold: those of one module are tried together."""
    names: dict[frozenset[str], list[str]] = defaultdict(list)
    for name, files in functions.items():
        names[frozenset(files)].append(name)
    return list(names.values())


def _load(interpreter: Interpreter, name: str, handlers: Iterable[str], folder: Path, libraries: Path) -> None:
    modules = [_module_name(path.relative_to(folder)) for path in sorted(folder.rglob("*.py"))]
    arguments = (str(folder), str(libraries), " ".join(handlers), " ".join(modules))
    try:
        interpreter.run("-S", "-c", _PROGRAM, *arguments)
    except subprocess.CalledProcessError as failed:
        raise NotImportable(name, "\n".join(failed.stderr.splitlines()[-_SHOWN_LINES:])) from failed


def _module_name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
