"""State machines as data: `state -> allowed next states`; the docs draw them from the same tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


class StateTable(Generic[S]):
    """The allowed transitions of one axis of one thing. A transition to the same state is a no-op, never an error."""

    def __init__(self, name: str, first: S, transitions: Mapping[S, tuple[S, ...]]) -> None:
        self.name = name
        self.first = first
        self.transitions = transitions

    def sources(self, target: S) -> tuple[S, ...]:
        """The states from which `target` can be entered: the condition of the write that enters it."""
        return tuple(state for state, following in self.transitions.items() if target in following)

    def allows(self, state: S, target: S) -> bool:
        return state == target or target in self.transitions[state]

    def is_final(self, state: S) -> bool:
        return not self.transitions[state]
