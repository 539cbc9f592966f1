"""Stacked bars as SVG: shares of each bar by kind, the bars side by side at one height."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Final, NamedTuple

WIDTH: Final = 760
_BAR_HEIGHT: Final = 34
_GAP: Final = 46
_LEFT: Final = 16
_LEGEND_COLUMNS: Final = 4
_LEGEND_ROW: Final = 22
_INK: Final = "#6b7280"
"""Readable on light and on dark pages."""
_COLOURS: Final = (
    "#2f7fd1", "#d9822b", "#5a9e55", "#a8567e", "#8f7a45", "#7fb3e6",
    "#c9675a", "#4fa39a", "#8f80c4", "#8a8f98", "#bfa23f",
)  # fmt: skip


class Bar(NamedTuple):
    """`parts` in dollars by kind; `label` says what the whole is."""

    label: str
    parts: Mapping[str, Decimal]


def stacked(title: str, bars: Sequence[Bar]) -> str:
    """An SVG of the bars, each as wide as the page: shares are compared, the labels tell the amounts."""
    kinds = list(dict.fromkeys(kind for bar in bars for kind in bar.parts))
    colours = {kind: _COLOURS[position % len(_COLOURS)] for position, kind in enumerate(kinds)}
    legend_top = 40 + len(bars) * (_BAR_HEIGHT + _GAP)
    rows = -(-len(kinds) // _LEGEND_COLUMNS)
    height = legend_top + rows * _LEGEND_ROW + 8
    body = [_text(_LEFT, 24, title, weight="600")]
    for position, bar in enumerate(bars):
        body += _bar(bar, 48 + position * (_BAR_HEIGHT + _GAP), colours)
    body += [_legend(kind, colours[kind], position, legend_top) for position, kind in enumerate(kinds)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13">\n<title>{escape(title)}</title>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _bar(bar: Bar, top: int, colours: Mapping[str, str]) -> list[str]:
    whole = sum(bar.parts.values(), Decimal())
    scale = Decimal(WIDTH - 2 * _LEFT) / whole
    drawn, left = [_text(_LEFT, top + 12, bar.label)], Decimal(_LEFT)
    for kind, dollars in bar.parts.items():
        width = dollars * scale
        tip = f"{kind}: {dollars / whole:.0%}"
        drawn.append(
            f'<rect x="{left:.1f}" y="{top + 20}" width="{width:.1f}" height="{_BAR_HEIGHT}" fill="{colours[kind]}">'
            f"<title>{escape(tip)}</title></rect>"
        )
        left += width
    return drawn


def _legend(kind: str, colour: str, position: int, top: int) -> str:
    column, row = position % _LEGEND_COLUMNS, position // _LEGEND_COLUMNS
    x, y = _LEFT + column * ((WIDTH - 2 * _LEFT) // _LEGEND_COLUMNS), top + row * _LEGEND_ROW
    return f'<rect x="{x}" y="{y}" width="12" height="12" fill="{colour}"/>' + _text(x + 18, y + 11, kind)


def _text(x: int, y: int, words: str, weight: str = "400") -> str:
    return f'<text x="{x}" y="{y}" font-weight="{weight}" fill="{_INK}">{escape(words)}</text>'
