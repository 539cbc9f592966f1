"""Each figure has its price, so the blueprint lists them all: nothing writes another, and none is listed in vain."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.source import modules

from tradewind.outbox.relay import COUNTED
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.metrics import CUSTOM_METRICS, TABLE_OPERATIONS, custom_metric, table_and_index_metrics
from tradewind_tools.blueprint.permissions import TableGrant


def test_shop_writes_exactly_the_listed_metrics() -> None:
    assert sorted(each.name for each in CUSTOM_METRICS) == sorted({*written(), *COUNTED.values()})


def test_metric_is_counted_in_one_place() -> None:
    found = list(written())
    assert sorted(found) == sorted(set(found))
    assert not set(found) & set(COUNTED.values())


def test_custom_metrics_have_the_stage_as_their_only_dimension() -> None:
    assert [name for name, _ in custom_metric("OrderPlaced").dimensions] == ["stage"]


def test_every_operation_on_the_table_is_watched() -> None:
    grants = [grant for function in FUNCTIONS for grant in function.grants if isinstance(grant, TableGrant)]
    granted = {grant.action.removeprefix("dynamodb:") for grant in grants} - {"ConditionCheckItem"}
    assert granted | {"TransactWriteItems"} == set(TABLE_OPERATIONS)


def test_indexes_are_watched_like_the_table() -> None:
    dimensions = [dict(metric.dimensions) for metric in table_and_index_metrics("WriteThrottleEvents")]
    assert [each.get("GlobalSecondaryIndexName") for each in dimensions] == [None, "GSI1", "GSI2"]


def test_written_metrics_are_found_in_the_source() -> None:
    assert {"ColdStartCount", "OrderStuck"} <= set(written())


def written() -> Iterator[str]:
    """The names in `journal.count("…")` and in the alarming part of a `Report`."""
    for path in modules("tradewind").values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _named(node)


def _named(call: ast.Call) -> Iterator[str]:
    match call:
        case ast.Call(func=ast.Attribute(attr="count"), args=[ast.Constant(value=str(name)), *_]):
            yield name
        case ast.Call(func=ast.Name(id="Report"), args=[_, ast.Dict(keys=keys), *_]):
            yield from (str(key.value) for key in keys if isinstance(key, ast.Constant))
