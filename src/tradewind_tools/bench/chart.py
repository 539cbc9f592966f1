"""A bar chart as SVG: groups of bars with their values, readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_LABEL_WIDTH: Final = 130
_BAR_WIDTH: Final = 500
_BAR_HEIGHT: Final = 14
_GAP: Final = 14
_TOP: Final = 62
_VALUE_WIDTH: Final = 70
_COLOURS: Final = ("#8a8f98", "#2f7fd1", "#d9822b")
_FONT: Final = 'font-family="system-ui, sans-serif" font-size="12"'
_INK: Final = "#6b7280"


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that belong together, one for each series."""

    name: str
    values: Sequence[float]


def bars(title: str, unit: str, series: Sequence[str], groups: Sequence[Group]) -> str:
    """The chart; every value in `unit`, at most three series."""
    scale = _BAR_WIDTH / max(value for group in groups for value in group.values)
    height = _TOP + len(groups) * _group_height(len(series))
    parts = [_text(0, 16, title, 'font-weight="600"'), *_legend(series)]
    for number, group in enumerate(groups):
        parts += _group(group, _TOP + number * _group_height(len(series)), scale, unit)
    width = _LABEL_WIDTH + _BAR_WIDTH + _VALUE_WIDTH
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}">\n{body}\n</svg>\n'
    )


def _group_height(series: int) -> int:
    return series * _BAR_HEIGHT + _GAP


def _legend(series: Sequence[str]) -> list[str]:
    step = (_LABEL_WIDTH + _BAR_WIDTH) // len(series)
    parts = []
    for number, name in enumerate(series):
        parts += [_bar(number * step, 32, 12, number), _text(number * step + 18, 42, name)]
    return parts


def _group(group: Group, top: int, scale: float, unit: str) -> list[str]:
    parts = [_text(0, top + _BAR_HEIGHT * len(group.values) // 2 + 4, group.name)]
    for number, value in enumerate(group.values):
        y, length = top + number * _BAR_HEIGHT, value * scale
        parts += [
            _bar(_LABEL_WIDTH, y, length, number),
            _text(_LABEL_WIDTH + length + 6, y + 10, f"{value:.0f} {unit}"),
        ]
    return parts


def _bar(x: float, y: float, length: float, series: int) -> str:
    colour = _COLOURS[series]
    return f'<rect x="{x:.1f}" y="{y}" width="{length:.1f}" height="{_BAR_HEIGHT - 3}" rx="2" fill="{colour}"/>'


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y}" fill="{_INK}" {_FONT} {more}>{escape(text)}</text>'
