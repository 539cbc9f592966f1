"""Records of CSV text as RFC 4180 has them, and as files really are: with stray quotation marks and blanks.

A quotation mark ends a field only where a delimiter or the end of the line follows; elsewhere it is a character of the
field, and said. One that opens a field and is closed nowhere is a character, too, instead of taking the rest of the
file with it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tradewind_tools.data.text_lines import Complain

STRAY_QUOTE = "stray quotation mark: taken as written"
_LONGEST_FIELD = 20_000_000
"""In characters; a quoted field beyond it was never closed."""
_QUOTE = '"'


class Record(NamedTuple):
    """`line` is where it starts, from 1."""

    line: int
    fields: list[str]


class _Fault(NamedTuple):
    line: int
    column: int
    text: str


class _Partial(NamedTuple):
    """What the lines so far gave. `open` is the text of a quoted field that is not closed yet, None when all are.

    Scanning the next line goes on in the same lists.
    """

    fields: list[str]
    open: list[str] | None
    faults: list[_Fault]


class CsvRecords:
    """The records of some lines. `width` is how many fields a record should have, once the header is known."""

    def __init__(self, lines: Iterator[str], delimiter: str, complain: Complain, first_line: int = 1) -> None:
        self._lines = lines
        self._waiting: deque[str] = deque()
        self._number = first_line - 1
        self._delimiter = delimiter
        self._complain = complain
        blanks = "" if delimiter == "\t" else r"\t"
        self._opening = re.compile(rf'[ {blanks}]*"')
        self._closing = re.compile(rf"[ {blanks}]*(?:({re.escape(delimiter)})|(?:\r\n|\n|\r)?\Z)")
        self.width = 0

    def __iter__(self) -> Iterator[Record]:
        while (line := self._next_line()) is not None:
            start = self._number
            if _QUOTE not in line:
                yield Record(start, line.rstrip("\r\n").split(self._delimiter))
            else:
                yield Record(start, self._read_quoted(line, start))

    def _next_line(self) -> str | None:
        line = self._waiting.popleft() if self._waiting else next(self._lines, None)
        self._number += line is not None
        return line

    def _read_quoted(self, line: str, start: int) -> list[str]:
        taken, length = [line], len(line)
        partial = self._scan(line, start, _Partial([], None, []))
        while partial.open is not None:
            following = self._next_line() if length < _LONGEST_FIELD else None
            if following is None:
                return self._read_line_alone(taken, start)
            taken.append(following)
            length += len(following)
            partial = self._scan(following, self._number, partial)
        if len(taken) > 1 and self._is_doubtful(partial) and self._fits_alone(line, start):
            return self._read_line_alone(taken, start)
        self._report(partial.faults)
        return partial.fields

    def _is_doubtful(self, partial: _Partial) -> bool:
        return bool(partial.faults) or len(partial.fields) != self.width

    def _fits_alone(self, line: str, start: int) -> bool:
        return len(self._scan_alone(line, start).fields) == self.width

    def _read_line_alone(self, taken: list[str], start: int) -> list[str]:
        """Give the further lines back, and read the first with its unclosed quotation mark as a character."""
        self._waiting.extendleft(reversed(taken[1:]))
        self._number = start
        partial = self._scan_alone(taken[0], start)
        self._report(partial.faults)
        return partial.fields

    def _scan_alone(self, line: str, number: int) -> _Partial:
        partial = self._scan(line, number, _Partial([], None, []))
        if partial.open is None:
            return partial
        at = self._start_of_unclosed(line)
        rest = line[at:].rstrip("\r\n").split(self._delimiter)
        fault = _Fault(number, line.index(_QUOTE, at) + 1, rest[0])
        return _Partial([*partial.fields, *rest], None, [*partial.faults, fault])

    def _start_of_unclosed(self, line: str) -> int:
        """Where the field starts whose quotation mark is not closed in its line."""
        at = 0
        while True:
            opening = self._opening.match(line, at)
            end = self._find_end(line, opening.end()) if opening else None
            if opening is None:
                at = line.index(self._delimiter, at) + 1
            elif end is None:
                return at
            else:
                at = end

    def _find_end(self, line: str, at: int) -> int | None:
        """Where the field after a quoted one starts; None when the quoted one is not closed in the line."""
        while (quote := line.find(_QUOTE, at)) >= 0:
            if line.startswith(_QUOTE, quote + 1):
                at = quote + 2
            elif closing := self._closing.match(line, quote + 1):
                return closing.end()
            else:
                at = quote + 1
        return None

    def _scan(self, line: str, number: int, before: _Partial) -> _Partial:
        fields, opened, faults = before
        at, ended = 0, False
        while not ended:
            if opened is None:
                opening = self._opening.match(line, at)
                if opening is None:
                    end = line.find(self._delimiter, at)
                    fields.append(line[at:end] if end >= 0 else line[at:].rstrip("\r\n"))
                    at, ended = end + 1, end < 0
                    continue
                opened, at = [], opening.end()
            closed_at = self._scan_quoted(line, number, at, opened, faults)
            if closed_at is None:
                return _Partial(fields, opened, faults)
            fields.append("".join(opened))
            opened, (at, ended) = None, closed_at
        return _Partial(fields, None, faults)

    def _scan_quoted(
        self, line: str, number: int, at: int, text: list[str], faults: list[_Fault]
    ) -> tuple[int, bool] | None:
        """Add to the text of a quoted field; where it ended and whether the record did, None when it goes on."""
        while (quote := line.find(_QUOTE, at)) >= 0:
            if line.startswith(_QUOTE, quote + 1):
                text.append(line[at : quote + 1])
                at = quote + 2
            elif closing := self._closing.match(line, quote + 1):
                text.append(line[at:quote])
                return closing.end(), closing[1] is None
            else:
                text.append(line[at : quote + 1])
                faults.append(_Fault(number, quote + 1, line[quote : quote + 20].strip()))
                at = quote + 1
        text.append(line[at:])
        return None

    def _report(self, faults: list[_Fault]) -> None:
        for fault in faults:
            self._complain(fault.line, fault.column, STRAY_QUOTE, fault.text[:40])
