from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.data.dates import AmbiguousDateError, DateOrder, decide_order, read_date

DAY, MONTH = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST
MOMENT = datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2010-12-01 08:26:00", "2010-12-01T08:26", "2010/12/1 8:26", "2010-12-01T08:26:00.000Z", "2010.12.01 8:26 AM"],
)
@pytest.mark.parametrize("order", DateOrder)
def test_a_date_with_the_year_first_is_read_in_one_way(text: str, order: DateOrder) -> None:
    assert read_date(text, order) == MOMENT


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("12/1/2010 8:26", MONTH),
        ("12/1/10 8:26", MONTH),
        ("12/01/2010 08:26:00", MONTH),
        ("01-12-2010 08:26", DAY),
        ("1.12.2010, 8:26", DAY),
        ("1.12.10 08:26", DAY),
    ],
)
def test_another_date_is_read_in_the_order_of_its_file(text: str, order: DateOrder) -> None:
    assert read_date(text, order) == MOMENT


@pytest.mark.parametrize(("text", "hour"), [("12:05 AM", 0), ("12:05 PM", 12), ("1:05 pm", 13), ("11:05 p.m.", 23)])
def test_a_clock_of_twelve_hours_is_read(text: str, hour: int) -> None:
    assert read_date(f"12/1/2010 {text}", MONTH).hour == hour


@pytest.mark.parametrize(
    "text", ["yesterday", "", "13/13/2010", "31-02-2010", "1/12-2010", "40513.35", "1/2/3", "1/2/2010 13:00 PM"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    for order in DateOrder:
        with pytest.raises(ValueError, match=r"not a date|month|day|clock"):
            read_date(text, order)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (("01-12-2010 08:26", "13-12-2010 09:00"), DAY),
        (("12/1/2010 8:26", "12/13/2010 9:00"), MONTH),
        (("1/1/2010", "2/2/2010", "2010-12-01"), MONTH),
        ((), MONTH),
    ],
)
def test_the_order_is_decided_by_all_dates_of_a_file(texts: Sequence[str], order: DateOrder) -> None:
    assert decide_order(texts) is order
    assert decide_order(reversed(texts)) is order


@pytest.mark.parametrize("texts", [("01-12-2010 08:26",), ("13/12/2010", "12/13/2010"), ("1/2/2010", "3/3/2010")])
def test_dates_that_leave_the_order_open_are_asked_about(texts: Sequence[str]) -> None:
    with pytest.raises(AmbiguousDateError):
        decide_order(texts)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 12, 31)), st.sampled_from(DateOrder))  # noqa: DTZ001 (given a zone below)
def test_a_date_written_in_an_order_is_read_in_it(moment: datetime, order: DateOrder) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    shape = "%d/%m/%Y %H:%M:%S" if order is DAY else "%m/%d/%Y %H:%M:%S"
    assert read_date(moment.strftime(shape), order) == moment
