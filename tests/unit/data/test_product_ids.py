from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.data.product_ids import ID_LENGTH, make_distinct, option_slug, product_id, stock_code_id

_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("ocean-blue-shirt", "ocean-blue-shirt"),
        ("Citron pressé", "Citron-presse"),
        ("Straße", "Strasse"),
        ("--a  b--", "a-b"),
        ("½ pint", "1-2-pint"),
    ],
)
def test_a_plain_text_keeps_its_words(text: str, identifier: str) -> None:
    assert product_id(text) == identifier


def test_a_text_that_loses_letters_ends_in_a_digest_of_the_whole() -> None:
    blue, red = product_id("青いカップ"), product_id("赤いカップ")
    assert blue != red
    assert re.fullmatch(r"cup-[0-9a-f]{10}", product_id("cup 青"))


def test_a_text_that_is_too_long_stays_distinct() -> None:
    first, second = product_id("x" * 70 + "a"), product_id("x" * 70 + "b")
    assert len(first) == ID_LENGTH
    assert first != second


@pytest.mark.parametrize("text", ["", "?!", " - "])
def test_nothing_is_not_named(text: str) -> None:
    with pytest.raises(ValueError, match="names nothing"):
        product_id(text)


@given(st.text())
def test_an_id_is_always_one_the_shop_accepts(text: str) -> None:
    try:
        identifier = product_id(text)
    except ValueError:
        assert not any(character.isalnum() for character in text)
    else:
        assert _ALLOWED.fullmatch(identifier)


@pytest.mark.parametrize("spelling", ["85123A", "85123a", " 85123a "])
def test_two_spellings_of_a_stock_code_are_one_product(spelling: str) -> None:
    assert stock_code_id(spelling.strip()) == "85123A"


def test_spaces_in_a_stock_code_become_dashes() -> None:
    assert stock_code_id("BANK CHARGES") == "BANK-CHARGES"
    assert stock_code_id("gift_0001_40") == "GIFT_0001_40"


def test_option_values_are_lower_case() -> None:
    assert option_slug("Navy / XL") == "navy-xl"


def test_the_second_of_two_texts_with_one_id_is_told_apart() -> None:
    assert make_distinct("a-b", "a\nb") != make_distinct("a-b", "a b")
    assert make_distinct("a-b", "a\nb").startswith("a-b-")
