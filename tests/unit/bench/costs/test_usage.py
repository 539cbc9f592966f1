from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.bench.costs.prices import PRICE_PAGES, Unit
from tradewind_tools.bench.costs.usage import Usage

usages = st.dictionaries(st.sampled_from(Unit), st.integers(0, 10**9)).map(Usage)


def test_a_million_writes_cost_what_the_list_says() -> None:
    assert Usage({Unit.WRITE_UNIT: 1_000_000}).dollars == Decimal("0.625")


def test_the_dearest_service_stands_first() -> None:
    usage = Usage({Unit.LAMBDA_REQUEST: 1_000_000, Unit.WRITE_UNIT: 1_000_000, Unit.READ_UNIT: 1_000_000})
    assert usage.by_service == {"DynamoDB": Decimal("0.75"), "Lambda": Decimal("0.20")}
    assert list(usage.by_service) == ["DynamoDB", "Lambda"]


@given(usages, usages)
def test_a_sum_costs_what_its_parts_cost(one: Usage, other: Usage) -> None:
    assert (one + other).dollars == one.dollars + other.dollars
    assert sum((one + other).by_service.values(), Decimal()) == (one + other).dollars


@given(usages)
def test_what_is_left_out_costs_nothing(usage: Usage) -> None:
    assert usage.without(*Unit).dollars == 0
    assert usage.times(0).dollars == 0


def test_each_service_names_where_its_prices_stand() -> None:
    assert set(PRICE_PAGES) == {unit.service for unit in Unit}
