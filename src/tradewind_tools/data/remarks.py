"""What is said about places in files: what was refused, taken otherwise than written, or not read."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec


class FilePosition(NamedTuple):
    """Where in the files something stands."""

    file: Path
    line: int


class Remark(msgspec.Struct, frozen=True):
    """A row (or a product that starts in it) that was refused, or read otherwise than written, and why.

    `reason` is the same for all of a kind; `detail` says what it was here.
    """

    file: str
    line: int
    reason: str
    detail: str = ""


class UnreadColumn(msgspec.Struct, frozen=True):
    """A column that the shop has no place for: how many of its cells say something, and in which lines."""

    file: str
    column: str
    cells: int
    lines: str


class UnusableValueError(ValueError):
    """A value nothing sensible can be made of: the reason of its kind, and the detail of this one."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


def remark(position: FilePosition, reason: str, detail: str = "") -> Remark:
    return Remark(str(position.file), position.line, reason, detail)
