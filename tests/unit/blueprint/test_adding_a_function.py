"""docs/adding-a-function.md shows the code as it is.

What it says of a new service is done to the letter in tests/integration/scaffold.
"""

from __future__ import annotations

import re

import pytest
from tests.guide import GUIDE, NEW_SERVICE, READ, code_in, without_indentation
from tests.source import ROOT

CODE = without_indentation(
    "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("src", "tests")
        for path in sorted(ROOT.glob(f"{folder}/**/*.py"))
    )
)


@pytest.mark.parametrize("shown", code_in(READ))
def test_shown_code_is_in_the_source(shown: str) -> None:
    assert without_indentation(shown) in CODE


@pytest.mark.parametrize("path", re.findall(r"`((?:src|tests|docs)/[\w/.-]+)`", GUIDE))
def test_named_file_exists(path: str) -> None:
    assert (ROOT / path).exists() or path.startswith("tests/unit/wishlist")


def test_both_ways_are_shown_with_code() -> None:
    assert len(code_in(READ)) >= 5
    assert len(code_in(NEW_SERVICE)) >= 5
