"""The dashboard: the metrics that people compare when something is wrong, or going well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.messaging import DEAD_LETTER_QUEUES, QUEUES
from tradewind_tools.blueprint.metrics import (
    Metric,
    all_functions_metric,
    api_metric,
    checkout_metric,
    custom_metric,
    function_metric,
    queue_metric,
    table_and_index_metrics,
    table_metric,
)
from tradewind_tools.blueprint.model import StreamSource


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One metric in a chart; metrics of one name are distinguished by their subject."""

    metric: Metric
    statistic: str = "Sum"

    @property
    def label(self) -> str:
        statistic = "" if self.statistic in {"Sum", "Maximum", "Average"} else f" {self.statistic}"
        return (self.metric.subject or self.metric.name) + statistic


@dataclass(frozen=True, slots=True)
class Chart:
    """Metrics on one scale."""

    title: str
    lines: tuple[ChartLine, ...]


def _lines(statistic: str, *metrics: Metric) -> tuple[ChartLine, ...]:
    return tuple(ChartLine(metric, statistic) for metric in metrics)


_STREAMS = tuple(each.name for each in FUNCTIONS if isinstance(each.trigger, StreamSource))
_LATENCY = api_metric("Latency")
_DURATION = all_functions_metric("Duration")

_NEEDS_A_PERSON = (
    "OrderStuck",
    "OrderMismatch",
    "PaymentProblem",
    "RefundStuck",
    "LedgerDifference",
    "InventoryMismatch",
)

DASHBOARD: Final = (
    Chart(
        "Orders",
        _lines("Sum", custom_metric("OrderPlaced"), custom_metric("OrderConfirmed"), custom_metric("OrderCancelled")),
    ),
    Chart("Payments", _lines("Sum", custom_metric("PaymentProcessed"), custom_metric("PaymentFailed"))),
    Chart("Paid, in minor units", _lines("Sum", custom_metric("AmountPaidMinor"))),
    Chart("Carts", _lines("Sum", custom_metric("CartItemAdded"))),
    Chart("Requests", _lines("Sum", api_metric("Count"), api_metric("4XXError"), api_metric("5XXError"))),
    Chart("Latency of the API, ms", tuple(ChartLine(_LATENCY, statistic) for statistic in ("p50", "p99"))),
    Chart("Runs of functions", _lines("Sum", *map(all_functions_metric, ("Invocations", "Errors", "Throttles")))),
    Chart(
        "Duration of functions, ms",
        (ChartLine(_DURATION, "p50"), ChartLine(_DURATION, "p95"), ChartLine(_DURATION, "p99")),
    ),
    Chart("Functions at once", _lines("Maximum", all_functions_metric("ConcurrentExecutions"))),
    Chart("Cold starts", _lines("Sum", custom_metric("ColdStartCount"))),
    Chart("Exceptions", _lines("Sum", custom_metric("FunctionError"))),
    Chart("Runs of the checkout", _lines("Sum", *map(checkout_metric, ("ExecutionsStarted", "ExecutionsFailed")))),
    Chart("Age of the stream, ms", _lines("Maximum", *(function_metric("IteratorAge", name) for name in _STREAMS))),
    Chart(
        "Capacity units", _lines("Sum", *map(table_metric, ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")))
    ),
    Chart("Writes held back", _lines("Sum", *table_and_index_metrics("WriteThrottleEvents"))),
    Chart(
        "Oldest message, s",
        _lines("Maximum", *(queue_metric("ApproximateAgeOfOldestMessage", each.name) for each in QUEUES)),
    ),
    Chart(
        "Dead letters",
        _lines("Maximum", *(queue_metric("ApproximateNumberOfMessagesVisible", name) for name in DEAD_LETTER_QUEUES)),
    ),
    Chart(
        "Needs a person",
        _lines("Sum", *map(custom_metric, _NEEDS_A_PERSON)),
    ),
    Chart("Refresh tokens used twice", _lines("Sum", custom_metric("RefreshTokenReused"))),
)
