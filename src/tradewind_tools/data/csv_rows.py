"""CSV files read row by row, with the line each row starts in, and one clear line for a file that is no such thing."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from tradewind_tools.data.errors import UnreadableFileError

DEFAULT_ENCODING = "utf-8-sig"
_DELIMITERS = ",;\t"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Layout(NamedTuple):
    """The columns of a format: our name for each, the names files give it, and those it cannot do without."""

    columns: Mapping[str, tuple[str, ...]]
    required: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `line` is where it starts (the header is line 1), `fields` has every column of the layout, stripped.

    A column the file does not have reads as the empty string. `surplus` counts filled fields beyond the header.
    """

    line: int
    fields: Mapping[str, str]
    surplus: int = 0

    def __getitem__(self, column: str) -> str:
        return self.fields[column]


def read_rows(path: Path, layout: Layout, encoding: str = DEFAULT_ENCODING) -> Iterator[Row]:
    """Yield the rows of a CSV file, streamed; blank lines are skipped.

    Raises UnreadableFileError when the file cannot be read to its end as CSV of this layout.
    """
    with _explain_errors(path, encoding), _open_text(path, encoding) as text:
        records = _Records(text, path)
        yield from _rows(records, _positions(path, records.header, layout))


def distinct_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files without those whose content was named before: nothing is loaded twice."""
    by_content: dict[bytes, Path] = {}
    for path in paths:
        by_content.setdefault(_fingerprint(path), path)
    return list(by_content.values())


class _Records:
    """The records of an open file, each with the line it starts in."""

    def __init__(self, text: IO[str], path: Path) -> None:
        first_line = text.readline()
        if not first_line.strip():
            raise UnreadableFileError(
                f"{path}: the file is empty" if not first_line else f"{path}: no header in line 1"
            )
        self._path = path
        self._reader = csv.reader(_with_first(first_line, text), delimiter=_delimiter(first_line), strict=True)
        self.header = next(self._reader)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        line = self._reader.line_num + 1
        try:
            for record in self._reader:
                yield line, record
                line = self._reader.line_num + 1
        except csv.Error as error:
            raise UnreadableFileError(f"{self._path}: line {line} is not valid CSV ({error})") from error


def _with_first(first_line: str, rest: Iterable[str]) -> Iterator[str]:
    yield first_line
    yield from rest


def _rows(records: _Records, positions: Mapping[str, int | None]) -> Iterator[Row]:
    width = len(records.header)
    for line, record in records:
        if any(field.strip() for field in record):
            fields = {name: _field(record, position) for name, position in positions.items()}
            yield Row(line, fields, sum(1 for field in record[width:] if field.strip()))


def _field(record: Sequence[str], position: int | None) -> str:
    return record[position].strip() if position is not None and position < len(record) else ""


def _positions(path: Path, header: Sequence[str], layout: Layout) -> dict[str, int | None]:
    found = {name.strip().casefold(): index for index, name in reversed(list(enumerate(header)))}
    positions = {column: _first_of(names, found) for column, names in layout.columns.items()}
    missing = [
        layout.columns[column][0]
        for column in layout.columns
        if column in layout.required and positions[column] is None
    ]
    if missing:
        raise UnreadableFileError(f"{path}: no column {_quote(missing)}; the header has {_shorten(header)}")
    return positions


def _first_of(names: Sequence[str], found: Mapping[str, int]) -> int | None:
    return next((found[name.casefold()] for name in names if name.casefold() in found), None)


def _quote(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _shorten(header: Sequence[str], limit: int = 8) -> str:
    more = f" and {len(header) - limit} more" if len(header) > limit else ""
    return _quote([" ".join(name.split())[:40] for name in header[:limit]]) + more


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


@contextmanager
def _explain_errors(path: Path, encoding: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        line = _first_undecodable_line(path, encoding)
        found = f"{path}: line {line} is not {encoding.removesuffix('-sig')} text"
        raise UnreadableFileError(f"{found}; save it as UTF-8, or say --encoding cp1252") from error
    except LookupError as error:
        raise UnreadableFileError(f"{path}: there is no encoding called '{encoding}'") from error
    except OSError as error:
        raise UnreadableFileError(f"{path}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder, not a CSV file"
    return f"cannot be read ({error.strerror})"


def _open_text(path: Path, encoding: str) -> IO[str]:
    _refuse_other_formats(path)
    return path.open(encoding=encoding, newline="")


def _refuse_other_formats(path: Path) -> None:
    with path.open("rb") as binary:
        start = binary.read(1024)
    if start.startswith(_WORKBOOK_MARKS):
        raise UnreadableFileError(f"{path}: this is a workbook or an archive; save it as CSV (UTF-8)")
    if start.startswith(_UTF16_MARKS):
        raise UnreadableFileError(f"{path}: this is UTF-16 text; save it as UTF-8")
    if b"\0" in start:
        raise UnreadableFileError(f"{path}: this is not a text file")


def _first_undecodable_line(path: Path, encoding: str) -> int:
    with path.open("rb") as binary:
        for number, line in enumerate(binary, start=1):
            if not _decodes(line, encoding):
                return number
    return 1


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeError:
        return False
    return True


def _fingerprint(path: Path) -> bytes:
    with _explain_errors(path, DEFAULT_ENCODING), path.open("rb") as binary:
        return hashlib.file_digest(binary, "sha256").digest()
