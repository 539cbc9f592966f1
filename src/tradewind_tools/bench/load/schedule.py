"""Who comes when: arrivals at a rate that does not wait for the shop, as visitors do not wait for each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from random import Random
from typing import Final, NamedTuple


class Kind(StrEnum):
    """What a visitor does; NOTHING calls a function that does nothing, by the same way."""

    NOTHING = "nothing"
    BROWSE = "browse"
    CART = "cart"
    ORDER = "order"


SHARES: Final[Mapping[Kind, int]] = {Kind.NOTHING: 2, Kind.BROWSE: 12, Kind.CART: 3, Kind.ORDER: 3}
"""Of twenty arrivals."""


class Arrival(NamedTuple):
    """`due_seconds` after the step began."""

    due_seconds: float
    kind: Kind


def plan_arrivals(rate: float, seconds: float, random: Random) -> list[Arrival]:
    """Arrivals of a Poisson process, `rate` a second; each kind has its share of every twenty in a row."""
    kinds = _deal(random)
    return [Arrival(due, next(kinds)) for due in _moments(rate, seconds, random)]


def grow(first: float, factor: float, steps: int) -> list[float]:
    """The rates of the steps, each `factor` times the one before."""
    return [first * factor**number for number in range(steps)]


def _moments(rate: float, seconds: float, random: Random) -> Iterator[float]:
    moment = random.expovariate(rate)
    while moment < seconds:
        yield moment
        moment += random.expovariate(rate)


def _deal(random: Random) -> Iterator[Kind]:
    deck: Sequence[Kind] = [kind for kind, share in SHARES.items() for _ in range(share)]
    while True:
        yield from random.sample(deck, len(deck))
