"""Every package tried before it leaves: unpacked beside the layer, loaded by Lambda's Python that sees nothing else."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tradewind_tools.packaging.errors import NotImportable
from tradewind_tools.packaging.interpreter import Interpreter, unpack

_PROGRAM = """
import sys
from importlib import import_module
code, layer, handler, *modules = sys.argv[1:]
sys.path[:0] = [code, layer]
module, _, name = handler.rpartition(".")
assert callable(getattr(import_module(module), name)), f"{handler} is not callable"
for each in modules:
    import_module(each)
from tradewind.aws.table import _load_core
_load_core()
"""
"""The handler first, as Lambda does; then all that its functions may load later."""

_TOLD_LINES = 3
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

        def load(name: str) -> None:
            folder = Path(scratch) / "functions" / name
            unpack(functions[name], folder)
            _load(interpreter, name, handlers[name], folder, libraries)

        list(pool.map(load, functions))


def _load(interpreter: Interpreter, name: str, handler: str, folder: Path, libraries: Path) -> None:
    modules = [_dotted(path.relative_to(folder)) for path in sorted(folder.rglob("*.py"))]
    try:
        interpreter.run("-S", "-c", _PROGRAM, str(folder), str(libraries), handler, *modules)
    except subprocess.CalledProcessError as failed:
        raise NotImportable(name, "\n".join(failed.stderr.splitlines()[-_TOLD_LINES:])) from failed


def _dotted(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")
