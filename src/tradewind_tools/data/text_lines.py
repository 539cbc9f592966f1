"""The lines of a text file, whatever its encoding; what cannot be read is replaced, and said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tradewind_tools.data.errors import UnreadableFileError

_FALLBACK = "cp1252"
_WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
"""Byte order marks, longest first where one begins another: https://www.unicode.org/faq/utf_bom.html#bom4"""
_UNDECODED = re.compile(r"[\udc80-\udcff]")
_NUL_SHARE = 0.3
_CONTROL_SHARE = 0.1
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\v\f\r"})
_EXCERPT = 40

Complain = Callable[[int, int, str, str], None]
"""Say what is wrong in a line: its number and the character (both from 1), the kind of fault, what stands there."""


class _Decoding(NamedTuple):
    encoding: str
    fallback: str | None
    """The encoding of bytes that are none in `encoding`; without one they are replaced."""


def read_lines(path: Path, encoding: str | None, complain: Complain) -> Iterator[str]:
    """Yield the lines with their ends.

    Without an `encoding` it is found out: UTF-8 and UTF-16 with or without a byte order mark; bytes that are no UTF-8
    are Windows-1252, which is what older spreadsheets write. Raises UnreadableFileError.
    """
    with _explain_errors(path, encoding):
        decoding = _Decoding(encoding, None) if encoding else _find_encoding(path)
        with path.open(encoding=decoding.encoding, errors=_error_handler(decoding.encoding), newline="") as text:
            for number, line in enumerate(text, start=1):
                yield line if line.isascii() else _mend(line.removeprefix("\ufeff"), number, decoding, complain)


def _error_handler(encoding: str) -> str:
    return "replace" if encoding.lower().startswith(("utf-16", "utf_16", "utf-32", "utf_32")) else "surrogateescape"


def _find_encoding(path: Path) -> _Decoding:
    with path.open("rb") as binary:
        start = binary.read(4096)
    if start.startswith(_WORKBOOK_MARKS):
        raise UnreadableFileError(f"{path}: this is a workbook or an archive; save it as CSV (UTF-8)")
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return _Decoding(encoding, _FALLBACK if encoding == "utf-8-sig" else None)
    if b"\0" in start and (wide := _find_wide_encoding(start)):
        return _Decoding(wide, None)
    if len(start) - len(start.translate(None, _CONTROLS)) > _CONTROL_SHARE * len(start):
        raise UnreadableFileError(f"{path}: this is not a text file")
    return _Decoding("utf-8", _FALLBACK)


def _find_wide_encoding(start: bytes) -> str | None:
    """UTF-16 without a mark: of Latin text every other byte is nil."""
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if start[first::2].count(0) > _NUL_SHARE * len(start) / 2 and not start[1 - first :: 2].count(0):
            return encoding
    return None


def _mend(line: str, number: int, decoding: _Decoding, complain: Complain) -> str:
    first = _UNDECODED.search(line)
    if first is None:
        return line
    mended = _UNDECODED.sub(lambda match: _read_byte(match[0], decoding.fallback), line)
    read_as = "Windows-1252" if decoding.fallback else "no character"
    reason = f"not {decoding.encoding.removesuffix('-sig').upper()}: read as {read_as}"
    complain(number, first.start() + 1, reason, mended[max(first.start() - 10, 0) :][:_EXCERPT].strip())
    return mended


def _read_byte(escaped: str, fallback: str | None) -> str:
    byte = escaped.encode("ascii", "surrogateescape")
    return byte.decode(fallback or "ascii", "replace")


@contextmanager
def _explain_errors(path: Path, encoding: str | None) -> Iterator[None]:
    try:
        yield
    except LookupError as error:
        raise UnreadableFileError(f"{path}: there is no encoding called '{encoding}'") from error
    except UnicodeError as error:
        raise UnreadableFileError(f"{path}: this is not {encoding or 'UTF-16'} text; say another --encoding") from error
    except OSError as error:
        raise UnreadableFileError(f"{path}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder, not a CSV file"
    return f"cannot be read ({error.strerror})"
