from __future__ import annotations

import pytest
from tests.unit.bench.measured import compared


def test_runtime_clients_share_is_nobodys_merit() -> None:
    each = compared(warm_ms=1.5)
    assert each.ratio == pytest.approx((1.5 - 0.5) / (3.5 - 0.5))
    assert each.ratio_with_client == pytest.approx(1.5 / 3.5)


def test_what_keeps_its_budgets_says_nothing() -> None:
    assert list(compared().list_exceeded()) == []


def test_each_budget_that_is_not_kept_is_named() -> None:
    assert list(compared(warm_ms=2, mb=41).list_exceeded()) == [
        "read a product, warm request, to the reference's: 0.50 of 0.4",
        "read a product, bytes at rest: 41,000,000 of 40,000,000",
    ]


def test_a_function_may_have_no_budget() -> None:
    assert list(compared(warm_ms=3, budget=None).list_exceeded()) == []
