"""Adding the definitions of one module to another that is there already, as text: what stands in it stays as it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from tradewind_tools.scaffold.errors import ConflictingDefinition

Definition: TypeAlias = ast.FunctionDef | ast.ClassDef

DAY = "trade"
"""The function whose statements are added to those that it has."""

ITEMS = "ITEMS"
"""The tuple whose elements are added likewise."""


class _Edit(NamedTuple):
    """These lines, counted from 0, give way to a text."""

    start: int
    end: int
    text: str


def merge(existing: str, added: str) -> str:
    """The existing module with what it lacks of the other. Raises ConflictingDefinition.

    Imports come after the imports, constants before the first definition, definitions at the end. The linter sorts the
    imports afterwards, and joins those of one module.
    """
    old, new = Module(existing), Module(added)
    edits = [*_add_imports(old, new), *_add_constants(old, new), *_add_definitions(old, new)]
    edits.sort(key=attrgetter("start"))
    lines = list(old.lines)
    for edit in reversed(edits):  # from below: the lines above keep their numbers
        lines[edit.start : edit.end] = [edit.text]
    return "".join(lines)


class Module:
    """A module's text, and what it defines."""

    def __init__(self, source: str) -> None:
        self.lines = source.splitlines(keepends=True)
        self.body = ast.parse(source).body
        self.imports = [node for node in self.body if isinstance(node, ast.Import | ast.ImportFrom)]
        self.definitions = {node.name: node for node in self.body if isinstance(node, Definition)}
        self.constants = {
            node.targets[0].id: node
            for node in self.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }

    def text(self, node: ast.stmt) -> str:
        """Its lines, with those that decorate it."""
        return "".join(self.lines[_first_line(node) - 1 : node.end_lineno])

    def segment(self, node: ast.expr) -> str:
        return ast.get_source_segment("".join(self.lines), node) or ""

    def end_of(self, nodes: list[ast.stmt]) -> int:
        return max((node.end_lineno or 0 for node in nodes), default=0)


def _add_imports(old: Module, new: Module) -> Iterator[_Edit]:
    end, there = old.end_of(list(old.imports)), set(_list_imports(old))
    missing = [line for line in _list_imports(new) if line not in there]
    yield _Edit(end, end, "".join(f"{line}\n" for line in missing))


def _list_imports(module: Module) -> Iterator[str]:
    """A line for each name that is imported."""
    for node in module.imports:
        for alias in node.names:
            source = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
            yield f"{source}import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")


def _add_constants(old: Module, new: Module) -> Iterator[_Edit]:
    """Raises ConflictingDefinition."""
    definitions = [_first_line(node) for node in old.definitions.values()]
    before = [node for node in old.body if node.lineno < min(definitions, default=len(old.lines) + 1)]
    end = old.end_of(before)
    for name, node in new.constants.items():
        there = old.constants.get(name)
        if there is None:
            yield _Edit(end, end, f"\n{new.text(node)}")
        elif name == ITEMS:
            yield _Edit(there.lineno - 1, there.end_lineno or 0, f"{ITEMS} = ({_join_items(old, new)})\n")
        elif ast.dump(there.value) != ast.dump(node.value):
            raise ConflictingDefinition(name)


def _join_items(old: Module, new: Module) -> str:
    there = {ast.dump(each): old.segment(each) for each in _elements(old)}
    return "".join(
        f"{text}, " for text in (there | {ast.dump(each): new.segment(each) for each in _elements(new)}).values()
    )


def _add_definitions(old: Module, new: Module) -> Iterator[_Edit]:
    """Raises ConflictingDefinition where there is one of this name that is called, or made, otherwise."""
    end = len(old.lines)
    for name, node in new.definitions.items():
        there = old.definitions.get(name)
        if there is None:
            yield _Edit(end, end, f"\n\n{new.text(node)}")
        elif name == DAY:
            yield _Edit(there.end_lineno or 0, there.end_lineno or 0, "".join(map(new.text, node.body)))
        elif not _is_alike(node, there):
            raise ConflictingDefinition(name)


def _is_alike(wanted: Definition, there: Definition) -> bool:
    """Whether a function takes the same arguments; whether a class has all fields that are wanted."""
    if isinstance(wanted, ast.FunctionDef) and isinstance(there, ast.FunctionDef):
        return [each.arg for each in wanted.args.args] == [each.arg for each in there.args.args]
    return type(wanted) is type(there) and _fields(wanted) <= _fields(there)


def _fields(node: Definition) -> set[str]:
    targets = (each.target for each in node.body if isinstance(each, ast.AnnAssign))
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _elements(module: Module) -> list[ast.expr]:
    value = module.constants[ITEMS].value
    return value.elts if isinstance(value, ast.Tuple) else []


def _first_line(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, Definition) else []
    return min([node.lineno, *(each.lineno for each in decorators)])
