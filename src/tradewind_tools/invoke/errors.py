"""What keeps a function from being invoked, each as one line that says what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from tradewind_tools.errors import Refusal


class UnknownFunction(Refusal):
    """No function of the blueprint has the name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        similar = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {similar[0]!r}? " if similar else ""
        super().__init__(f"There is no function {name!r}. {hint}./dev routes names them all")


class UnreadableEvent(Refusal):
    """The event is no JSON object."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where} is not an event: {reason}. tests/events has one for every function")
