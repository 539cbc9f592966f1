"""Alarms: when each rings, how urgent it is, what it means and what to do.

An alarm is paid for by its metrics, so each has as few as possible: where AWS adds a metric up over all functions, one
alarm is enough for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import (
    CHECKOUT_FAILURES,
    DEAD_LETTER_QUEUES,
    PAYMENT_QUEUE,
    QUEUES,
    REFUND_QUEUE,
    STREAM_QUEUE,
)
from tradewind_tools.blueprint.metrics import (
    Metric,
    all_functions_metric,
    api_metric,
    checkout_metric,
    custom_metric,
    function_metric,
    mail_metric,
    queue_metric,
    table_and_index_metrics,
    table_operation_metrics,
)
from tradewind_tools.blueprint.model import Rotation, Schedule, StreamSource

MINUTE: Final = 60
HOUR: Final = 3_600
METRICS_PER_ALARM: Final = 10
"""CloudWatch's own limit for an alarm that adds metrics up."""
EMAIL_REVIEWED_BOUNCES: Final = 0.05
EMAIL_REVIEWED_COMPLAINTS: Final = 0.001
"""Shares of mail at which SES puts an account under review, long before it stops it."""


class Severity(StrEnum):
    """A critical alarm wakes somebody; a warning is read in the morning."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Rings when the statistic of a period is above the threshold, `periods` times in a row.

    Several metrics are added up; where the statistic is a maximum, the largest counts. A metric without values does not
    ring. `shown_as` is the threshold as people write it.
    """

    name: str
    severity: Severity
    metrics: tuple[Metric, ...]
    statistic: str
    threshold: float
    period_seconds: int
    meaning: str
    remedy: str
    shown_as: str = ""
    periods: int = 1

    @property
    def condition(self) -> str:
        """`Errors > 10 in 5 minutes`, in words."""
        names = " + ".join(dict.fromkeys(metric.name for metric in self.metrics))
        statistic = "" if self.statistic == "Sum" else f"{self.statistic.lower()} of "
        threshold = self.shown_as or f"{self.threshold:,g}"
        repeats = f", {self.periods} times in a row" if self.periods > 1 else ""
        return f"{statistic}{names} > {threshold} in {_span(self.period_seconds)}{repeats}"


def _span(seconds: int) -> str:
    if seconds == HOUR:
        return "an hour"
    return "a minute" if seconds == MINUTE else f"{seconds // MINUTE} minutes"


def _functions() -> Iterator[Alarm]:
    yield Alarm(
        "function-errors", Severity.CRITICAL, (all_functions_metric("Errors"),), "Sum", 10, 5 * MINUTE,
        "functions end with an exception, time out or run out of memory; a request that is refused is none of them",
        "ask the query *errors* which function and why",
    )  # fmt: skip
    yield Alarm(
        "function-throttles", Severity.CRITICAL, (all_functions_metric("Throttles"),), "Sum", 5, 5 * MINUTE,
        "more functions want to run at once than the account may run: requests answer 429 or 500, consumers come later",
        "look at the concurrency on the dashboard; ask AWS for more of it, or find what calls so often",
    )  # fmt: skip
    yield Alarm(
        "function-duration", Severity.WARNING, (all_functions_metric("Duration"),), "p95", 2_000, 5 * MINUTE,
        "one run in twenty takes longer than two seconds",
        "ask the query *slow functions*; then X-Ray, which call of it waits",
        shown_as="2 s", periods=3,
    )  # fmt: skip
    yield Alarm(
        "cold-starts", Severity.WARNING, (custom_metric("ColdStartCount"),), "Sum", 100, HOUR,
        "so many workers start that customers wait for them, or traffic comes in bursts",
        "ask the query *cold starts*; give the functions it names provisioned concurrency",
    )  # fmt: skip
    for number, jobs in enumerate(_split(_jobs()), 1):
        yield Alarm(
            f"job-errors-{number}", Severity.WARNING, tuple(function_metric("Errors", job) for job in jobs),
            "Sum", 0, HOUR,
            "a job, or the rotation of a key, ends with an exception or runs out of time",
            "its ERROR line says why; what a job did not finish its next run does, and the key in use stays in use",
        )  # fmt: skip


def _api() -> Iterator[Alarm]:
    yield Alarm(
        "api-faults", Severity.CRITICAL, (api_metric("5XXError"),), "Average", 0.01, 5 * MINUTE,
        "customers get answers with 500 or above",
        "ask the query *errors*; with none there, look whether functions are throttled or time out",
        shown_as="1 %",
    )  # fmt: skip
    yield Alarm(
        "api-latency", Severity.CRITICAL, (api_metric("Latency"),), "p99", 3_000, 5 * MINUTE,
        "one request in a hundred takes longer than three seconds",
        "ask the query *slow functions*; look whether cold starts or throttles rose with it",
        shown_as="3 s", periods=2,
    )  # fmt: skip
    yield Alarm(
        "api-refusals", Severity.WARNING, (api_metric("4XXError"),), "Average", 0.05, 5 * MINUTE,
        "many requests are refused: a client is broken since its last release, or somebody tries passwords or ids",
        "ask the query *refusals* which operation, with which code and for whom",
        shown_as="5 %", periods=3,
    )  # fmt: skip


