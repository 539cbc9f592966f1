"""Saved queries of CloudWatch Logs Insights. All functions log to one group, so each query covers the whole shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class LogQuery:
    """A query in Logs Insights' language; words in capitals are to be filled in. `question` is what it answers."""

    name: str
    question: str
    text: str


QUERIES: Final = (
    LogQuery(
        "errors",
        "what failed, where and why",
        """
fields @timestamp, functionName, event, message, metadata.fault, correlationId
| filter level = "ERROR"
| sort @timestamp desc
| limit 100
""",
    ),
    LogQuery(
        "refusals",
        "what is refused, with which code",
        """
filter level = "WARN"
| stats count(*) as refused by metadata.route, message
| sort refused desc
| limit 50
""",
    ),
    LogQuery(
        "slow functions",
        "how long each function takes",
        """
filter ispresent(duration) and ispresent(functionName)
| stats count(*) as runs, avg(duration) as mean, pct(duration, 95) as p95, pct(duration, 99) as p99,
    max(duration) as longest by functionName
| sort p95 desc
""",
    ),
    LogQuery(
        "one customer",
        "what one customer did",
        """
fields @timestamp, event, message, metadata.route, duration, correlationId
| filter userId = "CUSTOMER"
| sort @timestamp desc
| limit 500
""",
    ),
    LogQuery(
        "one request",
        "everything that followed from one request, through all functions",
        """
fields @timestamp, functionName, level, event, message, duration
| filter correlationId = "CORRELATION-ID"
| sort @timestamp asc
| limit 500
""",
    ),
    LogQuery(
        "order volume",
        "orders every five minutes",
        """
filter ispresent(OrderPlaced) or ispresent(OrderConfirmed) or ispresent(OrderCancelled)
| stats sum(OrderPlaced) as placed, sum(OrderConfirmed) as confirmed, sum(OrderCancelled) as cancelled by bin(5m)
""",
    ),
    LogQuery(
        "cold starts",
        "which functions start new workers",
        """
filter ColdStartCount = 1
| stats count(*) as starts, avg(duration) as first_run by functionName
| sort starts desc
""",
    ),
    LogQuery(
        "costliest functions",
        "where the time goes that is paid for",
        """
filter ispresent(duration)
| stats count(*) as runs, sum(duration) / 1000 as seconds, avg(duration) as mean_ms by functionName
| sort seconds desc
""",
    ),
)
