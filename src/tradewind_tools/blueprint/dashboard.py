"""The dashboard: the figures that people compare when something is wrong, or going well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import DEAD_LETTER_QUEUES, QUEUES
from tradewind_tools.blueprint.metrics import (
    Metric,
    of_all_functions,
    of_api,
    of_checkout,
    of_function,
    of_queue,
    of_table,
    of_table_and_indexes,
    own,
)
from tradewind_tools.blueprint.model import StreamSource


@dataclass(frozen=True, slots=True)
class Line:
    """One figure in a chart; figures of one name are told apart by their subject."""

    metric: Metric
    statistic: str = "Sum"

    @property
    def label(self) -> str:
        statistic = "" if self.statistic in {"Sum", "Maximum", "Average"} else f" {self.statistic}"
        return (self.metric.subject or self.metric.name) + statistic


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures on one scale."""

    title: str
    lines: tuple[Line, ...]


def _lines(statistic: str, *metrics: Metric) -> tuple[Line, ...]:
    return tuple(Line(metric, statistic) for metric in metrics)


_STREAMS = tuple(each.name for each in FUNCTIONS if isinstance(each.trigger, StreamSource))
_LATENCY = of_api("Latency")
_DURATION = of_all_functions("Duration")

DASHBOARD: Final = (
    Chart("Orders", _lines("Sum", own("OrderPlaced"), own("OrderConfirmed"), own("OrderCancelled"))),
    Chart("Payments", _lines("Sum", own("PaymentProcessed"), own("PaymentFailed"))),
    Chart("Paid, in minor units", _lines("Sum", own("AmountPaidMinor"))),
    Chart("Carts", _lines("Sum", own("CartItemAdded"))),
    Chart("Requests", _lines("Sum", of_api("Count"), of_api("4XXError"), of_api("5XXError"))),
    Chart("Latency of the API, ms", (Line(_LATENCY, "p50"), Line(_LATENCY, "p99"))),
    Chart("Runs of functions", _lines("Sum", *map(of_all_functions, ("Invocations", "Errors", "Throttles")))),
    Chart("Duration of functions, ms", (Line(_DURATION, "p50"), Line(_DURATION, "p95"), Line(_DURATION, "p99"))),
    Chart("Functions at once", _lines("Maximum", of_all_functions("ConcurrentExecutions"))),
    Chart("Cold starts", _lines("Sum", own("ColdStartCount"))),
    Chart("Runs of the checkout", _lines("Sum", *map(of_checkout, ("ExecutionsStarted", "ExecutionsFailed")))),
    Chart("Age of the stream, ms", _lines("Maximum", *(of_function("IteratorAge", name) for name in _STREAMS))),
    Chart("Capacity units", _lines("Sum", *map(of_table, ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")))),
    Chart("Writes held back", _lines("Sum", *of_table_and_indexes("WriteThrottleEvents"))),
    Chart(
        "Oldest message, s",
        _lines("Maximum", *(of_queue("ApproximateAgeOfOldestMessage", each.name) for each in QUEUES)),
    ),
    Chart(
        "Dead letters",
        _lines("Maximum", *(of_queue("ApproximateNumberOfMessagesVisible", name) for name in DEAD_LETTER_QUEUES)),
    ),
    Chart("What a person must look at", _lines("Sum", *map(own, ("OrderStuck", "OrderMismatch", "InventoryMismatch")))),
    Chart("Refresh tokens used twice", _lines("Sum", own("RefreshTokenReused"))),
)
