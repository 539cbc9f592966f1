"""CSV files read row by row, with the line each row starts in; what cannot be read is said, and the rest goes on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tradewind_tools.data.csv_records import CsvRecords, Record
from tradewind_tools.data.errors import UnreadableFileError
from tradewind_tools.data.remarks import FilePosition, Remark, UnreadColumn, remark
from tradewind_tools.data.text_lines import read_lines

SURPLUS = "more fields than columns"
MISSING = "fewer fields than columns: read as empty"
_DELIMITERS = ",;\t|"
_INVISIBLE = str.maketrans("", "", "\ufeff\u200b")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""What Excel writes, and reads, to say which delimiter follows."""


class Layout(NamedTuple):
    """The columns of a format: our name for each, the names files give it, and those it cannot do without."""

    columns: Mapping[str, tuple[str, ...]]
    required: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `line` is where it starts, from 1, `fields` has every column of the layout, stripped.

    A column the file does not have reads as the empty string. `surplus` counts filled fields beyond the header.
    """

    line: int
    fields: Mapping[str, str]
    surplus: int = 0

    def __getitem__(self, column: str) -> str:
        return self.fields[column]


class CsvFile:
    """A CSV file of a layout. Iterating reads it, streamed and without blank lines, and fills `notes` and `unread`.

    Raises UnreadableFileError when it cannot be opened or lacks a column.
    """

    def __init__(self, path: Path, layout: Layout, encoding: str | None = None) -> None:
        self.path = path
        self.notes: list[Remark] = []
        self._layout = layout
        self._encoding = encoding
        self._unread: dict[str, list[int]] = {}
        self.columns: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Row]:
        self.notes = []
        lines = read_lines(self.path, self._encoding, self._complain)
        first, number = _first_line(lines, self.path)
        separator = _SEPARATOR_LINE.fullmatch(first.strip())
        if separator:
            first, skipped = _first_line(lines, self.path)
            number += skipped
        delimiter = separator[1] if separator else max(_DELIMITERS, key=first.count)
        records = CsvRecords(_with_first(first, lines), delimiter, self._complain, number)
        header = next(iter(records)).fields
        records.width = len(header)
        positions = self._positions(header)
        self.columns = frozenset(column for column, position in positions.items() if position is not None)
        unread = self._open_unread(header, set(positions.values()))
        for record in records:
            if any(map(str.strip, record.fields)):
                self._note_unread(record, unread)
                yield self._row(record, positions, len(header))

    @property
    def unread(self) -> list[UnreadColumn]:
        """The columns that say something and have no place in the layout."""
        return [
            UnreadColumn(str(self.path), column, len(lines), _ranges(lines))
            for column, lines in self._unread.items()
            if lines
        ]

    def _row(self, record: Record, positions: Mapping[str, int | None], width: int) -> Row:
        cells = record.fields
        if len(cells) < width:
            self._note(record.line, MISSING, f"{len(cells)} of {width}")
            cells = [*cells, *[""] * (width - len(cells))]
        fields = {name: "" if position is None else cells[position].strip() for name, position in positions.items()}
        return Row(record.line, fields, sum(1 for cell in cells[width:] if cell.strip()))

    def _positions(self, header: Sequence[str]) -> dict[str, int | None]:
        found = {_name(name): index for index, name in reversed(list(enumerate(header)))}
        columns = self._layout.columns
        positions = {column: _first_of(names, found) for column, names in columns.items()}
        missing = [columns[each][0] for each in columns if each in self._layout.required and positions[each] is None]
        if missing:
            raise UnreadableFileError(f"{self.path}: no column {_quote(missing)}; the header has {_shorten(header)}")
        return positions

    def _open_unread(self, header: Sequence[str], read: set[int | None]) -> dict[int, list[int]]:
        names: dict[int, str] = {}
        for index, text in enumerate(header):
            name = " ".join(text.split())
            if index not in read:
                names[index] = name if name and name not in names.values() else f"{name} (column {index + 1})".strip()
        self._unread = {name: [] for name in names.values()}
        return {index: self._unread[name] for index, name in names.items()}

    def _note_unread(self, record: Record, unread: Mapping[int, list[int]]) -> None:
        for index, lines in unread.items():
            if index < len(record.fields) and record.fields[index].strip():
                lines.append(record.line)

    def _complain(self, line: int, column: int, reason: str, text: str) -> None:
        self._note(line, reason, f"character {column}: {text}")

    def _note(self, line: int, reason: str, detail: str) -> None:
        self.notes.append(remark(FilePosition(self.path, line), reason, detail))


def distinct_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files without those whose content was named before: nothing is loaded twice."""
    by_content: dict[bytes, Path] = {}
    for path in paths:
        by_content.setdefault(_fingerprint(path), path)
    return list(by_content.values())


def _first_line(lines: Iterator[str], path: Path) -> tuple[str, int]:
    """Return the first line with something in it, and its number."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            return line, number
    raise UnreadableFileError(f"{path}: the file is empty")


def _with_first(first_line: str, rest: Iterator[str]) -> Iterator[str]:
    yield first_line
    yield from rest


def _name(text: str) -> str:
    return " ".join(text.translate(_INVISIBLE).split()).casefold()


def _first_of(names: Sequence[str], found: Mapping[str, int]) -> int | None:
    return next((found[name.casefold()] for name in names if name.casefold() in found), None)


def _quote(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _shorten(header: Sequence[str], limit: int = 8) -> str:
    more = f" and {len(header) - limit} more" if len(header) > limit else ""
    return _quote([" ".join(name.split())[:40] for name in header[:limit]]) + more


def _ranges(lines: Sequence[int]) -> str:
    """Return line numbers in words: `2-19, 21`."""
    starts = [lines[0], *(line for before, line in pairwise(lines) if line != before + 1)]
    ends = [*(before for before, line in pairwise(lines) if line != before + 1), lines[-1]]
    spans = zip(starts, ends, strict=True)
    return ", ".join(f"{start}-{end}" if start != end else f"{start}" for start, end in spans)


def _fingerprint(path: Path) -> bytes:
    try:
        with path.open("rb") as binary:
            return hashlib.file_digest(binary, "sha256").digest()
    except OSError:
        next(read_lines(path, None, lambda *_: None), None)
        raise
