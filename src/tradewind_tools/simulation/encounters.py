"""Races that really happened: whoever decided on what it had read, while somebody else changed it.

Chance alone says little about which races a history has lived through, so they are counted: at each attempt to write to
an order or an idempotency record that another invocation has written to since the writer first looked at it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from tradewind.aws.table import Key
from tradewind_tools.simulation.scheduler import Task

_PARTITIONS = ("ORDER#", "IDEMPOTENCY#")


class Race(NamedTuple):
    """Between any function of `one` and any of `other`."""

    name: str
    one: tuple[str, ...]
    other: tuple[str, ...]

    def count(self, overtaken: Counter[tuple[str, str]]) -> int:
        return sum(count for pair, count in overtaken.items() if self._is_between(*pair))

    def _is_between(self, late: str, early: str) -> bool:
        return (late in self.one and early in self.other) or (late in self.other and early in self.one)


_STEPS = tuple(
    f"checkout-{step}"
    for step in ("check-inventory", "process-payment", "update-inventory", "confirm-order", "cancel-order")
)
_PLACING = ("order-create", "checkout")
_CHARGE, _SELL, _CONFIRM = ("checkout-process-payment",), ("checkout-update-inventory",), ("checkout-confirm-order",)
_GIVING_BACK = ("checkout-refund-payment", "checkout-release-stock")
_CANCEL, _FULFIL, _REFUND = ("order-cancel",), ("order-fulfil",), ("order-refund",)
_WEBHOOK, _CLEARING = ("payment-settler",), ("payment-clearing",)

RACES = (
    Race("a cancel against the charge", _CANCEL, _CHARGE),
    Race("a cancel against the sale of the stock", _CANCEL, _SELL),
    Race("a cancel against the confirmation", _CANCEL, _CONFIRM),
    Race("a cancel against the saga's own", _CANCEL, ("checkout-cancel-order",)),
    Race("a cancel against a cancel", _CANCEL, _CANCEL),
    Race("a cancel against sending", _CANCEL, _FULFIL),
    Race("a cancel against a refund", _CANCEL, _REFUND),
    Race("a refund against sending", _REFUND, _FULFIL),
    Race("a refund against a refund", _REFUND, _REFUND),
    Race("one refund made by two workers", ("refund-issuer",), ("refund-issuer",)),
    Race("two runs of the saga, one order", _STEPS, _STEPS),
    Race("two runs that give back, one order", _GIVING_BACK, _GIVING_BACK),
    Race("a webhook of the bank against the charge", _WEBHOOK, _CHARGE),
    Race("a webhook of the bank against the rest of the saga", _WEBHOOK, (*_SELL, *_CONFIRM, *_GIVING_BACK)),
    Race("a webhook of the bank against the clearing job", _WEBHOOK, _CLEARING),
    Race("the clearing job against the saga", _CLEARING, (*_STEPS, *_GIVING_BACK)),
    Race("two clearing jobs", _CLEARING, _CLEARING),
    Race("one request sent twice", _PLACING, _PLACING),
    Race("two sweepers of reservations", ("reservation-sweeper",), ("reservation-sweeper",)),
)
"""The races that a campaign tells of by name; see `Race.count` for what counts."""


class Encounters:
    """Counts, by function, who was `overtaken` by whom: (the late one, the one that wrote before it)."""

    def __init__(self) -> None:
        self.overtaken: Counter[tuple[str, str]] = Counter()
        self._at_work: dict[str, dict[Task, set[str]]] = {}

    def looked(self, task: Task, keys: Iterable[Key]) -> None:
        """The invocation has read these, or tried to write them: from now on it may be overtaken."""
        for subject in _subjects(keys):
            self._at_work.setdefault(subject, {}).setdefault(task, set())

    def writes(self, task: Task, keys: Iterable[Key]) -> None:
        """It is about to write: whoever was faster is counted, once."""
        for subject in _subjects(keys):
            overtakers = self._at_work.setdefault(subject, {}).setdefault(task, set())
            self.overtaken.update((task.name, early) for early in overtakers)
            overtakers.clear()

    def wrote(self, task: Task, keys: Iterable[Key]) -> None:
        for subject in _subjects(keys):
            at_work = {each: early for each, early in self._at_work[subject].items() if not each.is_done}
            self._at_work[subject] = at_work
            for other, overtakers in at_work.items():
                if other is not task:
                    overtakers.add(task.name)


def _subjects(keys: Iterable[Key]) -> set[str]:
    return {subject for key in keys if (subject := _subject(key))}


def _subject(key: Key) -> str | None:
    if key.pk.startswith(_PARTITIONS):
        return key.pk
    return key.sk if key.sk.startswith("ORDER#") else None
