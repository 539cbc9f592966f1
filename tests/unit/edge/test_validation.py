from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.edge.messages import Price, RequestMessage
from tradewind.edge.validation import violations
from tradewind.identity.messages import Register
from tradewind.kernel.errors import Detail, InvalidFields
from tradewind.kernel.text import Line

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
        ({"options": {"x": "", "y": 1}}, ["options.x", "options.y"]),
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
    assert range_.message == "must be at least 1"


def test_words_do_not_speak_of_the_inside() -> None:
    [violation] = violations(Order, SOUND | {"options": {"x": ""}})
    assert (violation.field, violation.message) == ("options.x", "must not be empty")


class Season(StrEnum):
    SUMMER = "summer"
    WINTER = "winter"


class Form(RequestMessage, frozen=True):
    line: Annotated[Line, msgspec.Meta(min_length=1, max_length=3)] = "a"
    code: Annotated[str, msgspec.Meta(min_length=2)] = "ab"
    one: Annotated[str, msgspec.Meta(max_length=1)] = "a"
    count: Annotated[int, msgspec.Meta(ge=1, le=9)] | None = None
    price: Decimal = Decimal(1)
    dozens: Annotated[int, msgspec.Meta(multiple_of=12)] = 12
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    day: date | None = None
    season: Season | None = None
    size: Literal["S", "M"] = "S"
    is_gift: bool = False
    tags: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=2)] | None = None
    options: Annotated[dict[Line, Line], msgspec.Meta(max_length=1)] | None = None
    parcel: Parcel | None = None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("line", "", "must not be empty"),
        ("line", "abcd", "must have at most 3 characters"),
        ("line", "a\n", "must be one line of visible text, without control or invisible characters"),
        ("line", 1, "must be text"),
        ("line", None, "must be text"),
        ("code", "a", "must have at least 2 characters"),
        ("one", "ab", "must have at most 1 character"),
        ("count", 0, "must be at least 1"),
        ("count", 10, "must be at most 9"),
        ("count", 10**40, "must be at most 9"),
        ("count", "1", "must be a whole number"),
        ("count", 1.5, "must be a whole number"),
        ("price", "ten", "must be a number"),
        ("price", [], "must be a number"),
        ("dozens", 13, "must be a multiple of 12"),
        ("at", "now", "must be a date and time with its offset from UTC, such as 2026-11-21T09:00:00Z"),
        ("at", "2026-11-21T09:00:00", "must be a date and time with its offset from UTC, such as 2026-11-21T09:00:00Z"),
        ("at", 1, "must be a date and time with its offset from UTC, such as 2026-11-21T09:00:00Z"),
        ("day", "tomorrow", "must be a date such as 2026-11-21"),
        ("season", "autumn", "must be one of: summer, winter"),
        ("season", 1, "must be one of: summer, winter"),
        ("size", "L", "must be one of: S, M"),
        ("isGift", "yes", "must be true or false"),
        ("tags", [], "must not be empty"),
        ("tags", ["a", "b", "c"], "must have at most 2 entries"),
        ("tags", "a", "must be a list"),
        ("options", {"a": "b", "c": "d"}, "must have at most 1 entry"),
        (
            "options",
            {"\t": "b"},
            "a name in it must be one line of visible text, without control or invisible characters",
        ),
        ("parcel", 1, "must be an object"),
    ],
)
def test_words_are_for_the_people_who_fill_in_a_form(field: str, value: object, words: str) -> None:
    assert [(each.field, each.message) for each in violations(Form, {field: value})] == [(field, words)]


@given(st.fixed_dictionaries({}, optional={field.encode_name: JSON for field in msgspec.structs.fields(Form)}))
def test_no_words_are_those_of_a_program(body: object) -> None:
    messages = " ".join(each.message for each in violations(Form, body))
    assert not re.search(r"Expected|Invalid|regex|`|\^|is not valid|\bstr\b|\bint\b|RFC", messages)


class Window(RequestMessage, frozen=True):
    opens: int
    closes: int

    def __post_init__(self) -> None:
        if self.closes < self.opens:
            raise InvalidFields(Detail("closes", "must not be before opens"))


class Week(RequestMessage, frozen=True):
    windows: list[Window]


def test_message_names_the_fields_that_do_not_fit_each_other() -> None:
    body = {"windows": [{"opens": 1, "closes": 2}, {"opens": 2, "closes": 1}]}
    assert violations(Week, body) == (Detail("windows[1].closes", "must not be before opens"),)


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


class Offer(RequestMessage, frozen=True):
    price: Price
    floor: Price | None = None
    units: int = 1


class Offers(RequestMessage, frozen=True):
    offers: list[Offer]
    name: str


def test_what_the_operation_would_refuse_is_named_with_the_rest() -> None:
    offers = [{"price": "-1", "floor": -2}, {"price": 1, "floor": None}, {"price": "x", "floor": "-1"}]
    found = fields({"offers": offers, "name": 5}, Offers)
    assert found == ["offers[0].price", "offers[0].floor", "offers[2].price", "offers[2].floor", "name"]


def test_address_that_mail_cannot_go_to_is_named_with_the_rest() -> None:
    body = {"email": "ada@-.example", "password": "short", "firstName": "Ada"}
    assert fields(body, Register) == ["email", "password"]
