"""Counts the races that really happened: a task writes after another one changed what it had read.

Chance alone says little about which races a history went through, so they are counted: at each attempt to write to an
order or an idempotency record that another invocation has written since the writer first read it.
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

    def count(self, overtakings: Counter[tuple[str, str]]) -> int:
        return sum(count for pair, count in overtakings.items() if self._is_between(*pair))

    def _is_between(self, late: str, early: str) -> bool:
        return (late in self.one and early in self.other) or (late in self.other and early in self.one)


_STEPS = tuple(
    f"checkout-{step}"
    for step in ("check-inventory", "process-payment", "update-inventory", "confirm-order", "cancel-order")
)
_PLACE = ("order-create", "checkout")
_CHARGE, _SELL, _CONFIRM = ("checkout-process-payment",), ("checkout-update-inventory",), ("checkout-confirm-order",)
_COMPENSATE = ("checkout-refund-payment", "checkout-release-stock")
_CANCEL, _FULFIL, _REFUND = ("order-cancel",), ("order-fulfil",), ("order-refund",)
_WEBHOOK, _CLEARING = ("payment-settler",), ("payment-clearing",)

RACES = (
    Race("cancellation and charge", _CANCEL, _CHARGE),
    Race("cancellation and sale of the stock", _CANCEL, _SELL),
    Race("cancellation and confirmation", _CANCEL, _CONFIRM),
    Race("cancellation and the saga's own cancellation", _CANCEL, ("checkout-cancel-order",)),
    Race("two cancellations", _CANCEL, _CANCEL),
    Race("cancellation and fulfilment", _CANCEL, _FULFIL),
    Race("cancellation and refund", _CANCEL, _REFUND),
    Race("refund and fulfilment", _REFUND, _FULFIL),
    Race("two refunds", _REFUND, _REFUND),
    Race("one refund issued by two workers", ("refund-issuer",), ("refund-issuer",)),
    Race("two runs of the saga for one order", _STEPS, _STEPS),
    Race("two compensating runs for one order", _COMPENSATE, _COMPENSATE),
    Race("payment webhook and charge", _WEBHOOK, _CHARGE),
    Race("payment webhook and the rest of the saga", _WEBHOOK, (*_SELL, *_CONFIRM, *_COMPENSATE)),
    Race("payment webhook and clearing job", _WEBHOOK, _CLEARING),
    Race("clearing job and saga", _CLEARING, (*_STEPS, *_COMPENSATE)),
    Race("two clearing jobs", _CLEARING, _CLEARING),
    Race("one request sent twice", _PLACE, _PLACE),
    Race("two reservation sweepers", ("reservation-sweeper",), ("reservation-sweeper",)),
)
"""The races that a campaign reports by name; see `Race.count` for what counts."""


class RaceCounter:
    """Counts, by pairs of functions, who overtook whom: (the late one, the one that wrote before it)."""

    def __init__(self) -> None:
        self.overtakings: Counter[tuple[str, str]] = Counter()
        self._overtakers: dict[str, dict[Task, set[str]]] = {}

    def record_read(self, task: Task, keys: Iterable[Key]) -> None:
        """The task has read these keys, or tried to write them: from now on it may be overtaken."""
        for subject in _subjects(keys):
            self._overtakers.setdefault(subject, {}).setdefault(task, set())

    def record_attempt(self, task: Task, keys: Iterable[Key]) -> None:
        """The task is about to write: count who wrote in between, once."""
        for subject in _subjects(keys):
            overtakers = self._overtakers.setdefault(subject, {}).setdefault(task, set())
            self.overtakings.update((task.name, early) for early in overtakers)
            overtakers.clear()

    def record_write(self, task: Task, keys: Iterable[Key]) -> None:
        """The task has written: it has overtaken all others that are still at work on the same subject."""
        for subject in _subjects(keys):
            at_work = {each: early for each, early in self._overtakers[subject].items() if not each.is_done}
            self._overtakers[subject] = at_work
            for other, overtakers in at_work.items():
                if other is not task:
                    overtakers.add(task.name)


def _subjects(keys: Iterable[Key]) -> set[str]:
    return {subject for key in keys if (subject := _subject(key))}


def _subject(key: Key) -> str | None:
    """An order and everything in its partition are one subject."""
    if key.pk.startswith(_PARTITIONS):
        return key.pk
    return key.sk if key.sk.startswith("ORDER#") else None
