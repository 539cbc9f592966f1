"""What can go wrong around MiniStack's state."""

from __future__ import annotations

from pathlib import Path

from tradewind_tools.errors import Refusal


class StateDamaged(Refusal):
    """Neither the last snapshot nor the one before is whole."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"The saved state {path} is damaged, and so is the one before. Start over: ./dev up --fresh")
