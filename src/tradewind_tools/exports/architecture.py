"""Renews the generated blocks of docs/architecture.md, whose other text is written by hand.

A block is what stands between `<!-- generated: name -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tradewind_tools.exports import diagrams
from tradewind_tools.exports.errors import UnknownBlock
from tradewind_tools.places import PROJECT

PAGE: Final = PROJECT / "docs" / "architecture.md"

_BLOCK = re.compile(r"<!-- generated: (?P<name>[\w -]+) -->\n.*?<!-- end -->", re.DOTALL)


def blocks() -> Mapping[str, Callable[[], str]]:
    """The function that makes each block, by the block's name."""
    tables = {f"states of {table.name}": partial(diagrams.states, table) for table in diagrams.state_tables()}
    return {"flow": diagrams.flow, "saga": diagrams.saga_steps, "imports": diagrams.service_imports, **tables}


def renew(page: str) -> str:
    """The page with every block made anew. Raises UnknownBlock."""
    return _BLOCK.sub(_block, page)


def block_names(page: str) -> list[str]:
    """The names of the page's blocks, in their order."""
    return [found["name"] for found in _BLOCK.finditer(page)]


def write(page: Path = PAGE) -> Path:
    """Renew the blocks of the file; the path that was written. Raises UnknownBlock."""
    page.write_text(renew(page.read_text(encoding="utf-8")), encoding="utf-8")
    return page


def _block(found: re.Match[str]) -> str:
    name = found["name"]
    make = blocks().get(name)
    if make is None:
        raise UnknownBlock(name, blocks())
    return f"<!-- generated: {name} -->\n{make()}\n<!-- end -->"
