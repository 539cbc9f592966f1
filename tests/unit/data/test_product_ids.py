from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.data.product_ids import DIGEST_MARK, ID_LENGTH, product_id, slug, stock_code_id

_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_WORDS = st.text(st.sampled_from("aAbB19 -_+./é"), max_size=6)


@pytest.mark.parametrize("handle", ["ocean-blue-shirt", "shirt-S", "40", "Cup"])
def test_a_plain_spelling_is_its_own_id(handle: str) -> None:
    assert product_id(handle) == handle


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("shoe-40", "shoe-40+"),
        ("shirt-m", "shirt-M"),
        ("shirt-s", "shirt_s"),
        ("shirt s", "shirt-s"),
        ("青いカップ", "赤いカップ"),
        ("cup--a", "cup-a"),
        ("x" * 70 + "a", "x" * 70 + "b"),
    ],
)
def test_two_spellings_never_share_an_id(one: str, other: str) -> None:
    assert product_id(one) != product_id(other)


def test_another_spelling_ends_in_a_digest_that_no_plain_one_has() -> None:
    marked = product_id("shoe-40+")
    assert re.fullmatch(r"shoe-40--[0-9a-f]{10}", marked)
    assert product_id(marked) != marked, "a handle that looks like an id is no plain spelling"
    assert product_id("+++").startswith("item--")


def test_composed_and_decomposed_letters_are_one_spelling() -> None:
    composed, decomposed = (unicodedata.normalize(form, "citron-pressé") for form in ("NFC", "NFD"))
    assert product_id(composed) == product_id(decomposed)
    assert product_id(composed).startswith("citron-presse--")


def test_ids_leave_room_for_numbered_variants() -> None:
    assert len(product_id("x" * 300)) <= ID_LENGTH
    assert "." not in product_id("a.b")


@given(_WORDS, _WORDS)
def test_an_id_is_one_the_shop_accepts_and_means_one_handle(one: str, other: str) -> None:
    assert _ALLOWED.fullmatch(product_id(one))
    assert (product_id(one) == product_id(other)) == (one == other)


@given(st.text())
def test_any_text_gives_an_id_the_shop_accepts(handle: str) -> None:
    assert _ALLOWED.fullmatch(product_id(handle))


def test_spellings_of_a_stock_code_that_differ_in_case_are_one_product() -> None:
    assert stock_code_id("85123A") == stock_code_id("85123a") == "85123A"


@pytest.mark.parametrize("other", ["79323 P", "79323-P", "79323_P", "79323.P", "79323P "])
def test_stock_codes_that_differ_in_a_sign_are_two_products(other: str) -> None:
    assert stock_code_id(other) != stock_code_id("79323P")
    assert len({stock_code_id(code) for code in ("79323 P", "79323-P", "79323_P", "79323/P")}) == 4


@pytest.mark.parametrize("code", ["", "?!", " - "])
def test_a_code_without_letters_and_digits_names_nothing(code: str) -> None:
    with pytest.raises(ValueError, match="names nothing"):
        stock_code_id(code)


@given(st.text())
def test_a_stock_code_that_names_something_has_an_id_the_shop_accepts(code: str) -> None:
    if any(character.isalnum() for character in code.upper()):
        assert _ALLOWED.fullmatch(stock_code_id(code))


def test_a_slug_has_the_letters_people_recognise() -> None:
    assert slug("Straße ½ / Øl") == "Strasse-1-2-Ol"
    assert DIGEST_MARK not in slug("a -- b")
