"""HTML descriptions as plain text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {
        "address",
        "blockquote",
        "br",
        "div",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    }
)
_UNSEEN = frozenset({"script", "style", "head", "template"})
_SPACES = re.compile(r"[^\S\n]+")
_LINE_BREAKS = re.compile(r"\s*\n\s*")


def plain_text(html: str) -> str:
    """Return what a reader sees of an HTML fragment: blocks as lines, list items dashed, entities as characters."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = _SPACES.sub(" ", "".join(reader.parts))
    return _LINE_BREAKS.sub("\n", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (the base's signature)
        self._unseen_depth += tag in _UNSEEN
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "li":
            self.parts.append("- ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen_depth -= tag in _UNSEEN and self._unseen_depth > 0
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag == "td":
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unseen_depth:
            self.parts.append(_SPACES.sub(" ", data.replace("\n", " ")))
