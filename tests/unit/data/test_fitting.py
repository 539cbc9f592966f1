from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.catalog.change_messages import Description, Name, Word
from tradewind_tools.data.fitting import fit_address, fit_line, fit_paragraphs

Noted = list[tuple[str, str]]


@pytest.fixture
def noted() -> Noted:
    return []


def note(noted: Noted, reason: str, detail: str) -> None:
    noted.append((reason, detail))


@given(st.text(), st.integers(1, 200))
def test_any_text_becomes_a_line_the_shop_takes_or_nothing(text: str, length: int) -> None:
    line = fit_line("name", text, length, lambda *_: None)
    assert len(line) <= length
    if line:
        msgspec.convert(line, Name)


@given(st.text())
def test_any_text_becomes_paragraphs_the_shop_takes(text: str) -> None:
    msgspec.convert(fit_paragraphs("description", text, 50, lambda *_: None), Description)


def test_what_was_left_out_or_cut_is_noted(noted: Noted) -> None:
    assert fit_line("tag", "so\u00adft\u200b", 128, lambda *what: note(noted, *what)) == "soft"
    assert fit_line("tag", "x" * 130, 128, lambda *what: note(noted, *what)) == "x" * 127 + "…"
    assert [reason for reason, _ in noted] == [
        "tag: characters that cannot be seen: left out",
        "tag cut: longer than the shop takes",
    ]


@pytest.mark.parametrize("text", ["Mug", "Café  crème", "👩\u200d🚒", "نم\u200cخ"])
def test_a_text_that_fits_stays_as_it_is(text: str, noted: Noted) -> None:
    assert fit_line("name", text, 200, lambda *what: note(noted, *what)) == re.sub(" +", " ", text)
    assert noted == []


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u2800", "\u200d"])
def test_a_text_that_shows_nothing_is_empty(text: str) -> None:
    assert fit_line("name", text, 200, lambda *_: None) == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://img.example/a.jpg?v=1", "https://img.example/a.jpg?v=1"),
        ("https://img.example/a b é.jpg", "https://img.example/a%20b%20%C3%A9.jpg"),
        ("//img.example/a.jpg", "https://img.example/a.jpg"),
        ("http://img.example/a.jpg", None),
        ("not an address", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_picture_address_is_one_the_shop_takes_or_none(text: str, address: str | None, noted: Noted) -> None:
    assert fit_address(text, lambda *what: note(noted, *what)) == address
    assert bool(noted) == (address != text)


def test_a_word_of_the_longest_length_is_taken() -> None:
    msgspec.convert(fit_line("tag", "x" * 500, 128, lambda *_: None), Word)
