from __future__ import annotations

import re
import sys
import unicodedata
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.kernel.text import END, NO_LINK, Identifier, Line, Paragraphs

EVERY_CHARACTER = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point <= 0xDFFF]
VISIBLE_FORMATS = {chr(point) for point in (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD)}
"""Signs that hold together the digits which follow them; Egyptian hieroglyphs are joined by others."""
HIEROGLYPH_JOINERS = {chr(point) for point in range(0x13430, 0x13460)}
FILLERS = {"\u115f", "\u1160", "\u3164", "\uffa0"}
BRAILLE_BLANK = "\u2800"
JOINERS = {"\u200c", "\u200d"}


def pattern_of(kind: Any) -> re.Pattern[str]:  # noqa: ANN401 - an annotated type
    return re.compile(get_args(kind)[1].pattern)


LINE = pattern_of(Line)


@pytest.mark.parametrize(
    "text",
    ["", "a", " a ", "Ocean Blue Shirt", "夏", "O'Neill", "می‌خواهم", "👩‍🚀 mug", "❤️", "葛󠄀城市", "x² ≤ 9 €"],
)
def test_line_that_can_be_seen_passes(text: str) -> None:
    assert LINE.search(text)


@pytest.mark.parametrize(
    "text",
    [
        *(" ", "\u3000", "\u0000", "a\n", "\na", "a\tb", "a\u0007b", "\x7f", "a\u0085b", "a\u2028b", "a\u2029"),
        *("\u200b", "a\u200bb", "\ufeffa", "a\u00adb", "\u202eevil", "a\u2066b\u2069", "\u3164", BRAILLE_BLANK),
        *("\u200d", "\u200cä", "ä\u200d", "Ad\u200da", "ä\u200d\u200dä", "\ufe0f", "\U000e0041\U000e0042 tags"),
    ],
)
def test_line_with_something_invisible_does_not(text: str) -> None:
    assert not LINE.search(text)


def test_no_character_that_is_blank_or_not_shown_passes_alone() -> None:
    hidden = [each for each in EVERY_CHARACTER if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp", "Zs"}]
    assert {each for each in hidden if LINE.search(each)} == VISIBLE_FORMATS | set(filter(is_known, HIEROGLYPH_JOINERS))


def test_every_letter_digit_and_sign_passes_alone_but_blank_ones() -> None:
    shown = [each for each in EVERY_CHARACTER if unicodedata.category(each)[0] in "LNPS"]
    assert {each for each in shown if not LINE.search(each)} == FILLERS | {BRAILLE_BLANK}


def test_joiners_alone_of_invisible_characters_stand_between_others() -> None:
    hidden = [each for each in EVERY_CHARACTER if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp"}]
    passing = {each for each in hidden if LINE.search(f"é{each}é")}
    assert passing - VISIBLE_FORMATS - HIEROGLYPH_JOINERS == JOINERS


def is_known(character: str) -> bool:
    """Whether this Python's Unicode has the character as one of format."""
    return unicodedata.category(character) == "Cf"


@given(st.text(), st.text())
def test_line_is_never_of_several_lines(before: str, after: str) -> None:
    assert not LINE.search(f"{before}\n{after}")


@pytest.mark.parametrize("text", ["", "a\r\nb\tc\n", "Women\u2019s\u200b", "\u202b"])
def test_paragraphs_have_lines(text: str) -> None:
    assert pattern_of(Paragraphs).search(text)


@pytest.mark.parametrize("text", ["\x00", "a\x07", "\x7f", "a\x1b[31m", "\x0c"])
def test_paragraphs_have_no_other_control_characters(text: str) -> None:
    assert not pattern_of(Paragraphs).search(text)


def test_identifier_has_no_blanks() -> None:
    assert pattern_of(Identifier).search("pm_1-A:b/c")
    assert not any(pattern_of(Identifier).search(text) for text in ("a b", "a\n", "\u00e4", "\x7f"))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "pay at http://evil.example",
            "https://x",
            "ftp://a",
            "WWW.evil",
            "\uff48\uff54\uff54\uff50\uff1a\uff0f\uff0f\uff58.\uff59",
            "\uff57\uff57\uff57\uff0eevil",
            "x\uff0eevil\uff0fpay",
            "evil.com",
            "Evil.Com/pay",
            "ada@evil.com",
        ),
        *("t.co/abc", "xn--80ak6aa92e.com", "пример.рф", "evil。com", "see shop.example now", "10.0.0.1.evil.io"),
    ],
)
def test_link_is_one_however_it_is_written(text: str) -> None:
    assert not re.search(f"^{NO_LINK}", text)


@pytest.mark.parametrize(
    "text",
    [
        *("J. R. Hartley", "J.R.R. Tolkien", "Dr. Müller", "V.le Roma 5", "C.so Italia", "P.O.Box 12", "12.30", "z.B."),
        *("c/o Smith", "Flat 3, 2nd floor", "St.-Jakobs-Str. 7", "No.5", "1.OG", "a.s.", "Jr.", "…und"),
    ],
)
def test_abbreviation_is_no_link(text: str) -> None:
    assert re.search(f"^{NO_LINK}", text)


def test_nothing_follows_the_end_not_even_a_line_break() -> None:
    assert re.search(f"^a{END}", "a")
    assert not re.search(f"^a{END}", "a\n")
