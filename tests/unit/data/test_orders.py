from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tradewind_tools.data.online_retail import Invoice, read_sales
from tradewind_tools.data.orders import idempotency_key, order_for, units_of

TWO_DAYS = Path(__file__).resolve().parents[2] / "fixtures" / "online_retail" / "two_days.csv"


@pytest.fixture(scope="module")
def invoice() -> Invoice:
    return read_sales([TWO_DAYS]).invoices[0]


def test_an_order_has_the_lines_and_prices_of_its_invoice(invoice: Invoice) -> None:
    order = order_for(invoice, "user-1")
    assert [(item.product_id, item.quantity, str(item.unit_price)) for item in order.items] == [
        ("22633", 1, "1.85"),
        ("22633", 1, "1.85"),
        ("85123A", 2, "2.95"),
        ("85123A", 6, "2.55"),
    ]
    assert order.expected_total == Decimal("24.90")
    assert (order.reference, order.customer_id) == ("invoice 536365", "user-1")


def test_units_are_summed_by_product(invoice: Invoice) -> None:
    assert units_of(invoice.lines) == {"85123A": 8, "22633": 2}


def test_the_key_is_that_of_the_invoice(invoice: Invoice) -> None:
    assert idempotency_key(invoice) == "online-retail-536365"
