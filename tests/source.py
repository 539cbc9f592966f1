"""The source read as text: its modules and what each of them imports, without importing any."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
TESTS = ROOT / "tests"


class Import(NamedTuple):
    """`is_at_start`: it happens when the module is loaded, not when a function is called or a type is checked."""

    importer: str
    imported: str
    is_at_start: bool


@cache
def modules(package: str) -> dict[str, Path]:
    """The modules of `package` and of all packages in it, by their dotted names."""
    paths = sorted((SOURCE / package).rglob("*.py"))
    return {_dotted(path): path for path in paths}


@cache
def imports(package: str) -> tuple[Import, ...]:
    """Every import of every module of `package`."""
    return tuple(each for name, path in modules(package).items() for each in _imports(name, path))


@cache
def imported_names(path: Path) -> frozenset[str]:
    """The modules that a file imports, wherever it does."""
    return frozenset(name for node in ast.walk(ast.parse(path.read_text())) for name in _imported(node))


def _dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(importer: str, path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text())
    at_start = set(_at_start(tree))
    for node in ast.walk(tree):
        for name in _imported(node):
            yield Import(importer, name, node in at_start)


def _at_start(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _is_for_types_only(node):
            continue
        yield node
        yield from _at_start(node)


def _is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        module = node.module or ""
        yield from (_module_of(module, alias.name) for alias in node.names)


def _module_of(module: str, name: str) -> str:
    """`from a import b` loads the module `a.b`, if there is one, and `a` otherwise."""
    inner = SOURCE.joinpath(*module.split("."), name)
    return f"{module}.{name}" if inner.with_suffix(".py").is_file() or inner.is_dir() else module
