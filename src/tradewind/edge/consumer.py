"""Entry points off the request path: queue consumers with partial failures, steps of the saga, scheduled jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from tradewind.aws.log import Journal
from tradewind.kernel.errors import ComeAgain
from tradewind.kernel.events import Event
from tradewind.shop import Shop, production

I = TypeVar("I")  # noqa: E741 - the step's input
R = TypeVar("R")


class Delivery(msgspec.Struct, frozen=True):
    """What EventBridge puts on a queue, and what the saga puts there in the same form."""

    detail: Event


class SqsRecord(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str
    body: str


class SqsBatch(msgspec.Struct, frozen=True, rename={"records": "Records"}):
    records: list[SqsRecord]


class Report(msgspec.Struct, frozen=True):
    """What was done, and what a person must look at: counts by metric, and `facts` that say where to look."""

    done: int
    alarming: Mapping[str, int] = {}
    facts: Mapping[str, Any] = {}

    def write(self, journal: Journal, event: str) -> None:
        """Write the line of an invocation: an ERROR with its metrics where there is something to look at."""
        journal.note(done=self.done, **self.facts)
        alarming = {metric: count for metric, count in self.alarming.items() if count}
        for metric, count in alarming.items():
            journal.count(metric, count)
        journal.write("ERROR" if alarming else "INFO", event, ", ".join(alarming))


class MessageConsumer:
    """A Lambda entry point for an SQS queue; a failed message alone is delivered again, or dead-lettered."""

    __name__: str

    def work(self, body: str, journal: Journal, shop: Shop) -> str | Report | None:
        """Do what one message asks; may be called twice with the same. Returns the log line's message, or a Report."""
        raise NotImplementedError

    def __call__(self, event: dict[str, Any], context: object, shop: Shop | None = None) -> dict[str, Any]:
        shop = shop or production()
        failures = [
            {"itemIdentifier": record.message_id}
            for record in msgspec.convert(event, SqsBatch).records
            if not self._consume(record, _request_id(context), shop)
        ]
        return {"batchItemFailures": failures}

    def _consume(self, record: SqsRecord, request_id: str, shop: Shop) -> bool:
        journal = Journal(shop.clock, request_id=request_id)
        try:
            outcome = self.work(record.body, journal, shop)
        except ComeAgain as reason:
            journal.write("INFO", self.__name__, type(reason).__name__)
            return False
        except Exception as error:  # noqa: BLE001 - this message fails, the others of the batch do not
            journal.fault(error)
            journal.write("ERROR", self.__name__, type(error).__name__)
            return False
        if isinstance(outcome, Report):
            outcome.write(journal, self.__name__)
        else:
            journal.write("INFO", self.__name__, outcome or "")
        return True


class QueueConsumer(MessageConsumer):
    """A consumer of a queue of events."""

    def __init__(self, handle: Callable[[Event, Shop], str | Report | None]) -> None:
        self.handle = handle
        self.__doc__ = handle.__doc__
        self.__name__ = handle.__name__
        self.__module__ = handle.__module__

    def work(self, body: str, journal: Journal, shop: Shop) -> str | Report | None:
        detail = msgspec.json.decode(body, type=Delivery).detail
        journal.correlation_id = detail.correlation_id
        journal.note(type=detail.type, eventId=detail.event_id)
        return self.handle(detail, shop)


class Step(Generic[I, R]):
    """A Lambda entry point for one step of a state machine: a business outcome is a value, an exception a fault."""

    def __init__(self, handle: Callable[[I, Shop], R], takes: type[I]) -> None:
        self.handle = handle
        self.takes = takes
        self.__doc__ = handle.__doc__
        self.__name__ = handle.__name__
        self.__module__ = handle.__module__

    def __call__(self, event: dict[str, Any], context: object, shop: Shop | None = None) -> dict[str, Any]:
        shop = shop or production()
        correlation_id = str(event.get("correlationId", ""))
        journal = Journal(shop.clock, request_id=_request_id(context), correlation_id=correlation_id)
        try:
            result: dict[str, Any] = msgspec.to_builtins(self.handle(msgspec.convert(event, self.takes), shop))
        except Exception as error:
            journal.fault(error)
            journal.write("ERROR", self.__name__, type(error).__name__)
            raise
        journal.note(orderId=event.get("orderId"), outcome=result.get("outcome"))
        journal.write("INFO", self.__name__)
        return result


class Job:
    """A Lambda entry point for a schedule; what it returns says how much there was to do."""

    def __init__(self, handle: Callable[[Shop], int | Report]) -> None:
        self.handle = handle
        self.__doc__ = handle.__doc__
        self.__name__ = handle.__name__
        self.__module__ = handle.__module__

    def __call__(self, _event: dict[str, Any], context: object, shop: Shop | None = None) -> None:
        shop = shop or production()
        journal = Journal(shop.clock, request_id=_request_id(context))
        try:
            report = _reported(self.handle(shop))
        except Exception as error:
            journal.fault(error)
            journal.write("ERROR", self.__name__, type(error).__name__)
            raise
        report.write(journal, self.__name__)


def queue_consumer(handle: Callable[[Event, Shop], str | Report | None]) -> QueueConsumer:
    """Make a consumer of events; it may be called twice with one event, late, and out of order.

    What it returns is the log line's message: what has come of the event, in a word; or a Report, as of a job.
    """
    return QueueConsumer(handle)


def step(takes: type[I]) -> Callable[[Callable[[I, Shop], R]], Step[I, R]]:
    """Make a step of the saga; a repetition must be a no-op with the same answer."""
    return lambda handle: Step(handle, takes)


def job(handle: Callable[[Shop], int | Report]) -> Job:
    """Make a scheduled job; it may run twice at once, and what it does not finish the next run does.

    What it returns is how much it did, or a Report: where that alarms, the job's line goes out as an ERROR.
    """
    return Job(handle)


def _reported(result: int | Report) -> Report:
    return result if isinstance(result, Report) else Report(result)


def _request_id(context: object) -> str:
    return str(getattr(context, "aws_request_id", ""))
