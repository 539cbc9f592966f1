"""The whole shop in a simulated world: production code, the blueprint's wiring, simulated ports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from http import HTTPStatus
from random import Random

import msgspec

from tradewind.payments.provider import WebhookEvent
from tradewind.shop import Settings, Shop
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import QUEUES, STREAM_QUEUE, Target, ToQueue
from tradewind_tools.blueprint.model import Function, Schedule, StreamSource
from tradewind_tools.memory.table import StreamRecord
from tradewind_tools.simulation.api import ADMIN_ID, api_event
from tradewind_tools.simulation.bank import Bank
from tradewind_tools.simulation.books import Books
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.dead_letters import DeadLetters
from tradewind_tools.simulation.executions import Executions
from tradewind_tools.simulation.faults import Faults, Mishap
from tradewind_tools.simulation.functions import Functions, Ports
from tradewind_tools.simulation.messaging import (
    FAILURES,
    Detail,
    Postman,
    SimulatedBus,
    SimulatedQueue,
    SimulatedStream,
    delivery,
)
from tradewind_tools.simulation.ports import (
    BEGINNING,
    PostOffice,
    SimulatedClock,
    SimulatedSecrets,
    SimulatedTable,
    TextOffice,
)
from tradewind_tools.simulation.scheduler import HOUR_MS, Scheduler

_WORK = ("STATUS#pending", "UNSETTLED#", "UNPLACED#", "PAYMENT_OPEN#")
_WEBHOOK_ATTEMPTS = 50
_WEBHOOK_PAUSE_MS = 60_000
_TWICE_CHANCE = 0.3
_AGAIN_MS = 1_000
_NOT_STARTED_CHANCE = 0.003
_OPERATOR_VISITS = 4
_OPERATOR_ATTEMPTS = 5
_OPERATOR_COMES_WITHIN_MS = 4 * HOUR_MS
JOBS = tuple(function for function in FUNCTIONS if isinstance(function.trigger, Schedule))
FREQUENT_JOBS = tuple(job for job in JOBS if "minutes" in str(job.trigger))
REMINDERS = tuple(job for job in JOBS if job.name.endswith("-reminder"))
_RELAY = next(function for function in FUNCTIONS if isinstance(function.trigger, StreamSource))


class World:
    """Everything there is in one history; `seed` decides all of it."""

    def __init__(self, random: Random, faults: Faults, beginning: datetime = BEGINNING) -> None:
        self.random = random
        self.faults = faults
        self.has_aged = False
        self.scheduler = Scheduler()
        self.calls = Calls(self.scheduler, faults, random)
        self.clock = SimulatedClock(self.scheduler, random, beginning)
        self.books = Books()
        self.table = SimulatedTable(self.calls, random, self._committed)
        self.bank = Bank(self.calls, random, self._notify)
        self.office = PostOffice(self.calls)
        self.texts = TextOffice(self.calls)
        self.shop = Shop(table=self.table, clock=self.clock, secrets=SimulatedSecrets(), settings=Settings())
        self.shop.provider = self.bank
        self.dead_letters = DeadLetters(self.calls, self.clock.now, self._put)
        self.functions = Functions(self.shop, self.calls, random)
        self.stream = SimulatedStream(_RELAY, self.functions, self.calls, random)
        self.functions.connect(self._ports())
        self.bus = SimulatedBus(self.calls, Postman(self.calls, random), self._reach, random)
        self.queues = {
            queue.name: SimulatedQueue(queue, self.functions, self.calls, random, self.dead_letters.bury)
            for queue in QUEUES
        }
        self.executions = Executions(self.functions, self.calls, random)
        self.dead_letters.alarm = self._call_operator
        self.stream.give_up = partial(self._put, STREAM_QUEUE)
        self._visits_left = _OPERATOR_VISITS
        self._is_operator_coming = False

    def run_jobs(self, jobs: Sequence[Function]) -> None:
        """Scheduled jobs in turn, and some twice. To be called by a task."""
        for job in jobs:
            if self.faults.may_happen(_TWICE_CHANCE):
                self.calls.mishaps[Mishap.JOB_TWICE] += 1
                again_ms = self.random.choice((0, 0, int(self.random.random() * _AGAIN_MS)))
                self.scheduler.spawn("schedule", partial(self.functions.invoke, job.name, {}), after_ms=again_ms)
            try:
                self.functions.call(job.name, {})
            except FAILURES as failure:
                self.calls.note("schedule", "failed", str(failure))

    def redrive(self) -> None:
        """What an operator does when an alarm says that something could not be handled. To be called by a task."""
        self._is_operator_coming = False
        for queue in self.dead_letters.filled:
            event = api_event(ADMIN_ID, None, path={"queue": queue})
            for _ in range(_OPERATOR_ATTEMPTS):
                with suppress(*FAILURES):
                    if self.functions.call("dead-letters-redrive", event, about=queue)["statusCode"] == HTTPStatus.OK:
                        break

    @property
    def has_work_left(self) -> bool:
        """Something stands in one of the lists that jobs go through."""
        return any(item.get("GSI2PK", "").startswith(_WORK) for item in self.table.truth.everything())

    def _ports(self) -> Ports:
        return Ports(
            bus=lambda _name: self.bus,
            office=self.office,
            texts=self.texts,
            stream=self.stream,
            queues=self.dead_letters,
            sleep=self._sleep,
        )

    def _call_operator(self) -> None:
        """Somebody comes within hours; only so often, as what cannot be handled now may have to wait."""
        if not self._is_operator_coming and self._visits_left:
            self._is_operator_coming = True
            self._visits_left -= 1
            after_ms = int(self.random.random() * _OPERATOR_COMES_WITHIN_MS)
            self.scheduler.spawn("operator", self.redrive, after_ms=after_ms, endures=True)

    def _committed(self, records: Sequence[StreamRecord]) -> None:
        self.books.follow(records, self.bank)
        self.stream.follow(records)

    def _put(self, queue: str, body: str) -> None:
        self.queues[queue].put(body)

    def _reach(self, target: Target, detail: Detail) -> None:
        """Starting a run is what can fail for good: throttled longer than the bus tries."""
        if isinstance(target, ToQueue):
            self._put(target.queue, delivery(detail))
        elif self.calls.befalls(Mishap.NOT_STARTED, _NOT_STARTED_CHANCE):
            self.calls.note("bus", "not started", detail["aggregateId"])
            self.dead_letters.bury(target.failures, delivery(detail))
        else:
            self.executions.start(detail)

    def _notify(self, webhook: WebhookEvent) -> None:
        """The bank's webhook: again until it is taken."""
        body = msgspec.json.encode(webhook).decode()
        event = api_event(None, body, path={"provider": self.shop.settings.payment_provider})
        for _ in range(_WEBHOOK_ATTEMPTS):
            with suppress(*FAILURES):
                if self.functions.call("payment-webhook", event, about=webhook.event_id)["statusCode"] == HTTPStatus.OK:
                    return
            self.scheduler.pause(_WEBHOOK_PAUSE_MS)

    def _sleep(self, seconds: float) -> None:
        self.scheduler.pause(int(seconds * 1000))
