"""Figures that functions write into their log lines, as CloudWatch's embedded metric format (specification 0) says.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

_MARK = '"_aws"'


class Figure(NamedTuple):
    """One value of one metric."""

    namespace: str
    name: str
    value: float
    unit: str
    dimensions: Mapping[str, str]


def figures(log: str) -> Iterator[Figure]:
    """Every figure in the lines of a log; a line that is something else has none."""
    for line in log.splitlines():
        if _MARK in line:
            yield from _in_line(line)


def _in_line(line: str) -> Iterator[Figure]:
    try:
        told = json.loads(line)
        directives = told["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        yield from _directed(directive, told)


def _directed(directive: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Figure]:
    """A metric for each set of dimensions, each of which is told beside it."""
    for names, metric in product(directive["Dimensions"], directive["Metrics"]):
        dimensions = {name: str(told.get(name, "")) for name in names}
        for value in _values(told.get(metric["Name"])):
            yield Figure(directive["Namespace"], metric["Name"], value, metric.get("Unit", "None"), dimensions)


def _values(told: object) -> list[float]:
    values = told if isinstance(told, list) else [told]
    return [value for value in values if isinstance(value, int | float)]
