"""docs/architecture.md: text by hand around blocks that are drawn from the code.

A block stands between `<!-- generated: name -->` and `<!-- end -->`; what is between them is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tradewind_tools.exports import diagrams
from tradewind_tools.places import PROJECT

PAGE: Final = PROJECT / "docs" / "architecture.md"

_BLOCK = re.compile(r"<!-- generated: (?P<name>[\w -]+) -->\n.*?<!-- end -->", re.DOTALL)


class UnknownBlock(Exception):
    """The page asks for a block that nothing makes."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Nothing makes the block {name!r}. There are: {', '.join(blocks())}.")


def blocks() -> Mapping[str, Callable[[], str]]:
    """What makes each block, by the name that the page calls it."""
    tables = {f"states of {table.name}": partial(diagrams.states, table) for table in diagrams.state_tables()}
    return {"flow": diagrams.flow, "saga": diagrams.saga_steps, "imports": diagrams.service_imports, **tables}


def renewed(page: str) -> str:
    """The page with every block as the code is now. Raises UnknownBlock."""
    return _BLOCK.sub(_block, page)


def names(page: str) -> list[str]:
    """The blocks that stand in the page, in their order."""
    return [found["name"] for found in _BLOCK.finditer(page)]


def write(page: Path = PAGE) -> Path:
    """Renew the blocks of the file; the path that was written. Raises UnknownBlock."""
    page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
    return page


def _block(found: re.Match[str]) -> str:
    name = found["name"]
    make = blocks().get(name)
    if make is None:
        raise UnknownBlock(name)
    return f"<!-- generated: {name} -->\n{make()}\n<!-- end -->"
