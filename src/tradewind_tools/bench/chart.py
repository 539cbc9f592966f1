"""Bar charts as SVG, readable on light and on dark pages: values side by side in groups, or shares of a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import cycle
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

_WIDTH: Final = 760
_MARGIN: Final = 16
_INNER_WIDTH: Final = _WIDTH - 2 * _MARGIN
_TITLE_HEIGHT: Final = 44
_LEGEND_ROW: Final = 22
_LEGEND_COLUMNS: Final = 4

_NAME_WIDTH: Final = 130
_VALUE_WIDTH: Final = 70
_VALUE_BAR_HEIGHT: Final = 12
_GROUP_GAP: Final = 14
_SHARE_BAR_HEIGHT: Final = 34
_SHARE_ROW: Final = 80

_INK: Final = "#6b7280"
_SERIES_COLOURS: Final = ("#8a8f98", "#2f7fd1", "#d9822b")
_KIND_COLOURS: Final = (
    "#2f7fd1", "#d9822b", "#5a9e55", "#a8567e", "#8f7a45", "#7fb3e6",
    "#c9675a", "#4fa39a", "#8f80c4", "#8a8f98", "#bfa23f",
)  # fmt: skip


class Group(NamedTuple):
    """Bars that belong together, one for each series."""

    name: str
    values: Sequence[float]


class Whole(NamedTuple):
    """One bar of `parts` by kind, as wide as the page; `label` says what it is of."""

    label: str
    parts: Mapping[str, Decimal]


def draw_groups(title: str, unit: str, series: Sequence[str], groups: Sequence[Group]) -> str:
    """The groups below each other, every value in `unit`; at most three series."""
    colours = dict(zip(series, _SERIES_COLOURS, strict=False))
    top = _TITLE_HEIGHT + _legend_height(len(series)) + _GROUP_GAP
    step = len(series) * (_VALUE_BAR_HEIGHT + 2) + _GROUP_GAP
    scale = (_INNER_WIDTH - _NAME_WIDTH - _VALUE_WIDTH) / max(value for group in groups for value in group.values)
    shapes = list(_legend(colours, _TITLE_HEIGHT))
    for number, group in enumerate(groups):
        shapes += _group(group, top + number * step, scale, unit)
    return _svg(title, top + len(groups) * step, shapes)


def draw_shares(title: str, wholes: Sequence[Whole]) -> str:
    """The wholes below each other, all equally wide: shares are compared, the labels give the amounts."""
    kinds = list(dict.fromkeys(kind for whole in wholes for kind in whole.parts))
    colours = dict(zip(kinds, cycle(_KIND_COLOURS), strict=False))
    shapes: list[Element] = []
    for number, whole in enumerate(wholes):
        shapes += _shares(whole, _TITLE_HEIGHT + number * _SHARE_ROW, colours)
    legend_top = _TITLE_HEIGHT + len(wholes) * _SHARE_ROW
    return _svg(title, legend_top + _legend_height(len(kinds)), [*shapes, *_legend(colours, legend_top)])


def _group(group: Group, top: int, scale: float, unit: str) -> Iterator[Element]:
    middle = top + len(group.values) * (_VALUE_BAR_HEIGHT + 2) / 2
    yield _text(_MARGIN, middle + 4, group.name)
    for number, (value, colour) in enumerate(zip(group.values, _SERIES_COLOURS, strict=False)):
        y, length = top + number * (_VALUE_BAR_HEIGHT + 2), value * scale
        yield _bar(_MARGIN + _NAME_WIDTH, y, length, _VALUE_BAR_HEIGHT, colour)
        yield _text(_MARGIN + _NAME_WIDTH + length + 6, y + 10, f"{value:.0f} {unit}")


def _shares(whole: Whole, top: int, colours: Mapping[str, str]) -> Iterator[Element]:
    yield _text(_MARGIN, top + 12, whole.label)
    sum_of_parts, left = sum(whole.parts.values(), Decimal()), float(_MARGIN)
    for kind, part in whole.parts.items():
        share = float(part / sum_of_parts)
        bar = _bar(left, top + 20, share * _INNER_WIDTH, _SHARE_BAR_HEIGHT, colours[kind])
        SubElement(bar, "title").text = f"{kind}: {share:.0%}"
        yield bar
        left += share * _INNER_WIDTH


def _legend(colours: Mapping[str, str], top: int) -> Iterator[Element]:
    for number, (name, colour) in enumerate(colours.items()):
        row, column = divmod(number, _LEGEND_COLUMNS)
        x, y = _MARGIN + column * _INNER_WIDTH // _LEGEND_COLUMNS, top + row * _LEGEND_ROW
        yield _bar(x, y, 12, 12, colour)
        yield _text(x + 18, y + 11, name)


def _legend_height(names: int) -> int:
    return -(-names // _LEGEND_COLUMNS) * _LEGEND_ROW


def _bar(x: float, y: float, width: float, height: float, colour: str) -> Element:
    sizes = {"x": x, "y": y, "width": width, "height": height}
    return Element("rect", {name: f"{size:.1f}" for name, size in sizes.items()} | {"fill": colour})


def _text(x: float, y: float, words: str, **more: str) -> Element:
    element = Element("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "fill": _INK, **more})
    element.text = words
    return element


def _svg(title: str, height: int, shapes: Iterable[Element]) -> str:
    font = {"font-family": "system-ui, sans-serif", "font-size": "13"}
    svg = Element(
        "svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {_WIDTH} {height}", "role": "img", **font}
    )
    SubElement(svg, "title").text = title
    svg.append(_text(_MARGIN, 24, title, **{"font-weight": "600"}))
    svg.extend(shapes)
    indent(svg, space="")
    return tostring(svg, encoding="unicode") + "\n"
