"""Writing an operation into the source tree: everything or nothing, and formatted as the linter wants it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from tradewind.kernel.caller import Role
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.places import PROJECT
from tradewind_tools.scaffold.errors import ConflictingDefinition, DefinitionDiffers, OperationExists
from tradewind_tools.scaffold.merging import merge
from tradewind_tools.scaffold.operation import Operation
from tradewind_tools.scaffold.rendering import blueprint_line, render

BLUEPRINT: Final = "src/tradewind_tools/blueprint/functions.py"
PUBLIC: Final = "tests/unit/blueprint/test_functions.py"
_PUBLIC_SET: Final = "    assert public == "


def plan(operation: Operation, root: Path = PROJECT) -> dict[Path, str]:
    """Return the files to write with their texts, not yet formatted. Raises OperationExists, DefinitionDiffers."""
    _refuse_taken(operation)
    chosen = replace(operation, has_prefix=_has_taken_class_name(operation, root))
    texts = {root / path: _merge(path, text, root) for path, text in render(chosen)}
    texts[root / BLUEPRINT] = _insert_blueprint_line(chosen, (root / BLUEPRINT).read_text(encoding="utf-8"))
    if chosen.role is Role.PUBLIC:
        texts[root / PUBLIC] = _insert_public_function(chosen, (root / PUBLIC).read_text(encoding="utf-8"))
    return {path: text for path, text in texts.items() if not path.exists() or text != path.read_text(encoding="utf-8")}


def write(texts: Mapping[Path, str], root: Path = PROJECT) -> list[Path]:
    """Write the files and format them. Returns their paths, sorted."""
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    modules = [str(path) for path in texts if path.suffix == ".py"]
    for command in (["check", "--quiet", "--select", "I,F401", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *modules], cwd=root, check=True)  # noqa: S603 - our own files
    return sorted(texts)


def renew_exports(root: Path = PROJECT) -> None:
    """Make anew what follows from the blueprint; in a process of its own, which reads the new modules."""
    command = [sys.executable, "-m", "tradewind_tools.cli", "export", "docs"]
    subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


def _refuse_taken(operation: Operation) -> None:
    for function in FUNCTIONS:
        is_same_handler = (function.service, function.handler.rpartition(".")[2]) == (operation.service, operation.name)
        if function.name == operation.function or is_same_handler:
            raise OperationExists("a function of this name", function.name)
        if str(function.trigger) == str(operation.route):
            raise OperationExists("a function of this route", function.name)


def _has_taken_class_name(operation: Operation, root: Path) -> bool:
    """Whether another module of the shop has a class of a name that the operation would use."""
    wanted = {
        operation.thing_class,
        f"{operation.thing_class}Path",
        operation.body_class,
        f"List{operation.things_class}",
    }
    own = {root / "src" / "tradewind" / operation.service / f"{name}.py" for name in ("model", "messages", "errors")}
    elsewhere = (path for path in (root / "src" / "tradewind").rglob("*.py") if path not in own)
    return any(wanted & _classes(path.read_text(encoding="utf-8")) for path in elsewhere)


@cache
def _classes(source: str) -> frozenset[str]:
    return frozenset(node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef))


def _merge(path: str, text: str, root: Path) -> str:
    """Raises DefinitionDiffers."""
    if not (root / path).exists():
        return text
    try:
        return merge((root / path).read_text(encoding="utf-8"), text)
    except ConflictingDefinition as conflict:
        raise DefinitionDiffers(path, conflict.name) from conflict


def _insert_blueprint_line(operation: Operation, text: str) -> str:
    """Return the blueprint with the function after the last operation of its service, or else of all."""
    lines = text.splitlines(keepends=True)
    operations = list(_operations(text))
    own = [end for service, end in operations if service == operation.service]
    end = max(own or [end for _, end in operations])
    line = blueprint_line(operation)
    return "".join([*lines[:end], line if own else f"\n{line}", *lines[end:]])


def _operations(text: str) -> Iterator[tuple[str, int]]:
    """The service of each operation in the blueprint, and its last line."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Name(id="http"), args=[_, _, ast.Constant(value=str(handler)), *_]):
                yield handler.split(".")[1], node.end_lineno or 0


def _insert_public_function(operation: Operation, text: str) -> str:
    """Return the test of the operations that need no sign-in, with this one in its list."""
    begin = text.index("{", text.index(_PUBLIC_SET)) + 1
    return f'{text[:begin]}"{operation.function}", {text[begin:]}'
