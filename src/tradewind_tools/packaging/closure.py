"""What a function needs of our own code, read from the source: its handler's module, and all that this imports.

An import inside a function counts when something in reach mentions that function by name, and inside a method when
something asks an object for that name. So the payment providers, which `Shop.provider` loads at its first use, come
along only where code says `.provider`: too much at worst, never too little. Data files come along with the module that
stands beside them and names them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from tradewind_tools.packaging.errors import ModuleMissing

_PACKAGE = "__init__"
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_METHOD = "."
"""Before the name of a method, as where it is asked for."""


class Import(NamedTuple):
    """`within`: the outermost function that does it when called, a method with a dot before its name; empty when it
    happens as the module loads.
    """

    module: str
    within: str


@dataclass(frozen=True, slots=True)
class Module:
    """A module as its text shows it; `words` are the names it mentions, a function's own inside itself apart. What it
    asks an object for is there twice, with and without a dot before it.
    """

    name: str
    file: str
    imports: frozenset[Import]
    words: frozenset[str]
    data_files: frozenset[str]


class Source:
    """A package's source: its files by archive name, read once for all functions."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self._names = {_module_name(name) for name in files if name.endswith(".py")}
        self.modules = {module.name: module for module in (self._read(name) for name in files if name.endswith(".py"))}

    def closure(self, handler: str) -> dict[str, bytes]:
        """The files that the entry point `handler` (a dotted name) needs. Raises ModuleMissing."""
        module, _, word = handler.rpartition(".")
        names: set[str] = set()
        following = {module}
        while following:
            names |= {package for name in following for package in _with_parents(name)}
            reached = [self._module(name, handler) for name in names]
            following = set(_find_imports(reached, word)) - names
        return self._files_of(self.modules[name] for name in names)

    def _module(self, name: str, importer: str) -> Module:
        if name not in self.modules:
            raise ModuleMissing(importer, name)
        return self.modules[name]

    def _files_of(self, modules: Iterable[Module]) -> dict[str, bytes]:
        names = sorted(name for module in modules for name in {module.file, *module.data_files})
        return {name: self.files[name] for name in names}

    def _read(self, file: str) -> Module:
        parts = list(_parts(ast.parse(self.files[file]), ""))
        return Module(
            name=_module_name(file),
            file=file,
            imports=frozenset(Import(name, within) for node, within in parts for name in self._imports(node)),
            words=frozenset(word for node, within in parts for word in _words(node) if word != within),
            data_files=frozenset(name for node, _ in parts for name in self._beside(file, node)),
        )

    def _imports(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found = [name if name in self._names else node.module for name in inner]
        else:
            return
        yield from (name for name in found if name.partition(".")[0] in self._names)

    def _beside(self, file: str, node: ast.AST) -> Iterator[str]:
        """The data files, or the folder of them, beside the module `file` that a text in it names."""
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            return
        named = PurePosixPath(node.value.strip("/"))
        place = (PurePosixPath(file).parent / named).as_posix()
        if named.parts:
            data = (name for name in self.files if not name.endswith(".py"))
            yield from (name for name in data if name == place or name.startswith(f"{place}/"))


def _find_imports(modules: Iterable[Module], handler: str) -> Iterator[str]:
    reached = list(modules)
    words = {handler}.union(*(module.words for module in reached))
    for module in reached:
        yield from (each.module for each in module.imports if _happens(each, words))


def _happens(each: Import, words: set[str]) -> bool:
    return not each.within or each.within in words or each.within.strip(_METHOD).startswith("__")


def _parts(node: ast.AST, within: str) -> Iterator[tuple[ast.AST, str]]:
    """Every node that runs, with the outermost function around it."""
    for child in ast.iter_child_nodes(node):
        if _is_for_types_only(child):
            continue
        inside = within or _function_name(child, node)
        yield child, inside
        yield from _parts(child, inside)


def _function_name(node: ast.AST, parent: ast.AST) -> str:
    """Empty for what is no function."""
    if not isinstance(node, _Function):
        return ""
    return _METHOD + node.name if isinstance(parent, ast.ClassDef) else node.name


def _words(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield from (node.attr, _METHOD + node.attr)
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.name for alias in node.names)


def _is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _module_name(file: str) -> str:
    parts = PurePosixPath(file).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == _PACKAGE else parts)


def _with_parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))
