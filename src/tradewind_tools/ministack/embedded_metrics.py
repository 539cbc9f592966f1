"""Metrics that functions write into their log lines, as CloudWatch's embedded metric format (specification 0) says.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

_MARK = '"_aws"'


class MetricValue(NamedTuple):
    """One value of one metric."""

    namespace: str
    name: str
    value: float
    unit: str
    dimensions: Mapping[str, str]


def extract_metrics(log: str) -> Iterator[MetricValue]:
    """Every metric value in the lines of a log; a line that is something else has none."""
    for line in log.splitlines():
        if _MARK in line:
            yield from _in_line(line)


def _in_line(line: str) -> Iterator[MetricValue]:
    try:
        fields = json.loads(line)
        directives = fields["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        yield from _values_of(directive, fields)


def _values_of(directive: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[MetricValue]:
    """A value for each metric and set of dimensions; the line has the value of each dimension."""
    for names, metric in product(directive["Dimensions"], directive["Metrics"]):
        dimensions = {name: str(fields.get(name, "")) for name in names}
        for value in _values(fields.get(metric["Name"])):
            yield MetricValue(directive["Namespace"], metric["Name"], value, metric.get("Unit", "None"), dimensions)


def _values(value: object) -> list[float]:
    values = value if isinstance(value, list) else [value]
    return [value for value in values if isinstance(value, int | float)]
