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
    CHECKOUT_QUEUE,
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
REVIEWED_BOUNCE_RATE: Final = 0.05
REVIEWED_COMPLAINT_RATE: Final = 0.001
"""Shares of mail at which SES puts an account under review, long before it stops it."""


class Severity(StrEnum):
    """A critical alarm wakes somebody; a warning is read in the morning."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Rings when the statistic of a period is above the threshold, `periods` times in a row.

    Several metrics are added up; where the statistic is a maximum, the largest counts. With `share_from` there are two:
    what is compared is the share of the first in the second, once the first has reached that number. A metric without
    values does not ring. `shown_as` is the threshold as people write it.
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
    share_from: int = 0

    @property
    def is_of_stage(self) -> bool:
        """Whether all metrics are the stage's own; others are the account's, with those of its other stages."""
        return all(metric.dimensions for metric in self.metrics)

    @property
    def condition(self) -> str:
        """`Errors > 10 in 5 minutes`, in words."""
        names = (" / " if self.share_from else " + ").join(dict.fromkeys(metric.name for metric in self.metrics))
        statistic = "" if self.statistic == "Sum" else f"{self.statistic.lower()} of "
        threshold = self.shown_as or f"{self.threshold:,g}"
        repeats = f", {self.periods} times in a row" if self.periods > 1 else ""
        least = f", from {self.share_from} on" if self.share_from else ""
        return f"{statistic}{names} > {threshold} in {_span(self.period_seconds)}{least}{repeats}"


def _span(seconds: int) -> str:
    if seconds == HOUR:
        return "an hour"
    return "a minute" if seconds == MINUTE else f"{seconds // MINUTE} minutes"


def _functions() -> Iterator[Alarm]:
    yield Alarm(
        "function-errors", Severity.CRITICAL, (custom_metric("FunctionError"),), "Sum", 10, 5 * MINUTE,
        "functions of this stage fail by an exception; refused requests do not count, nor do timeouts, which show as "
        "faults of the API, failures of the checkout or dead letters",
        "the query *errors* shows which function fails, and why",
    )  # fmt: skip
    yield Alarm(
        "function-throttles", Severity.CRITICAL, (all_functions_metric("Throttles"),), "Sum", 5, 5 * MINUTE,
        "more functions are called at once than the account may run: requests get 429 or 500, consumers run later",
        "check the concurrency on the dashboard; ask AWS for a higher quota, or find the caller",
    )  # fmt: skip
    yield Alarm(
        "function-duration", Severity.WARNING, (all_functions_metric("Duration"),), "p95", 2_000, 5 * MINUTE,
        "one run in twenty takes longer than two seconds",
        "the query *slow functions* shows which function, X-Ray which of its calls takes the time",
        shown_as="2 s", periods=3,
    )  # fmt: skip
    yield Alarm(
        "cold-starts", Severity.WARNING, (custom_metric("ColdStartCount"),), "Sum", 100, HOUR,
        "customers wait because many workers start, mostly since traffic comes in bursts",
        "the query *cold starts* shows which functions; give them provisioned concurrency",
    )  # fmt: skip
    for number, jobs in enumerate(_split(_jobs()), 1):
        yield Alarm(
            f"job-errors-{number}", Severity.WARNING, tuple(function_metric("Errors", job) for job in jobs),
            "Sum", 0, HOUR,
            "a scheduled job, or the rotation of a key, fails",
            "its ERROR line says why; the next run of a job continues its work, and the current key stays in use",
        )  # fmt: skip


def _api() -> Iterator[Alarm]:
    yield Alarm(
        "api-faults", Severity.CRITICAL, (api_metric("5XXError"), api_metric("Count")), "Sum", 0.01, 5 * MINUTE,
        "customers get responses with status 500 or above",
        "see the query *errors*; if it shows none, check whether functions are throttled or time out",
        shown_as="1 %", share_from=5,
    )  # fmt: skip
    yield Alarm(
        "api-latency", Severity.CRITICAL, (api_metric("Latency"),), "p99", 3_000, 5 * MINUTE,
        "one request in a hundred takes longer than three seconds",
        "see the query *slow functions*; check whether cold starts or throttles rose as well",
        shown_as="3 s", periods=2,
    )  # fmt: skip
    yield Alarm(
        "api-refusals", Severity.WARNING, (api_metric("4XXError"), api_metric("Count")), "Sum", 0.05, 5 * MINUTE,
        "many requests are refused: a client is broken since its last release, or somebody guesses passwords or ids",
        "the query *refusals* shows which operation, and with which code",
        shown_as="5 %", periods=3, share_from=50,
    )  # fmt: skip


def _table() -> Iterator[Alarm]:
    yield Alarm(
        "table-faults", Severity.CRITICAL, table_operation_metrics("SystemErrors"), "Sum", 10, 5 * MINUTE,
        "DynamoDB itself fails; the shop retries, so customers notice only many of these",
        "check the AWS Health Dashboard; if there are many, inform customers: none of their data is lost",
    )  # fmt: skip
    throttles = (*table_and_index_metrics("ReadThrottleEvents"), *table_and_index_metrics("WriteThrottleEvents"))
    yield Alarm(
        "table-throttles", Severity.CRITICAL, throttles, "Sum", 20, 5 * MINUTE,
        "one partition gets more than 3,000 reads or 1,000 writes a second, or traffic has more than doubled at once",
        "the table adapts within minutes; if it continues, CloudWatch Contributor Insights shows the key",
    )  # fmt: skip


def _events() -> Iterator[Alarm]:
    for stream in (each.name for each in FUNCTIONS if isinstance(each.trigger, StreamSource)):
        yield Alarm(
            "stream-age", Severity.CRITICAL, (function_metric("IteratorAge", stream),), "Maximum", 60_000, MINUTE,
            "events reach the bus more than a minute late: orders and mails wait",
            f"see the ERROR lines of `{stream}`; `stream-rescuer` retries what it cannot forward within an hour",
            shown_as="60 s", periods=3,
        )  # fmt: skip
    yield Alarm(
        "checkout-failures", Severity.WARNING,
        (checkout_metric("ExecutionsFailed"), checkout_metric("ExecutionsTimedOut")), "Sum", 2, 5 * MINUTE,
        "runs of the checkout failed midway",
        "wait: the sweeper resumes the order within 15 minutes. If it rings again, see the log of the state machine",
    )  # fmt: skip
    for queue in DEAD_LETTER_QUEUES:
        yield _dead_letters(queue)
    yield Alarm(
        "checkout-backlog", Severity.CRITICAL, (queue_metric("ApproximateNumberOfMessagesVisible", CHECKOUT_QUEUE),),
        "Maximum", 1_000, MINUTE,
        "more than a thousand orders wait for their checkout: more come in than it works off",
        "nothing is lost. While no function is throttled, raise the setting `CheckoutConcurrency`",
        periods=5,
    )  # fmt: skip
    for number, names in enumerate(_split([queue.name for queue in QUEUES if queue.name != CHECKOUT_QUEUE]), 1):
        yield _late_messages(number, names)


def _dead_letters(queue: str) -> Alarm:
    visible = queue_metric("ApproximateNumberOfMessagesVisible", queue)
    severity = Severity.CRITICAL if queue in _URGENT_QUEUES else Severity.WARNING
    return Alarm(
        f"dead-{queue.removesuffix('-dead-letters')}", severity, (visible,), "Maximum", 0, 5 * MINUTE,
        f"{queue} holds messages that failed for good",
        f"run `./dev dead-letters show {queue}`, remove the cause, redrive the queue",
    )  # fmt: skip


def _late_messages(number: int, queues: Sequence[str]) -> Alarm:
    return Alarm(
        f"late-messages-{number}", Severity.WARNING,
        tuple(queue_metric("ApproximateAgeOfOldestMessage", queue) for queue in queues), "Maximum", 1_800, 5 * MINUTE,
        "a message waits longer than its five attempts take: its consumer is too slow",
        "find the queue on the dashboard, then check the errors, the duration and the throttles of its consumer",
        shown_as="30 minutes",
    )  # fmt: skip


def _shop() -> Iterator[Alarm]:
    yield Alarm(
        "order-stuck", Severity.CRITICAL, (custom_metric("OrderStuck"),), "Sum", 0, 5 * MINUTE,
        "orders have not moved for an hour although they are resumed every five minutes",
        "the log line names them: see their timeline, and the ERROR lines with their correlation id",
    )  # fmt: skip
    yield Alarm(
        "order-mismatch", Severity.CRITICAL, (custom_metric("OrderMismatch"),), "Sum", 0, 5 * MINUTE,
        "a finished order's stock, payment and status do not match",
        "`mismatches` in the log line say what is wrong; correct it by a refund or by setting the stock",
    )  # fmt: skip
    yield Alarm(
        "payment-problem", Severity.CRITICAL,
        (custom_metric("PaymentProblem"), custom_metric("RefundStuck")), "Sum", 0, 5 * MINUTE,
        "a customer disputes a charge, a refund failed, or a refund was not issued within an hour",
        "the log line names the order: answer a dispute at the provider in time; refund in another way what failed",
    )  # fmt: skip
    yield Alarm(
        "ledger-difference", Severity.CRITICAL, (custom_metric("LedgerDifference"),), "Sum", 0, HOUR,
        "the ledger and the payment provider's own list of movements differ",
        "`differences` in the log line say where: look the movement up at the provider, and correct what is wrong",
    )  # fmt: skip
    yield Alarm(
        "inventory-mismatch", Severity.CRITICAL, (custom_metric("InventoryMismatch"),), "Sum", 0, HOUR,
        "a product's stock does not match its orders and adjustments",
        "the log line names the products: compare the stock with its movements, count it, and set it",
    )  # fmt: skip
    yield Alarm(
        "mail-bounces", Severity.CRITICAL, (mail_metric("Reputation.BounceRate"),), "Maximum",
        REVIEWED_BOUNCE_RATE, HOUR,
        "so many mails bounce that SES puts the account under review; at 10 % it stops sending",
        "find the addresses in the SES console; usually somebody registers with invented ones",
        shown_as="5 %",
    )  # fmt: skip
    yield Alarm(
        "mail-complaints", Severity.CRITICAL, (mail_metric("Reputation.ComplaintRate"),), "Maximum",
        REVIEWED_COMPLAINT_RATE, HOUR,
        "so many customers mark mails as spam that SES puts the account under review; at 0.5 % it stops sending",
        "stop the kind of mail that was sent last, reminders first",
        shown_as="0.1 %",
    )  # fmt: skip


def _split(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[start : start + METRICS_PER_ALARM] for start in range(0, len(names), METRICS_PER_ALARM)]


def _jobs() -> list[str]:
    """Scheduled jobs and rotations: they run too rarely to matter in a sum over all functions."""
    return [each.name for each in FUNCTIONS if isinstance(each.trigger, Schedule | Rotation)]


_URGENT_QUEUES: Final = {
    queue.dead_letters for queue in QUEUES if queue.name in {CHECKOUT_QUEUE, PAYMENT_QUEUE, REFUND_QUEUE, STREAM_QUEUE}
}
"""Dead letters that are critical: money waits for them, or events of any kind do."""

ALARMS: Final = (*_functions(), *_api(), *_table(), *_events(), *_shop())
