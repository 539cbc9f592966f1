from __future__ import annotations

import re

import pytest

from tradewind_tools.blueprint.metrics import CUSTOM_METRICS
from tradewind_tools.blueprint.queries import QUERIES, LogQuery

FIELDS = {
    "correlationId", "duration", "event", "functionName", "level", "message", "metadata", "requestId", "timestamp",
    "userId",
}  # fmt: skip
"""The fields of every log line; `tests/unit/aws/test_log.py` tests them."""

COMMANDS = {"fields", "filter", "limit", "parse", "sort", "stats"}
FUNCTIONS = {"avg", "bin", "count", "ispresent", "max", "pct", "sum"}
WORDS = {"and", "as", "asc", "by", "desc", "like", "or"}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_query_reads_only_fields_that_log_lines_have(query: LogQuery) -> None:
    plain = re.sub(r'"[^"]*"|/.*/', "", query.text)
    asked = {name.partition(".")[0] for name in re.findall(r"(?<![@\w.])[A-Za-z_][\w.]*", plain)}
    made = {name for pair in re.findall(r"as (\w+)|\?<(\w+)>", query.text) for name in pair}
    assert asked <= FIELDS | {each.name for each in CUSTOM_METRICS} | made | COMMANDS | FUNCTIONS | WORDS


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_query_consists_of_known_commands(query: LogQuery) -> None:
    steps = re.split(r"\n\| ", query.text.strip())
    assert {step.split()[0] for step in steps} <= COMMANDS
    assert sum(step.startswith("stats") for step in steps) <= 1


def test_names_are_unique() -> None:
    assert len({query.name for query in QUERIES}) == len(QUERIES)
