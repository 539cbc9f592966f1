from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tradewind_tools.data.catalogue import UnusableValueError
from tradewind_tools.data.csv_rows import Row
from tradewind_tools.data.online_retail import MAX_LINES, RefusalReason, Sales, parse_sale, read_sales

TWO_DAYS = Path(__file__).resolve().parents[2] / "fixtures" / "online_retail" / "two_days.csv"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


@pytest.fixture(scope="module")
def sales() -> Sales:
    return read_sales([TWO_DAYS])


def row(**fields: str) -> Row:
    usual = {
        "invoice": "536365",
        "stock_code": "85123A",
        "description": "HEART",
        "quantity": "6",
        "date": "2010-12-01 08:26:00",
        "price": "2.55",
        "customer": "17850.0",
        "country": "United Kingdom",
    }
    return Row(2, usual | fields)


def written(tmp_path: Path, rows: str, name: str = "rows.csv") -> Path:
    path = tmp_path / name
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def test_invoices_come_in_the_order_of_time(sales: Sales) -> None:
    assert [invoice.number for invoice in sales.invoices] == ["536365", "536366", "536370", "536544", "536547"]


def test_rows_identical_twice_and_one_product_at_two_prices_stay_lines(sales: Sales) -> None:
    first = sales.invoices[0]
    lines = [(line.product_id, line.quantity, line.unit_price_minor) for line in first.lines]
    assert lines == [("85123A", 6, 255), ("85123A", 2, 295), ("22633", 1, 185), ("22633", 1, 185)]
    assert first.total_minor == 6 * 255 + 2 * 295 + 2 * 185


def test_an_invoice_is_as_old_as_its_first_row(sales: Sales) -> None:
    assert sales.invoices[2].placed_at == datetime(2010, 12, 1, 8, 45, tzinfo=UTC)


def test_customers_lose_the_decimals_of_spreadsheets_and_walk_ins_have_none(sales: Sales) -> None:
    assert [invoice.customer for invoice in sales.invoices] == ["17850", "17850", "12583", "", ""]


def test_each_row_that_is_no_sale_has_its_reason(sales: Sales) -> None:
    assert Counter(refusal.reason for refusal in sales.refused) == {
        RefusalReason.CANCELLATION: 1,
        RefusalReason.ZERO_PRICE: 3,
        RefusalReason.NOT_POSITIVE: 1,
        RefusalReason.FINE_PRICE: 1,
        RefusalReason.NEGATIVE_PRICE: 1,
        RefusalReason.UNREADABLE_NUMBER: 1,
        RefusalReason.UNREADABLE_DATE: 1,
        RefusalReason.QUANTITY_LIMIT: 1,
        RefusalReason.MISSING_FIELD: 1,
        RefusalReason.SURPLUS: 1,
        RefusalReason.STOCK_CODE: 1,
    }


def test_every_row_is_accepted_or_refused(sales: Sales) -> None:
    assert sales.rows_read == 23
    assert sales.rows_accepted == 10
    assert sales.rows_accepted + len(sales.refused) == sales.rows_read
    assert sales.invoices_read == 12


def test_money_is_whole_pence(sales: Sales) -> None:
    assert sales.total_minor == (2490) + (6 * 185) + (3 * 1800 + 24 * 166) + (847 + 56977) + 1500


@pytest.mark.parametrize(
    "text", ["2010-12-01 08:26:00", "2010-12-01T08:26", "12/1/2010 8:26", "12/1/10 8:26", "12/01/2010 08:26:00"]
)
def test_the_usual_ways_of_writing_the_date_are_read(text: str) -> None:
    assert parse_sale(row(date=text)).placed_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


@pytest.mark.parametrize("column", ["invoice", "stock_code", "quantity", "date", "price"])
def test_a_missing_field_is_named(column: str) -> None:
    with pytest.raises(UnusableValueError) as refused:
        parse_sale(row(**{column: ""}))
    assert refused.value.reason == RefusalReason.MISSING_FIELD


@pytest.mark.parametrize(("customer", "known"), [("17850.0", "17850"), ("AB-1", "AB-1"), ("", ""), ("a b", "")])
def test_a_customer_number_is_kept_when_it_is_one(customer: str, known: str) -> None:
    assert parse_sale(row(customer=customer)).customer == known


def test_an_invoice_over_the_limit_is_refused_line_by_line(tmp_path: Path) -> None:
    line = "1,22633,WARMER,1,2010-12-01 08:26:00,1.85,,EIRE\n"
    sales = read_sales([written(tmp_path, line * (MAX_LINES + 1))])
    assert sales.invoices == []
    assert len(sales.refused) == MAX_LINES + 1
    assert sales.refused[-1].reason == RefusalReason.TOO_MANY_LINES
    assert sales.refused[-1].line == MAX_LINES + 2


def test_an_invoice_may_go_on_in_the_next_file(tmp_path: Path) -> None:
    first = written(tmp_path, "1,22633,WARMER,1,2010-12-01 08:26:00,1.85,,EIRE\n", "a.csv")
    second = written(tmp_path, "1,22633,WARMER,2,2010-12-01 08:26:00,1.85,,EIRE\n", "b.csv")
    (invoice,) = read_sales([first, second]).invoices
    assert [line.quantity for line in invoice.lines] == [1, 2]


def test_the_second_edition_has_other_column_names(tmp_path: Path) -> None:
    path = tmp_path / "second.csv"
    path.write_text(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        "489434,85048,GLASS BALL,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom\n",
        encoding="utf-8",
    )
    assert read_sales([path]).total_minor == 12 * 695
