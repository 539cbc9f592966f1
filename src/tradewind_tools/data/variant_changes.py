"""What to change of the variants that a product has, in an order in which no two are ever the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tradewind_tools.data.catalogue import Words, same_fields, spell
from tradewind_tools.data.option_matching import Key, Renamed
from tradewind_tools.data.variant_matching import Match, Matches


@dataclass(frozen=True, slots=True)
class VariantChange:
    """A variant that may change; `now` are its values once the options have changed, None where it is archived."""

    match: Match
    now: Words | None

    @property
    def wanted(self) -> Words:
        return spell(self.match.ours.values)

    @property
    def is_needed(self) -> bool:
        return self.now != self.wanted or not same_fields(self.match.ours.fields, self.match.theirs)


def list_changes(matches: Matches, initial: Words, renamed: Renamed) -> list[VariantChange]:
    """The changes that are needed, each when its values are free; `initial` are those of new options."""
    changes = [
        VariantChange(match, None if match.theirs.is_archived else _after(match.key, initial, renamed))
        for match in matches.pairs
    ]
    return _in_order([change for change in changes if change.is_needed], {change.now for change in changes})


def _after(key: Key, initial: Words, renamed: Renamed) -> Words:
    return spell(
        tuple(
            initial[position] if word is None else renamed.get((position, word), word)
            for position, word in enumerate(key)
        )
    )


def _in_order(changes: Iterable[VariantChange], taken: set[Words | None]) -> list[VariantChange]:
    waiting, ordered = list(changes), list[VariantChange]()
    while waiting:
        free = (change for change in waiting if change.wanted == change.now or change.wanted not in taken)
        following = next(free, waiting[0])
        waiting.remove(following)
        ordered.append(following)
        taken = taken - {following.now} | {following.wanted}
    return ordered
