"""docs/adding-a-function.md shows the code as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "adding-a-function.md").read_text(encoding="utf-8")
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py")))


def without_indentation(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines() if line.strip())


@pytest.mark.parametrize("shown", re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
def test_shown_code_is_in_the_source(shown: str) -> None:
    parts = re.split(r"\n{3,}", shown)
    assert all(without_indentation(part) in without_indentation(SOURCE) for part in parts)


@pytest.mark.parametrize("path", re.findall(r"`((?:src|tests|docs)/[\w/.-]+)`", PAGE))
def test_named_file_exists(path: str) -> None:
    assert (ROOT / path).exists()
