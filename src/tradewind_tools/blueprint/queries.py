"""Questions to the functions' log, kept in CloudWatch Logs Insights: one log group, so each asks the whole shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Query:
    """A question in Logs Insights' language; what stands in capitals is filled in by whoever asks."""

    name: str
    answers: str
    text: str


QUERIES: Final = (
    Query(
        "errors",
        "what failed, where and why",
        """
fields @timestamp, functionName, event, message, metadata.fault, correlationId
| filter level = "ERROR"
| sort @timestamp desc
| limit 100
""",
    ),
    Query(
        "refusals",
        "what is refused, with which code",
        """
filter level = "WARN"
| stats count(*) as refused by metadata.route, message
| sort refused desc
| limit 50
""",
    ),
    Query(
        "slow functions",
        "how long each function takes",
        """
filter ispresent(duration) and ispresent(functionName)
| stats count(*) as runs, avg(duration) as mean, pct(duration, 95) as p95, pct(duration, 99) as p99,
    max(duration) as longest by functionName
| sort p95 desc
""",
    ),
    Query(
        "one customer",
        "what one customer did",
        """
fields @timestamp, event, message, metadata.route, duration, correlationId
| filter userId = "CUSTOMER"
| sort @timestamp desc
| limit 500
""",
    ),
    Query(
        "one request",
        "everything that followed from one request, through all functions",
        """
fields @timestamp, functionName, level, event, message, duration
| filter correlationId = "CORRELATION-ID"
| sort @timestamp asc
| limit 500
""",
    ),
    Query(
        "order volume",
        "orders every five minutes",
        """
filter ispresent(OrderPlaced) or ispresent(OrderConfirmed) or ispresent(OrderCancelled)
| stats sum(OrderPlaced) as placed, sum(OrderConfirmed) as confirmed, sum(OrderCancelled) as cancelled by bin(5m)
""",
    ),
    Query(
        "cold starts",
        "which functions start new workers",
        """
filter ColdStartCount = 1
| stats count(*) as starts, avg(duration) as first_run by functionName
| sort starts desc
""",
    ),
    Query(
        "costliest functions",
        "where the time goes that is paid for",
        """
filter ispresent(duration)
| stats count(*) as runs, sum(duration) / 1000 as seconds, avg(duration) as mean_ms by functionName
| sort seconds desc
""",
    ),
)
