"""HTML descriptions as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Final

from inscriptis import get_text
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_document_state import HtmlDocumentState
from inscriptis.model.html_element import HtmlElement
from inscriptis.model.tag import CustomHtmlTagHandlerMapping


def plain_text(html: str) -> str:
    """Return what a reader sees of an HTML fragment: blocks as lines, list items dashed, entities as characters."""
    lines = (" ".join(line.split()) for line in get_text(html, _CONFIG).splitlines())
    return "\n".join(filter(None, lines))


def _flat_styles() -> dict[str, HtmlElement]:
    """The library's styles without margins and indents; what a browser shows only by a script is not shown."""
    styles = {tag: copy(style) for tag, style in STRICT_CSS_PROFILE.items()}
    for style in styles.values():
        style.margin_before = style.margin_after = style.padding_inline = 0
    return styles | {"template": HtmlElement(display=Display.none)}


def _begin_item(state: HtmlDocumentState, _attributes: Mapping[str, str]) -> None:
    state.tags[-1].list_bullet = "- "
    state.tags[-1].write("")


_CONFIG: Final = ParserConfig(
    css=_flat_styles(),
    table_cell_separator=" ",
    custom_html_tag_handler_mapping=CustomHtmlTagHandlerMapping({"li": _begin_item}, {}),
)
