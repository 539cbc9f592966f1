"""Source to bytecode. Also a program for another interpreter: `python3.13 compiling.py FOLDER` compiles what is in it.

With `bare` after it, the bytecode has no docstrings and no assertions, as with `python -OO`: nothing reads those of the
shop's functions on Lambda, and they are an eighth of it.

Only the standard library here: the other interpreter knows nothing else.
"""

from __future__ import annotations

import sys
from pathlib import Path
from py_compile import PycInvalidationMode
from py_compile import compile as compile_file

BARE = "bare"


def bytecode_name(name: str, tag: str | None = sys.implementation.cache_tag) -> str:
    """Where the bytecode of the source file `name` belongs: `a/b.py` → `a/__pycache__/b.cpython-313.pyc`."""
    path = Path(name)
    return (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").as_posix()


def compile_into(path: Path, name: str, target: Path, *, is_bare: bool = False) -> None:
    """Compile the file at `path`, known in tracebacks as `name`. Raises py_compile.PyCompileError."""
    # Unchecked: an unpacked archive has new modification times, and its source never changes.
    mode = PycInvalidationMode.UNCHECKED_HASH
    optimize = 2 if is_bare else 0
    compile_file(str(path), str(target), dfile=name, doraise=True, optimize=optimize, invalidation_mode=mode)


def compile_folder(folder: Path, *, is_bare: bool = False) -> None:
    """Compile every module below `folder`, each into the `__pycache__` beside it."""
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        target = folder / bytecode_name(name)
        target.parent.mkdir(exist_ok=True)
        compile_into(path, name, target, is_bare=is_bare)


if __name__ == "__main__":
    compile_folder(Path(sys.argv[1]), is_bare=BARE in sys.argv[2:])
