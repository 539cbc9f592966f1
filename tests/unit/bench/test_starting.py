from __future__ import annotations

import pytest
from tests.unit.bench.measured import compared

from tradewind_tools.bench.subjects import Budget


def test_ratios_are_of_one_run() -> None:
    each = compared()
    assert each.to_bare == pytest.approx(40 / 30)
    assert each.to_reference == pytest.approx(40 / 300)
    assert each.first == pytest.approx(50 / 400)


def test_runtime_clients_share_is_nobodys_merit() -> None:
    each = compared(warm_ms=1.5)
    assert each.warm == pytest.approx((1.5 - 0.5) / (3.5 - 0.5))
    assert each.warm_with_client == pytest.approx(1.5 / 3.5)


def test_what_keeps_its_budgets_says_nothing() -> None:
    assert list(compared().list_exceeded()) == []


def test_each_budget_that_is_not_kept_is_named() -> None:
    assert list(compared(ours_ms=75, warm_ms=2, mb=41).list_exceeded()) == [
        "read a product, start, to a bare function's: 2.50 of 1.7",
        "read a product, start, to the reference's: 0.25 of 0.2",
        "read a product, warm request, to the reference's: 0.50 of 0.4",
        "read a product, bytes at rest: 41,000,000.00 of 40,000,000",
    ]


def test_a_function_may_have_budgets_of_its_own() -> None:
    assert list(compared(ours_ms=59, warm_ms=3, budget=Budget(bare=2.5, warm=None)).list_exceeded()) == []
