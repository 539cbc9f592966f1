"""Kinds of text that a caller may send.

The patterns are in the dialect that Python and ECMA-262 with its Unicode flag share, as JSON Schema wants them
(https://json-schema.org/draft/2020-12/json-schema-core#section-6.4); they let an empty text pass, which `min_length`
refuses. The description of a type says what its pattern means: a refusal reads "must be", and the description.
A wide class of characters takes a millisecond to compile: types that few services use are theirs.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

END: Final = r"(?![\s\S])"
"""Nothing follows. `$` would let a line break pass in Python."""

_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_LINE_BREAKS = r"\t\n\r\x85\u2028\u2029"
_INVISIBLE = (
    r"\x80-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800"
    r"\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
"""What turns the text around it, or takes room and shows nothing: Unicode's Default_Ignorable_Code_Point, and blanks
that count as letters or signs."""

_JOINERS = r"\u200c\u200d"
"""Persian names need the one, pictures made of several the other. Beside ASCII they would only hide."""
_STRAY_JOINER = rf"[\x00-\x7f][{_JOINERS}]|[{_JOINERS}](?:[\x00-\x7f{_JOINERS}]|{END})"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""They choose a form of the character before them, and show nothing alone."""

ONE_LINE: Final = rf"(?![{_JOINERS}])(?![\s\S]*(?:[{_CONTROLS}{_LINE_BREAKS}{_INVISIBLE}]|{_STRAY_JOINER}))"
"""A look ahead: there is one line, and everything in it can be seen."""
VISIBLE: Final = rf"[\s\S]*[^\s{_JOINERS}{_SELECTORS}]"
"""There is something to see."""

_LETTER = r"[^\x00-@\[-`{-\xbf]"
_W, _DOT = r"[Ww\uff37\uff57]", r"[.\u3002\uff0e\uff61]"
_LINK = (
    rf"[:\uff1a][/\uff0f][/\uff0f]|{_W}{_W}{_W}{_DOT}|[^\s.]{{2}}{_DOT}{_LETTER}{{2}}|{_DOT}{_LETTER}{{2,}}[/\uff0f]"
)
NO_LINK: Final = rf"(?![\s\S]*(?:{_LINK}))"
"""A look ahead: nothing of which mail programs make a link, such as `https://…`, `www.…`, `shop.example`, `x.example/`.

`J. R. Hartley` and `V.le Roma` pass. For what a customer writes and a mail repeats: nobody may send links in the shop's
name. Letters and signs of full width, as Japanese keyboards type them, are read as the others: a browser does so, too.
"""

Line = Annotated[
    str,
    Meta(
        pattern=rf"^(?:{END}|{ONE_LINE}{VISIBLE})",
        description="one line of visible text, without control or invisible characters",
    ),
]
Paragraphs = Annotated[
    str, Meta(pattern=rf"^(?![\s\S]*[{_CONTROLS}])", description="text without control characters but line breaks")
]
Identifier = Annotated[str, Meta(pattern=rf"^[!-~]*{END}", description="visible ASCII characters without blanks")]
