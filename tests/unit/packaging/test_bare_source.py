from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.source import modules

from tradewind_tools.packaging.bare_source import strip

SOURCE = b'''"""What it is.

More of it.
"""

COUNT = 1  # a comment, \xc3\xa4
"""An attribute's."""
TEXT = "no # comment"


class Empty:
    """Alone."""


def count() -> int:
    """\xc3\x9cber."""; return COUNT  # why
'''
BARE = b"""""




COUNT = 1
""
TEXT = "no # comment"


class Empty:
    ""


def count() -> int:
    ""; return COUNT
"""


class Undocumented(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.Expr(ast.Constant("")) if is_text else node


def meaning(source: bytes) -> str:
    return ast.dump(Undocumented().visit(ast.parse(source)))


def test_comments_and_docstrings_are_left_out_line_for_line() -> None:
    assert strip(SOURCE) == BARE


@pytest.mark.parametrize("path", modules("tradewind").values(), ids=lambda path: path.stem)
def test_module_means_the_same_on_the_same_lines(path: Path) -> None:
    source = path.read_bytes()
    bare = strip(source)
    assert meaning(bare) == meaning(source)
    assert bare.count(b"\n") == source.count(b"\n")
