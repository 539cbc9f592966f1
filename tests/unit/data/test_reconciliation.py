from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.data.messages import Stock
from tradewind_tools.data.online_retail import Invoice, InvoiceLine, Sales
from tradewind_tools.data.reconciliation import OrderOutcome, ReplayStatus, StockReconciliation, count_stock, reconcile
from tradewind_tools.data.remarks import FilePosition, Remark

NO_STOCK = StockReconciliation(products=0, units_confirmed=0, units_sold=0, differences=())


def sales(*totals_minor: int, refused: int = 0) -> Sales:
    invoices = [
        Invoice(
            str(n),
            datetime(2010, 12, 1, tzinfo=UTC),
            "",
            "EIRE",
            [InvoiceLine("cup", 1, total, FilePosition(Path("f.csv"), n))],
        )
        for n, total in enumerate(totals_minor)
    ]
    remarks = [Remark("f.csv", n, "zero price") for n in range(refused)]
    return Sales(invoices, remarks, rows_read=len(totals_minor) + refused, invoices_read=len(totals_minor) + refused)


def test_all_confirmed_at_our_totals_reconciles() -> None:
    outcomes = [
        OrderOutcome("0", ReplayStatus.CONFIRMED, 255, 255, is_new=True),
        OrderOutcome("1", ReplayStatus.CONFIRMED, 100, 100),
    ]
    found = reconcile(sales(255, 100, refused=3), outcomes, NO_STOCK)
    assert found.reconciles
    assert found.money.accepted_minor == found.money.confirmed_orders_minor == 355
    assert found.statuses == {"confirmed": 2}
    assert found.rows_refused == {"zero price": 3}
    assert found.placed_now == 1


def test_a_penny_too_little_does_not_reconcile_and_is_named() -> None:
    outcomes = [
        OrderOutcome("0", ReplayStatus.CONFIRMED, 255, 254),
        OrderOutcome("1", ReplayStatus.CONFIRMED, 100, 100),
    ]
    found = reconcile(sales(255, 100), outcomes, NO_STOCK)
    assert not found.reconciles
    assert [order.invoice for order in found.differing_orders] == ["0"]


def test_two_errors_that_cancel_each_other_out_do_not_reconcile() -> None:
    outcomes = [
        OrderOutcome("0", ReplayStatus.CONFIRMED, 255, 254),
        OrderOutcome("1", ReplayStatus.CONFIRMED, 100, 101),
    ]
    found = reconcile(sales(255, 100), outcomes, NO_STOCK)
    assert found.money.adds_up
    assert not found.reconciles


def test_an_order_not_confirmed_does_not_reconcile() -> None:
    for status in (
        ReplayStatus.CANCELLED,
        ReplayStatus.PENDING,
        ReplayStatus.REFUSED,
        ReplayStatus.LOST,
        ReplayStatus.NOT_PLACED,
    ):
        outcomes = [OrderOutcome("0", ReplayStatus.CONFIRMED, 255, 255), OrderOutcome("1", status, 100, reason="why")]
        found = reconcile(sales(255, 100), outcomes, NO_STOCK)
        assert not found.reconciles
        assert found.reasons == {"why": 1}
        assert found.statuses == {"confirmed": 1, status.value: 1}


def test_where_nothing_was_placed_nothing_reconciles() -> None:
    assert not reconcile(sales(), [], NO_STOCK).reconciles


def test_a_row_neither_accepted_nor_refused_does_not_reconcile() -> None:
    forgotten = sales(255)
    forgotten.rows_read += 1
    assert not reconcile(forgotten, [OrderOutcome("0", ReplayStatus.CONFIRMED, 255, 255)], NO_STOCK).reconciles


def test_stock_that_went_with_the_orders_adds_up() -> None:
    before = {"cup": Stock(available=5, sold=1), "mug": Stock(available=3)}
    now = {"cup": Stock(available=3, sold=3), "mug": Stock(available=3)}
    count = count_stock(before, {"cup": 2, "unrelated": 9}, now)
    assert count == StockReconciliation(products=2, units_confirmed=2, units_sold=2, differences=())


def test_stock_still_reserved_lost_or_gone_is_a_difference() -> None:
    before = {name: Stock(available=5) for name in ("reserved", "lost", "gone", "fine")}
    now = {
        "reserved": Stock(available=3, reserved=2),
        "lost": Stock(available=2, sold=2),
        "gone": None,
        "fine": Stock(available=3, sold=2),
    }
    count = count_stock(before, dict.fromkeys(before, 2), now)
    assert {difference.product_id for difference in count.differences} == {"reserved", "lost", "gone"}
    assert not reconcile(sales(), [], count).reconciles


@given(st.lists(st.integers(min_value=1, max_value=10**9), min_size=1, max_size=30))
def test_every_total_is_carried_to_the_penny(totals: list[int]) -> None:
    outcomes = [OrderOutcome(str(n), ReplayStatus.CONFIRMED, total, total) for n, total in enumerate(totals)]
    found = reconcile(sales(*totals), outcomes, NO_STOCK)
    assert found.reconciles
    assert found.money.confirmed_orders_minor == sum(totals)
