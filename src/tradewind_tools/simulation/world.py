"""The whole shop in a simulated world: production code, the blueprint's wiring, simulated ports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from random import Random

import msgspec

from tradewind.payments.provider import Notice
from tradewind.shop import Settings, Shop
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import QUEUES, Target, ToQueue
from tradewind_tools.blueprint.model import Schedule, StreamSource
from tradewind_tools.simulation.api import api_event
from tradewind_tools.simulation.bank import Bank
from tradewind_tools.simulation.books import Books
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.executions import Executions
from tradewind_tools.simulation.faults import Faults
from tradewind_tools.simulation.functions import Functions, ported
from tradewind_tools.simulation.memory_table import StreamRecord
from tradewind_tools.simulation.messaging import (
    FAILURES,
    Detail,
    Postman,
    SimulatedBus,
    SimulatedQueue,
    SimulatedStream,
)
from tradewind_tools.simulation.ports import PostOffice, SimulatedClock, SimulatedSecrets, SimulatedTable
from tradewind_tools.simulation.scheduler import Scheduler

_NOTICE_ATTEMPTS = 50
_NOTICE_PAUSE_MS = 60_000
_JOBS = tuple(function for function in FUNCTIONS if isinstance(function.trigger, Schedule))
_FREQUENT_JOBS = tuple(job for job in _JOBS if "minutes" in str(job.trigger))
_RELAY = next(function for function in FUNCTIONS if isinstance(function.trigger, StreamSource))


class World:
    """Everything there is in one history; `seed` decides all of it."""

    def __init__(self, random: Random, faults: Faults) -> None:
        self.random = random
        self.faults = faults
        self.scheduler = Scheduler()
        self.calls = Calls(self.scheduler, faults, random)
        self.clock = SimulatedClock(self.scheduler, random)
        self.books = Books()
        self.table = SimulatedTable(self.calls, random, self._committed)
        self.bank = Bank(self.calls, random, self._notify)
        self.office = PostOffice(self.calls)
        self.shop = Shop(table=self.table, clock=self.clock, secrets=SimulatedSecrets(), settings=Settings())
        self.shop.provider = self.bank
        ports = ported(lambda _name: self.bus, self.office, self._sleep)
        self.functions = Functions(self.shop, self.calls, random, ports)
        self.bus = SimulatedBus(self.calls, Postman(self.calls, random), self._reach, random)
        self.stream = SimulatedStream(_RELAY, self.functions, self.calls, random)
        self.queues = {queue.name: SimulatedQueue(queue.name, self.functions, self.calls, random) for queue in QUEUES}
        self.executions = Executions(self.functions, self.bus, self.queues, self.calls, random)

    def run_jobs(self, *, only_frequent: bool = False) -> None:
        """Every scheduled job once, or those of every few minutes, one after the other. To be called by a task."""
        for job in _FREQUENT_JOBS if only_frequent else _JOBS:
            try:
                self.functions.call(job.name, {})
            except FAILURES as failure:
                self.calls.note("schedule", "failed", str(failure))

    def redrive(self) -> int:
        """What an operator does when an alarm says that something could not be delivered; how much there was."""
        queues = sum(queue.redrive() for queue in self.queues.values())
        return queues + self.stream.redrive()

    def _committed(self, records: Sequence[StreamRecord]) -> None:
        self.books.follow(records, self.bank)
        self.stream.follow(records)

    def _reach(self, target: Target, detail: Detail) -> None:
        if isinstance(target, ToQueue):
            self.queues[target.queue].put(detail)
        else:
            self.executions.start(detail)

    def _notify(self, notice: Notice) -> None:
        """The bank's webhook: again until it is taken."""
        body = msgspec.json.encode(notice).decode()
        event = api_event(None, body, path={"provider": self.shop.settings.payment_provider})
        for _ in range(_NOTICE_ATTEMPTS):
            with suppress(*FAILURES):
                if self.functions.call("payment-webhook", event, about=notice.notice_id)["statusCode"] == HTTPStatus.OK:
                    return
            self.scheduler.pause(_NOTICE_PAUSE_MS)

    def _sleep(self, seconds: float) -> None:
        self.scheduler.pause(int(seconds * 1000))
