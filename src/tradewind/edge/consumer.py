"""Entry points off the request path: queue consumers with partial failures, steps of the saga, scheduled jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from tradewind.aws.log import InvocationLog, request_id_of
from tradewind.edge.entry_point import EntryPoint, F
from tradewind.kernel.errors import RetryLater
from tradewind.kernel.events import Event
from tradewind.shop import Shop, production

I = TypeVar("I")  # noqa: E741 - the step's input
R = TypeVar("R")


class Report(msgspec.Struct, frozen=True):
    """What was done, and what an operator must look at: counts by metric, and `facts` that say where."""

    done: int
    alarming: Mapping[str, int] = {}
    facts: Mapping[str, Any] = {}

    def add_to(self, log: InvocationLog) -> None:
        """Say so in the line of an invocation: an ERROR with its metrics where there is something to look at."""
        log.add(done=self.done, **self.facts)
        alarming = {metric: count for metric, count in self.alarming.items() if count}
        for metric, count in alarming.items():
            log.count(metric, count)
        log.level, log.message = "ERROR" if alarming else "INFO", ", ".join(alarming)


MessageHandler: TypeAlias = Callable[[str, InvocationLog, Shop], str | Report | None]
"""Does what the body of one message asks. Returns the log line's message, or a Report."""

EventHandler: TypeAlias = Callable[[Event, Shop], str | Report | None]


class Delivery(msgspec.Struct, frozen=True):
    """What EventBridge puts on a queue, and what the saga puts there in the same form."""

    detail: Event


class SqsRecord(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str
    body: str


class SqsBatch(msgspec.Struct, frozen=True, rename={"records": "Records"}):
    records: list[SqsRecord]


class QueueConsumer(EntryPoint[F]):
    """A Lambda entry point for an SQS queue; a failed message alone is delivered again, or dead-lettered."""

    def work(self, body: str, log: InvocationLog, shop: Shop) -> str | Report | None:
        """Do what one message asks; it may come twice. Returns the log line's message, or a Report."""
        raise NotImplementedError

    def __call__(self, event: dict[str, Any], context: object, shop: Shop | None = None) -> dict[str, Any]:
        shop = shop or production()
        failures = [
            {"itemIdentifier": record.message_id}
            for record in msgspec.convert(event, SqsBatch).records
            if not self._consume(record, request_id_of(context), shop)
        ]
        return {"batchItemFailures": failures}

    def _consume(self, record: SqsRecord, request_id: str, shop: Shop) -> bool:
        """Whether the message was handled, so that it need not come again."""
        try:
            with InvocationLog(self.__name__, shop.clock, request_id=request_id) as log:
                return self._handle(record.body, log, shop)
        except Exception:  # noqa: BLE001 - the log has it; this message fails, the others of the batch do not
            return False

    def _handle(self, body: str, log: InvocationLog, shop: Shop) -> bool:
        try:
            outcome = self.work(body, log, shop)
        except RetryLater as reason:
            log.message = type(reason).__name__
            return False
        if isinstance(outcome, Report):
            outcome.add_to(log)
        else:
            log.message = outcome or ""
        return True


class MessageConsumer(QueueConsumer[MessageHandler]):
    """A consumer of messages of any form."""

    def work(self, body: str, log: InvocationLog, shop: Shop) -> str | Report | None:
        return self.handle(body, log, shop)


class EventConsumer(QueueConsumer[EventHandler]):
    """A consumer of events."""

    def __init__(self, handle: EventHandler, *, connects_to: Sequence[str] = ("table",)) -> None:
        super().__init__(handle, connects_to=connects_to, takes=(SqsBatch, Delivery))

    def work(self, body: str, log: InvocationLog, shop: Shop) -> str | Report | None:
        event = msgspec.json.decode(body, type=Delivery).detail
        log.correlation_id = event.correlation_id
        log.add(type=event.type, eventId=event.event_id)
        return self.handle(event, shop)


class Step(EntryPoint[Callable[[I, Shop], R]], Generic[I, R]):
    """A Lambda entry point for one step of a state machine: a business outcome is a value, an exception a fault."""

    def __init__(
        self, handle: Callable[[I, Shop], R], takes: type[I], *, connects_to: Sequence[str] = ("table",)
    ) -> None:
        super().__init__(handle, connects_to=connects_to, takes=(takes,))
        self.takes = takes

    def __call__(self, event: dict[str, Any], context: object, shop: Shop | None = None) -> dict[str, Any]:
        shop = shop or production()
        request_id, correlation_id = request_id_of(context), str(event.get("correlationId", ""))
        with InvocationLog(self.__name__, shop.clock, request_id=request_id, correlation_id=correlation_id) as log:
            result: dict[str, Any] = msgspec.to_builtins(self.handle(msgspec.convert(event, self.takes), shop))
            log.add(orderId=event.get("orderId"), outcome=result.get("outcome"))
        return result


class Job(EntryPoint[Callable[[Shop], int | Report]]):
    """A Lambda entry point for a schedule; what it returns says how much there was to do."""

    def __call__(self, _event: dict[str, Any], context: object, shop: Shop | None = None) -> None:
        shop = shop or production()
        with InvocationLog(self.__name__, shop.clock, request_id=request_id_of(context)) as log:
            result = self.handle(shop)
            report = result if isinstance(result, Report) else Report(result)
            report.add_to(log)


def message_consumer(handle: MessageHandler, *, connects_to: Sequence[str] = ("table",)) -> MessageConsumer:
    """Make a consumer of messages of any form; it may be called twice with one message."""
    return MessageConsumer(handle, connects_to=connects_to)


def queue_consumer(handle: EventHandler, *, connects_to: Sequence[str] = ("table",)) -> EventConsumer:
    """Make a consumer of events; it may be called twice with one event, late, and out of order.

    What it returns is the message of its log line, which names the outcome in a word, or a Report, as a job does.
    """
    return EventConsumer(handle, connects_to=connects_to)


def step(takes: type[I], *, connects_to: Sequence[str] = ("table",)) -> Callable[[Callable[[I, Shop], R]], Step[I, R]]:
    """Make a step of the saga; a repetition must be a no-op with the same answer."""
    return lambda handle: Step(handle, takes, connects_to=connects_to)


def job(handle: Callable[[Shop], int | Report]) -> Job:
    """Make a scheduled job; it may run twice at once, and what it does not finish the next run does.

    What it returns is how much it did, or a Report: where that alarms, the job's line goes out as an ERROR.
    """
    return Job(handle)