def _table() -> Iterator[Alarm]:
    yield Alarm(
        "table-faults", Severity.CRITICAL, table_operation_metrics("SystemErrors"), "Sum", 0, 5 * MINUTE,
        "DynamoDB itself failed; the shop tries again, so that a few are not noticed by anybody",
        "look at AWS's health page; with many, tell customers: nothing of theirs is lost",
    )  # fmt: skip
    throttles = (*table_and_index_metrics("ReadThrottleEvents"), *table_and_index_metrics("WriteThrottleEvents"))
    yield Alarm(
        "table-throttles", Severity.CRITICAL, throttles, "Sum", 0, 5 * MINUTE,
        "one partition is asked more than 3,000 reads or 1,000 writes a second, or the table grew faster than twofold",
        "the table doubles by itself within minutes; if it goes on, CloudWatch's Contributor Insights name the key",
    )  # fmt: skip


def _events() -> Iterator[Alarm]:
    for stream in (each.name for each in FUNCTIONS if isinstance(each.trigger, StreamSource)):
        yield Alarm(
            "stream-age", Severity.CRITICAL, (function_metric("IteratorAge", stream),), "Maximum", 60_000, MINUTE,
            "events reach the bus more than a minute late: orders wait, mails wait",
            f"the ERROR lines of `{stream}`; what it cannot forward within an hour `stream-rescuer` tries again",
            shown_as="60 s", periods=3,
        )  # fmt: skip
    yield Alarm(
        "checkout-failures", Severity.WARNING,
        (checkout_metric("ExecutionsFailed"), checkout_metric("ExecutionsTimedOut")), "Sum", 0, 5 * MINUTE,
        "a run of the checkout ended in the middle",
        "nothing yet: the sweeper resumes the order within 15 minutes. If it rings again, the log of the state machine",
    )  # fmt: skip
    for queue in DEAD_LETTER_QUEUES:
        yield _dead_letters(queue)
    for number, names in enumerate(_split([queue.name for queue in QUEUES]), 1):
        yield _backlog(number, names)


def _dead_letters(queue: str) -> Alarm:
    visible = queue_metric("ApproximateNumberOfMessagesVisible", queue)
    severity = Severity.CRITICAL if queue in _URGENT else Severity.WARNING
    return Alarm(
        f"dead-{queue.removesuffix('-dead-letters')}", severity, (visible,), "Maximum", 0, 5 * MINUTE,
        f"{queue} holds messages that failed for good",
        f"`./dev dead-letters show {queue}`, remove the reason, redrive",
    )  # fmt: skip


def _backlog(number: int, queues: Sequence[str]) -> Alarm:
    return Alarm(
        f"late-messages-{number}", Severity.WARNING,
        tuple(queue_metric("ApproximateAgeOfOldestMessage", queue) for queue in queues), "Maximum", 1_800, 5 * MINUTE,
        "a message waits for longer than its five attempts take: more comes in than its consumer works off",
        "see on the dashboard in which queue, then the errors, the duration and the throttles of its consumer",
        shown_as="30 minutes",
    )  # fmt: skip


def _shop() -> Iterator[Alarm]:
    yield Alarm(
        "order-stuck", Severity.CRITICAL, (custom_metric("OrderStuck"),), "Sum", 0, 5 * MINUTE,
        "orders have stood still for an hour although they were resumed every five minutes",
        "the line names them: their timeline, and the ERROR lines of their correlation id",
    )  # fmt: skip
    yield Alarm(
        "order-mismatch", Severity.CRITICAL, (custom_metric("OrderMismatch"),), "Sum", 0, 5 * MINUTE,
        "an order is done, but its stock, its money and its state do not fit together",
        "the line's `mismatches` say what is wrong; put it right by a refund or by setting the stock",
    )  # fmt: skip
    yield Alarm(
        "inventory-mismatch", Severity.CRITICAL, (custom_metric("InventoryMismatch"),), "Sum", 0, HOUR,
        "no order and no adjustment explains a product's stock",
        "the line names the products: compare the stock with its movements, count, and set it",
    )  # fmt: skip
    yield Alarm(
        "mail-bounces", Severity.CRITICAL, (mail_metric("Reputation.BounceRate"),), "Maximum",
        EMAIL_REVIEWED_BOUNCES, HOUR,
        "so many mails come back that SES puts the account under review; at 10 % it stops sending",
        "find the addresses in the SES console; mostly somebody registers with invented ones",
        shown_as="5 %",
    )  # fmt: skip
    yield Alarm(
        "mail-complaints", Severity.CRITICAL, (mail_metric("Reputation.ComplaintRate"),), "Maximum",
        EMAIL_REVIEWED_COMPLAINTS, HOUR,
        "so many customers call the shop's mail spam that SES puts the account under review; at 0.5 % it stops sending",
        "stop what was sent last, reminders first",
        shown_as="0.1 %",
    )  # fmt: skip


def _split(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[start : start + METRICS_PER_ALARM] for start in range(0, len(names), METRICS_PER_ALARM)]


def _jobs() -> list[str]:
    """What runs by the clock: too rarely to be noticed in a sum over all functions."""
    return [each.name for each in FUNCTIONS if isinstance(each.trigger, Schedule | Rotation)]


_URGENT: Final = {
    CHECKOUT_FAILURES,
    *(queue.dead_letters for queue in QUEUES if queue.name in {PAYMENT_QUEUE, REFUND_QUEUE, STREAM_QUEUE}),
}
"""Where money waits, or events of any kind."""

ALARMS: Final = (*_functions(), *_api(), *_table(), *_events(), *_shop())
