"""Source without comments and docstrings, line for line: tracebacks quote the same lines, and a package is smaller.

Nothing reads docstrings on Lambda; the API's description is made from them before.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator

_NOTHING = b'""'
"""In place of a docstring: a body may have nothing else."""


def strip(source: bytes) -> bytes:
    """The module with as many lines. Raises SyntaxError."""
    lines = source.split(b"\n")
    for row, column in _find_comments(source):
        lines[row] = lines[row][:column].rstrip()
    for text in _find_strings(ast.parse(source)):
        first, last = text.lineno - 1, (text.end_lineno or text.lineno) - 1
        kept = lines[last][text.end_col_offset :]
        lines[first : last + 1] = [lines[first][: text.col_offset] + _NOTHING + kept, *[b""] * (last - first)]
    return b"\n".join(lines)


def _find_comments(source: bytes) -> Iterator[tuple[int, int]]:
    """Where comments begin: the line, from 0, and the byte in it."""
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            yield row - 1, len(token.line[:column].encode())


def _find_strings(tree: ast.Module) -> Iterator[ast.expr]:
    """Docstrings, those of attributes among them: texts that stand for themselves."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value
