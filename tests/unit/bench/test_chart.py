from __future__ import annotations

import xml.etree.ElementTree as ET
from decimal import Decimal
from itertools import pairwise

import pytest

from tradewind_tools.bench.chart import Group, Whole, draw_groups, draw_shares

SVG = "{http://www.w3.org/2000/svg}"
GROUPS = [Group("one", (10, 20)), Group("two", (5, 40))]
WHOLES = [
    Whole("1,000 orders", {"Lambda": Decimal(1), "SQS": Decimal(3)}),
    Whole("a month", {"SQS": Decimal(1), "SES": Decimal(1)}),
]


def rectangles(drawn: str, height: str) -> list[ET.Element]:
    """The bars of this height: those of the legend have another."""
    found = ET.fromstring(drawn).iter(f"{SVG}rect")  # noqa: S314 - drawn by ourselves
    return [each for each in found if each.attrib["height"] == height]


def sizes(bars: list[ET.Element], name: str) -> list[float]:
    return [float(bar.attrib[name]) for bar in bars]


def texts(drawn: str) -> list[str]:
    return [str(each.text) for each in ET.fromstring(drawn).iter(f"{SVG}text")]  # noqa: S314 - drawn by ourselves


def test_bars_of_a_group_are_as_long_as_their_values() -> None:
    lengths = sizes(rectangles(draw_groups("title", "ms", ("a", "b"), GROUPS), "12.0")[2:], "width")
    assert [length / lengths[0] for length in lengths] == pytest.approx([1, 2, 0.5, 4], rel=0.01)


def test_bars_of_groups_do_not_overlap() -> None:
    tops = sizes(rectangles(draw_groups("title", "ms", ("a", "b"), GROUPS), "12.0")[2:], "y")
    assert all(below - above >= 12 for above, below in pairwise(tops))


def test_values_are_written_with_their_unit() -> None:
    assert {"title", "a", "b", "one", "10 ms", "40 ms"} <= set(texts(draw_groups("title", "ms", ("a", "b"), GROUPS)))


def test_shares_of_a_whole_fill_the_width_side_by_side() -> None:
    bars = rectangles(draw_shares("title", WHOLES), "34.0")
    assert sizes(bars, "width") == [182, 546, 364, 364]
    assert sizes(bars, "x") == [16, 198, 16, 380]


def test_a_kind_has_one_colour_and_stands_in_the_legend() -> None:
    drawn = draw_shares("title", WHOLES)
    lambda_, sqs, sqs_again, ses = (bar.attrib["fill"] for bar in rectangles(drawn, "34.0"))
    assert sqs == sqs_again
    assert [bar.attrib["fill"] for bar in rectangles(drawn, "12.0")] == [lambda_, sqs, ses]
    assert texts(drawn)[-3:] == ["Lambda", "SQS", "SES"]


def test_texts_are_escaped() -> None:
    assert "a &lt; b" in draw_groups("a < b", "ms", ("a",), [Group("one", (1,))])
