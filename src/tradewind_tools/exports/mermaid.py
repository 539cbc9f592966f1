"""Mermaid text: flowcharts of nodes and arrows, and state diagrams.

https://mermaid.js.org/intro/syntax-reference.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple


class Shape(Enum):
    """What stands around a node's label."""

    BOX = ("[", "]")
    ROUND = ("(", ")")
    STADIUM = ("([", "])")
    CYLINDER = ("[(", ")]")
    HEXAGON = ("{{", "}}")
    QUEUE = ("[[", "]]")


class Node(NamedTuple):
    """`label` says something else than the name does."""

    name: str
    shape: Shape = Shape.BOX
    label: str = ""

    def __str__(self) -> str:
        opening, closing = self.shape.value
        return f'{_id(self.name)}{opening}"{self.label or self.name}"{closing}'


class Arrow(NamedTuple):
    """From one node, by its name, to another; `is_dotted` for failures and compensations."""

    source: str
    target: str
    label: str = ""
    is_dotted: bool = False

    def __str__(self) -> str:
        label = f'|"{self.label}"|' if self.label else ""
        return f"{_id(self.source)} {'-.->' if self.is_dotted else '-->'}{label} {_id(self.target)}"


def flowchart(direction: str, nodes: Iterable[Node], arrows: Iterable[Arrow]) -> str:
    """A fenced flowchart; `direction` is `LR` or `TD`."""
    return _fence(f"flowchart {direction}", [*map(str, nodes), *map(str, arrows)])


def state_diagram(first: str, moves: Sequence[tuple[str, str]], final: Iterable[str]) -> str:
    """A fenced state diagram, from left to right."""
    moved = [f"{state} --> {following}" for state, following in moves]
    ends = [f"{state} --> [*]" for state in final]
    return _fence("stateDiagram-v2", ["direction LR", f"[*] --> {first}", *moved, *ends])


def merge_arrows(arrows: Iterable[Arrow]) -> list[Arrow]:
    """One arrow instead of several that differ only in their labels; without a label if one of them has none."""
    labels: dict[Arrow, dict[str, None]] = {}
    for arrow in arrows:
        labels.setdefault(arrow._replace(label=""), {})[arrow.label] = None
    return [arrow._replace(label=" or<br>".join(found) if all(found) else "") for arrow, found in labels.items()]


def _id(name: str) -> str:
    """An id that is no keyword of Mermaid's, such as `end`."""
    return "n_" + re.sub(r"\W", "_", name)


def _fence(kind: str, lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", kind, *(f"    {line}" for line in lines), "```"])
