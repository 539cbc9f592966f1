"""docs/adding-a-function.md, taken apart: its sections, the code that they show and the commands that they name."""

from __future__ import annotations

import re

from tests.source import ROOT

GUIDE = (ROOT / "docs" / "adding-a-function.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return GUIDE.split(f"\n## {title}\n")[1].split("\n## ")[0]


NEW_SERVICE = section("A new service with a store")
READ = section("A read in a service that is there")


def code_in(text: str) -> list[str]:
    """Each piece of code that is shown; two blank lines part those of one block."""
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return [part for block in blocks for part in re.split(r"\n{3,}", block)]


def commands_in(text: str) -> list[str]:
    """Each command of `./dev`, without that word."""
    return re.findall(r"^\$ \./dev (.+)$", text, re.MULTILINE)


def without_indentation(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines() if line.strip())
