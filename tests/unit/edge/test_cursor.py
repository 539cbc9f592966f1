from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import FakeSecrets, make_shop

from tradewind.edge.cursor import seal, unseal
from tradewind.edge.errors import InvalidCursor

START = {"PK": "PRODUCT#é", "SK": "METADATA", "GSI1PK": "CATEGORY#shirts", "GSI1SK": "PRODUCT#1"}
SECRET = "tradewind/local/cursor-key"


@given(st.dictionaries(st.text(), st.text()))
def test_what_was_sealed_comes_back(start: dict[str, str]) -> None:
    shop = make_shop()
    assert unseal(seal(start, "products", shop), "products", shop) == start


def test_end_of_a_list_has_no_cursor_and_no_cursor_is_its_beginning() -> None:
    shop = make_shop()
    assert seal(None, "products", shop) is None
    assert unseal(None, "products", shop) is None
    assert unseal("", "products", shop) is None


def test_cursor_can_stand_in_a_url() -> None:
    cursor = seal(START, "products", make_shop()) or ""
    assert cursor.replace("-", "").replace("_", "").isalnum()


def test_cursor_is_worth_nothing_in_another_list() -> None:
    shop = make_shop()
    with pytest.raises(InvalidCursor):
        unseal(seal(START, "shirts", shop), "trousers", shop)


def test_cursor_of_another_shop_is_worth_nothing() -> None:
    cursor = seal(START, "products", make_shop(secrets=FakeSecrets({SECRET: "theirs"})))
    with pytest.raises(InvalidCursor):
        unseal(cursor, "products", make_shop(secrets=FakeSecrets({SECRET: "ours"})))


def test_every_bit_of_it_is_signed() -> None:
    shop = make_shop()
    sealed = base64.urlsafe_b64decode((seal({"PK": "A"}, "s", shop) or "") + "==")
    for position in range(len(sealed) * 8):
        forged = bytearray(sealed)
        forged[position // 8] ^= 1 << position % 8
        with pytest.raises(InvalidCursor):
            unseal(base64.urlsafe_b64encode(bytes(forged)).decode(), "s", shop)


@pytest.mark.parametrize("cursor", ["a", "abc", "é", "====", "x" * 1000, '{"PK":"A"}', " "])
def test_what_is_none_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor) as refusal:
        unseal(cursor, "products", make_shop())
    assert [detail.field for detail in refusal.value.details] == ["cursor"]


def test_cursor_outlives_one_rotation_of_the_key_but_not_two() -> None:
    secrets = FakeSecrets()
    shop = make_shop(secrets=secrets)
    cursor = seal(START, "products", shop)
    secrets.rotate(SECRET, "second")
    assert unseal(cursor, "products", shop) == START
    secrets.rotate(SECRET, "third")
    with pytest.raises(InvalidCursor):
        unseal(cursor, "products", shop)
