"""The whole shop in a simulated world: production code, the blueprint's wiring, simulated ports."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from random import Random

import msgspec

from tradewind.kernel.clock import iso
from tradewind.payments.provider import WebhookEvent
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import QUEUES, REFUND_QUEUE, STREAM_QUEUE
from tradewind_tools.blueprint.model import Function, Schedule, StreamSource
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.api_gateway import ADMIN_ID, api_event
from tradewind_tools.simulation.bus import Detail, SimulatedBus, encode_queue_body
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.commit_invariants import CommitChecker
from tradewind_tools.simulation.dead_letters import SimulatedDeadLetters
from tradewind_tools.simulation.errors import CALL_FAILURES, Throttled
from tradewind_tools.simulation.executions import SimulatedStateMachine
from tradewind_tools.simulation.faults import EnvironmentFault, Faults
from tradewind_tools.simulation.functions import Functions
from tradewind_tools.simulation.payment_provider import SimulatedProvider
from tradewind_tools.simulation.ports import (
    BEGINNING,
    SimulatedClock,
    SimulatedMailer,
    SimulatedSecrets,
    SimulatedSms,
)
from tradewind_tools.simulation.queues import SimulatedQueue
from tradewind_tools.simulation.scenario_generator import WIDE_LIMITS
from tradewind_tools.simulation.scheduler import HOUR_MS, Scheduler
from tradewind_tools.simulation.stream import SimulatedStream
from tradewind_tools.simulation.table import SimulatedTable

_WORK_LISTS = ("STATUS#pending", "UNSETTLED#", "UNPLACED#", "PAYMENT_OPEN#", "REFUND_DUE#")
_WEBHOOK_ATTEMPTS = 50
_WEBHOOK_PAUSE_MS = 60_000
_SOON = timedelta(hours=2)
_JOB_TWICE_CHANCE = 0.3
_JOB_AGAIN_MS = 1_000
_JOB_PAUSES_MS = (60_000, 120_000)
_JOB_THROTTLED_MS = 10_000
_LOST_CHANCE = 0.05
_OPERATOR_VISITS = 4
_OPERATOR_ATTEMPTS = 5
_OPERATOR_COMES_WITHIN_MS = 4 * HOUR_MS
RECONCILER = next(function for function in FUNCTIONS if function.name == "ledger-reconciler")
JOBS = tuple(each for each in FUNCTIONS if isinstance(each.trigger, Schedule) and each is not RECONCILER)
FREQUENT_JOBS = tuple(job for job in JOBS if "minutes" in str(job.trigger))
DELETION_JOBS = tuple(job for job in JOBS if job.name == "deletion-continuer")
REMINDER_JOBS = tuple(job for job in JOBS if job.name.endswith("-reminder"))
_RELAY = next(function for function in FUNCTIONS if isinstance(function.trigger, StreamSource))


class World:
    """Everything that exists in one history; the seed of `random` decides all of it.

    `days_pass`: the history ends days after it began, so that jobs and reminders that run daily do.
    """

    def __init__(
        self, random: Random, faults: Faults, beginning: datetime = BEGINNING, settings: Settings = WIDE_LIMITS
    ) -> None:
        self.random = random
        self.faults = faults
        self.days_pass = False
        self.lost_events: set[str] = set()
        self.scheduler = Scheduler()
        self.calls = Calls(self.scheduler, faults, random)
        self.clock = SimulatedClock(self.scheduler, random, beginning)
        self.commit_checker = CommitChecker(settings)
        self.table = SimulatedTable(self.calls, random, self._on_commit)
        self.provider = SimulatedProvider(self.calls, random, self._send_webhook, beginning)
        self.mailer = SimulatedMailer(self.calls)
        self.sms = SimulatedSms(self.calls)
        self.shop = Shop(table=self.table, clock=self.clock, secrets=SimulatedSecrets(), settings=settings)
        self.shop.provider = self.provider
        self.dead_letters = SimulatedDeadLetters(self.calls, self.clock.now, self._enqueue)
        self.functions = Functions(self.shop, self.calls, random)
        self.stream = SimulatedStream(_RELAY, self.functions, self.calls, random)
        self.bus = SimulatedBus(self.calls, self._deliver, random)
        self.shop.mailer, self.shop.sms = self.mailer, self.sms
        self.shop.bus, self.shop.stream, self.shop.queues = self.bus, self.stream, self.dead_letters
        self.queues = {
            queue.name: SimulatedQueue(queue, self.functions, self.calls, random, self.dead_letters.bury)
            for queue in QUEUES
        }
        self.state_machine = self.shop.state_machine = SimulatedStateMachine(self.functions, self.calls, random)
        self.dead_letters.alarm = self._call_operator
        self.stream.give_up = partial(self._enqueue, STREAM_QUEUE)
        self._visits_left = _OPERATOR_VISITS
        self._is_operator_coming = False

    def run_jobs(self, jobs: Sequence[Function]) -> None:
        """Run scheduled jobs in turn, some of them twice. To be called by a task."""
        for job in jobs:
            if self.faults.draw(_JOB_TWICE_CHANCE):
                self.calls.fault_counts[EnvironmentFault.JOB_TWICE] += 1
                again_ms = self.random.choice((0, 0, int(self.random.random() * _JOB_AGAIN_MS)))
                self.scheduler.spawn("schedule", partial(self.functions.invoke, job.name, {}), after_ms=again_ms)
            self._run_job(job, _JOB_PAUSES_MS)

    def redrive(self) -> None:
        """Redrive every dead-letter queue, as an operator does after an alarm. To be called by a task."""
        self._is_operator_coming = False
        for queue in self.dead_letters.filled:
            event = api_event(ADMIN_ID, None, path={"queue": queue})
            for _ in range(_OPERATOR_ATTEMPTS):
                with suppress(*CALL_FAILURES):
                    if self.functions.call("dead-letters-redrive", event, about=queue)["statusCode"] == HTTPStatus.OK:
                        break

    @property
    def has_work_left(self) -> bool:
        """One of the jobs' lists is not empty, or a deletion is to go on."""
        is_listed = any(item.get("GSI2PK", "").startswith(_WORK_LISTS) for item in self.table.truth.all_items())
        return is_listed or self.has_deletions_left

    @property
    def has_deletions_left(self) -> bool:
        """An account is to be erased, or to be looked at within hours; what is locked for years does not count."""
        until = iso(self.clock.now() + _SOON)
        return any(
            not item.get("erasedAt") or item.get("GSI2SK", "~") <= until
            for item in self.table.truth.all_items("DELETION")
        )

    @property
    def next_deletion_ms(self) -> int | None:
        """How long until all deletions go on that are not erased; None where nobody's account was deleted."""
        deletions = self.table.truth.all_items("DELETION")
        listed = [item["GSI2SK"] for item in deletions if "GSI2SK" in item and not item.get("erasedAt")]
        due = [key.partition("#")[0] for key in listed]
        if not due:
            return 0 if deletions else None
        return max(0, int((datetime.fromisoformat(max(due)) - self.clock.now()).total_seconds() * 1000))

    def _run_job(self, job: Function, pauses_ms: Sequence[int]) -> None:
        """Invoke it as a schedule does, asynchronously: Lambda repeats what failed twice, and what it throttles longer.

        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
        """
        try:
            self.functions.call(job.name, {})
        except Throttled:
            self._run_job_later(job, pauses_ms, after_ms=1 + int(self.random.random() * _JOB_THROTTLED_MS))
        except CALL_FAILURES as failure:
            self.calls.log("schedule", "failed", str(failure))
            if pauses_ms:
                self._run_job_later(job, pauses_ms[1:], after_ms=pauses_ms[0])

    def _run_job_later(self, job: Function, pauses_ms: Sequence[int], after_ms: int) -> None:
        self.calls.fault_counts[EnvironmentFault.JOB_AGAIN] += 1
        again = partial(self._run_job, job, pauses_ms)
        self.scheduler.spawn("schedule", again, after_ms=after_ms, is_managed=True)

    def _call_operator(self) -> None:
        """An operator comes within hours; only so many times, as what cannot be handled now may have to wait."""
        if not self._is_operator_coming and self._visits_left:
            self._is_operator_coming = True
            self._visits_left -= 1
            after_ms = int(self.random.random() * _OPERATOR_COMES_WITHIN_MS)
            self.scheduler.spawn("operator", self.redrive, after_ms=after_ms, is_managed=True)

    def _on_commit(self, records: Sequence[TableChange]) -> None:
        self.commit_checker.check(records, self.provider, self.scheduler.now_ms)
        self.stream.append(records)

    def _enqueue(self, queue: str, body: str) -> None:
        self.queues[queue].put(body)

    def _deliver(self, queue: str, detail: Detail) -> None:
        """A refund's event can be lost."""
        if queue == REFUND_QUEUE and self.calls.occurs(EnvironmentFault.REFUND_EVENT_LOST, _LOST_CHANCE):
            self.lost_events.add(detail["eventId"])
        else:
            self._enqueue(queue, encode_queue_body(detail))

    def _send_webhook(self, webhook_event: WebhookEvent) -> None:
        """Call the shop's webhook until it accepts the event."""
        body = msgspec.json.encode(webhook_event).decode()
        event = api_event(None, body, path={"provider": self.shop.settings.payment_provider})
        for _ in range(_WEBHOOK_ATTEMPTS):
            with suppress(*CALL_FAILURES):
                response = self.functions.call("payment-webhook", event, about=webhook_event.event_id)
                if response["statusCode"] == HTTPStatus.OK:
                    return
            self.scheduler.pause(_WEBHOOK_PAUSE_MS)
