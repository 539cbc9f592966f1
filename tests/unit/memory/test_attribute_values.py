from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.memory.attribute_values import copy_as_stored, item_size_bytes

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_copy_of_an_item_is_equal_and_independent(item: dict[str, object]) -> None:
    stored = copy_as_stored(item)
    assert stored == item
    assert stored is not item


@pytest.mark.parametrize(
    ("item", "size_bytes"),
    [
        ({}, 0),
        ({"PK": "A"}, 3),
        ({"é": "é"}, 4),
        ({"a": b"1234"}, 5),
        ({"a": None, "b": True}, 4),
        ({"a": 12345}, 4),
        ({"a": []}, 4),
        ({"a": ["x", "y"]}, 8),
        ({"a": {"b": "x"}}, 7),
    ],
)
def test_size_counts_names_and_values(item: dict[str, object], size_bytes: int) -> None:
    assert item_size_bytes(item) == size_bytes
