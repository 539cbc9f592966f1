from __future__ import annotations

import re

import pytest

from tradewind.kernel.text import END, VISIBLE


@pytest.mark.parametrize("text", ["a", " a ", "Ocean Blue Shirt", "夏", "O'Neill"])
def test_what_can_be_seen_passes(text: str) -> None:
    assert re.search(VISIBLE, text)


@pytest.mark.parametrize("text", ["", " ", "\u0000", "a\n", "a\u0007b", "\x7f"])
def test_what_cannot_be_seen_does_not(text: str) -> None:
    assert not re.search(VISIBLE, text)


def test_nothing_follows_the_end_not_even_a_line_break() -> None:
    assert re.search(f"^a{END}", "a")
    assert not re.search(f"^a{END}", "a\n")
