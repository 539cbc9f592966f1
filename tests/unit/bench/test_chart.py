from __future__ import annotations

import xml.etree.ElementTree as ET

from tradewind_tools.bench.chart import Group, bars

SVG = "{http://www.w3.org/2000/svg}"


def rectangles(drawn: str) -> list[tuple[float, float]]:
    """Top and length of each bar, the legend's apart."""
    found = ET.fromstring(drawn).iter(f"{SVG}rect")  # noqa: S314 - drawn by ourselves
    return [(float(each.attrib["y"]), float(each.attrib["width"])) for each in found if float(each.attrib["y"]) > 40]


def test_bars_are_as_long_as_their_values() -> None:
    drawn = bars("title", "ms", ("a", "b"), [Group("one", (10, 20)), Group("two", (5, 40))])
    lengths = [length for _, length in rectangles(drawn)]
    assert lengths == [125.0, 250.0, 62.5, 500.0]


def test_bars_do_not_overlap() -> None:
    tops = [top for top, _ in rectangles(bars("title", "ms", ("a", "b"), [Group("one", (1, 2)), Group("two", (3, 4))]))]
    assert tops == sorted(set(tops))


def test_texts_are_escaped() -> None:
    assert "a &lt; b" in bars("a < b", "ms", ("a",), [Group("one", (1,))])
