from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.edge.messages import RequestMessage
from tradewind.edge.validation import violations
from tradewind.kernel.errors import Detail

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=5)]
Count = Annotated[int, msgspec.Meta(ge=1, le=9)]


class Street(msgspec.Struct, rename="camel"):
    street_name: Word


class Order(msgspec.Struct, rename="camel"):
    items: list[Street]
    count: Count
    note: Word | None = None
    ship_to: Street | None = None
    tags: Annotated[list[Word], msgspec.Meta(max_length=2)] = []
    options: dict[Word, Word] = {}


class Parcel(RequestMessage, frozen=True):
    street: Street
    size: int = 1


class Shipment(RequestMessage, frozen=True):
    parcels: list[Parcel]


SOUND = {"items": [], "count": 1}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["items", "count", "a"]), inner),
    max_leaves=6,
)


def fields(given_body: object, kind: type[Any] = Order) -> list[str]:
    return [violation.field for violation in violations(kind, given_body)]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"count": 10}, ["count"]),
        ({"note": ""}, ["note"]),
        ({"note": None}, []),
        ({"shipTo": {"streetName": "too long"}}, ["shipTo.streetName"]),
        ({"shipTo": 5}, ["shipTo"]),
        ({"shipTo": {}}, ["shipTo.streetName"]),
        ({"items": {}}, ["items"]),
        ({"items": [{"streetName": "ok"}, {}, 7]}, ["items[1].streetName", "items[2]"]),
        ({"tags": ["ok", "", "too long"]}, ["tags[1]", "tags[2]"]),
        ({"tags": ["a", "b", "c"]}, ["tags"]),
        ({"options": {"": "x"}}, ["options"]),
        ({"unknown": 1}, []),
    ],
)
def test_field_that_is_wrong_is_named(wrong: dict[str, object], named: list[str]) -> None:
    assert fields(SOUND | wrong) == named


def test_every_field_is_named_at_once() -> None:
    assert fields({"count": "one", "note": ""}) == ["items", "count", "note"]


@pytest.mark.parametrize("body", [None, 1, "text", []])
def test_what_is_no_object_is_wrong_as_a_whole(body: object) -> None:
    assert fields(body) == ["body"]


def test_words_say_what_is_expected() -> None:
    [required, range_] = violations(Order, {"count": 0})
    assert (required.field, required.message) == ("items", "is required")
    assert range_.message == "Expected int >= 1"


def test_words_do_not_speak_of_the_inside() -> None:
    [violation] = violations(Order, SOUND | {"options": {"x": ""}})
    assert violation.message == "Expected str of length >= 1"


def test_text_of_a_query_is_read_as_its_type() -> None:
    assert violations(Order, {"items": [], "count": "3"}, strict=False) == ()
    assert [violation.field for violation in violations(Order, {"items": [], "count": "x"}, strict=False)] == ["count"]


def test_list_of_violations_has_an_end() -> None:
    assert len(fields(SOUND | {"items": [{}] * 1000})) == 100


@given(JSON)
def test_there_are_violations_exactly_when_msgspec_refuses(body: object) -> None:
    try:
        msgspec.convert(body, Order)
    except msgspec.ValidationError:
        assert fields(body)
    else:
        assert not fields(body)


def test_field_that_a_request_does_not_know_is_named_with_those_it_knows() -> None:
    body = {"parcels": [{"street": {"streetName": "High", "number": 5}}, {"street": {"streetName": "Low"}, "sise": 2}]}
    [unknown] = violations(Shipment, body)
    assert unknown == Detail("parcels[1].sise", "is not known; known here: street, size")
    assert fields({"parcels": [], "weight": 1}, Shipment) == ["weight"]
