"""Texts made to fit what the shop accepts, with a word on each that was changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final
from urllib.parse import quote

import msgspec

from tradewind.catalog.change_messages import ImageUrl
from tradewind.kernel.text import ONE_LINE, VISIBLE

CUT: Final = "cut: longer than the shop takes"
INVISIBLE: Final = "characters that cannot be seen: left out"
ADDRESS_CHANGED: Final = "picture address: written as the shop takes it"
NO_ADDRESS: Final = "picture address that the shop does not take: not read"

Note = Callable[[str, str], None]
"""Note a reason and a detail about the text at hand."""

_ONE_LINE = re.compile(ONE_LINE)
_VISIBLE = re.compile(VISIBLE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_JOINERS = str.maketrans("", "", "\u200c\u200d")
_EXCERPT = 40
_ADDRESS_CHARACTERS = "%/:?#[]@!$&'()*+,;=~"


def one_line(text: str) -> str:
    return " ".join(text.split())


def fit_line(what: str, text: str, length: int, note: Note) -> str:
    """Return the text as one visible line of at most `length` characters; empty when there is nothing to see."""
    line = one_line(text)
    if not _ONE_LINE.match(line):
        line = one_line("".join(filter(_may_stand, line)))
        line = line if _ONE_LINE.match(line) else line.translate(_JOINERS)
        note(f"{what}: {INVISIBLE}", ascii(text)[:_EXCERPT])
    return _cut(what, line, length, note) if _VISIBLE.match(line) else ""


def fit_paragraphs(what: str, text: str, length: int, note: Note) -> str:
    """Return the text without control characters, of at most `length` characters."""
    plain = _CONTROLS.sub("", text)
    if plain != text:
        note(f"{what}: {INVISIBLE}", f"{len(text) - len(plain)} control characters")
    return _cut(what, plain, length, note)


def fit_address(text: str, note: Note) -> str | None:
    """Return the address of a picture; None, and a note, when the shop takes none of the kind."""
    for address in (text, quote(text, safe=_ADDRESS_CHARACTERS), quote(f"https:{text}", safe=_ADDRESS_CHARACTERS)):
        if _is_address(address):
            if address != text:
                note(ADDRESS_CHANGED, text[:_EXCERPT])
            return address
    note(NO_ADDRESS, text[:_EXCERPT])
    return None


def shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _cut(what: str, text: str, length: int, note: Note) -> str:
    if len(text) > length:
        note(f"{what} {CUT}", f"{len(text)} characters, {length} kept")
    return shorten(text, length)


@lru_cache(maxsize=4_096)
def _may_stand(character: str) -> bool:
    return character in "\u200c\u200d" or _ONE_LINE.match(character) is not None


def _is_address(text: str) -> bool:
    try:
        msgspec.convert(text, ImageUrl)
    except msgspec.ValidationError:
        return False
    return True
