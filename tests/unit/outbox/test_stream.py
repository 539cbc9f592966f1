from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.outbox.fake_bus import batch, inserted, record, some_event

from tradewind.outbox.stream import events_in, plain

NUMBERS = st.integers(-(10**30), 10**30) | st.decimals(-(10**9), 10**9, places=3)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.text() | NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_is_the_same_after_the_table(value: object) -> None:
    assert plain(TypeSerializer().serialize(value)) == value


def test_whole_numbers_are_ints_and_others_exact_decimals() -> None:
    read = plain({"L": [{"N": "-12"}, {"N": "1.10"}, {"N": "1E+2"}]})
    assert read == [-12, Decimal("1.10"), Decimal(100)]
    assert [type(number) for number in read] == [int, Decimal, Decimal]


def test_sets_are_lists_and_binary_stays_text() -> None:
    assert plain({"M": {"a": {"SS": ["x"]}, "b": {"NS": ["1", "2"]}, "c": {"B": "aGk="}}}) == {
        "a": ["x"],
        "b": [1, 2],
        "c": "aGk=",
    }


def test_an_inserted_event_is_read_as_it_was_recorded() -> None:
    event = some_event(7, totalMinor=123_456, note=None, lines=[{"quantity": 2}])
    assert list(events_in(batch(inserted(event)))) == [event]


@pytest.mark.parametrize("name", ["MODIFY", "REMOVE"])
def test_a_change_of_an_event_tells_nothing(name: str) -> None:
    changed = record(name, {"PK": "ORDER#1", "SK": "EVENT#1"})
    assert list(events_in(batch(changed))) == []


@pytest.mark.parametrize("sort_key", ["METADATA", "ORDER#1", "EVENTLOG#1", "event#1"])
def test_other_items_tell_nothing(sort_key: str) -> None:
    assert list(events_in(batch(record("INSERT", {"PK": "X#1", "SK": sort_key})))) == []


def test_an_event_that_cannot_be_read_is_a_fault() -> None:
    broken = record("INSERT", {"PK": "ORDER#1", "SK": "EVENT#1", "type": "OrderPlaced"})
    with pytest.raises(msgspec.ValidationError):
        list(events_in(batch(broken)))
