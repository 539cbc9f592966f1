from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.data.amounts import DecimalMark
from tradewind_tools.data.csv_rows import Row
from tradewind_tools.data.dates import DateOrder
from tradewind_tools.data.errors import UnreadableFileError
from tradewind_tools.data.online_retail import (
    MAX_LINES,
    Invoice,
    InvoiceBook,
    InvoiceLine,
    RefusalReason,
    RetailOptions,
    RowFormat,
    Sale,
    Sales,
    parse_sale,
    read_sales,
)
from tradewind_tools.data.remarks import FilePosition, UnusableValueError

TWO_DAYS = Path(__file__).resolve().parents[2] / "fixtures" / "online_retail" / "two_days.csv"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
PLACE = FilePosition(Path("f.csv"), 2)


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
        "customer": "17850",
        "country": "United Kingdom",
    }
    return Row(2, usual | fields)


def sale_of(**fields: str) -> Sale:
    return parse_sale(row(**fields), PLACE, RowFormat())


def written(tmp_path: Path, rows: str, name: str = "rows.csv") -> Path:
    path = tmp_path / name
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def line(invoice: str = "1", code: str = "22633", quantity: int = 1, date: str = "2010-12-01 08:26:00") -> str:
    return f"{invoice},{code},WARMER,{quantity},{date},1.85,,EIRE\n"


def reasons(sales: Sales) -> Counter[str]:
    return Counter(refusal.reason for refusal in sales.refused)


def test_invoices_come_in_the_order_of_time(sales: Sales) -> None:
    assert [invoice.number for invoice in sales.invoices] == ["536365", "536366", "536370", "536544", "536547"]


def test_rows_identical_twice_and_one_product_at_two_prices_stay_lines(sales: Sales) -> None:
    first = sales.invoices[0]
    lines = [(line.product_id, line.quantity, line.unit_price_minor) for line in first.lines]
    assert lines == [("22633", 1, 185), ("22633", 1, 185), ("85123A", 2, 295), ("85123A", 6, 255)]
    assert first.total_minor == 6 * 255 + 2 * 295 + 2 * 185


def test_an_invoice_is_the_same_whatever_the_order_of_rows(sales: Sales, tmp_path: Path) -> None:
    header, *rows = TWO_DAYS.read_text().splitlines(keepends=True)
    path = written(tmp_path, "".join(rows[::-1]))
    assert header == HEADER
    assert list(map(_content, read_sales([path]).invoices)) == list(map(_content, sales.invoices))


def _content(invoice: Invoice) -> tuple[object, ...]:
    lines = [line[:3] for line in invoice.lines]
    return invoice.number, invoice.placed_at, invoice.customer, invoice.country, lines


def test_an_invoice_is_as_old_as_its_first_row_of_goods(sales: Sales) -> None:
    assert sales.invoices[2].placed_at == datetime(2010, 12, 1, 8, 46, tzinfo=UTC)


def test_customers_lose_the_decimals_of_spreadsheets_and_walk_ins_have_none(sales: Sales) -> None:
    assert [invoice.customer for invoice in sales.invoices] == ["17850", "17850", "12583", "", ""]


def test_each_row_that_is_no_sale_has_its_reason(sales: Sales) -> None:
    assert reasons(sales) == {
        RefusalReason.CANCELLATION: 1,
        RefusalReason.ADJUSTMENT: 1,
        RefusalReason.NO_GOODS: 3,
        RefusalReason.ZERO_PRICE: 3,
        RefusalReason.NOT_POSITIVE: 1,
        RefusalReason.FINE_PRICE: 1,
        RefusalReason.UNREADABLE_NUMBER: 1,
        RefusalReason.UNREADABLE_DATE: 1,
        RefusalReason.QUANTITY_LIMIT: 1,
        RefusalReason.MISSING_FIELD: 1,
        RefusalReason.SURPLUS: 1,
        RefusalReason.STOCK_CODE: 1,
    }


def test_every_row_is_accepted_or_refused(sales: Sales) -> None:
    assert sales.rows_read == 24
    assert sales.rows_accepted == 8
    assert sales.rows_accepted + len(sales.refused) == sales.rows_read
    assert sales.invoices_read == 13


def test_money_is_whole_pence(sales: Sales) -> None:
    assert sales.total_minor == 2490 + 6 * 185 + 24 * 166 + 847 + 1500


@pytest.mark.parametrize("invoice", ["A563185", "a1"])
def test_an_adjustment_is_no_sale_though_it_has_a_price(invoice: str) -> None:
    with pytest.raises(UnusableValueError, match="adjustment"):
        sale_of(invoice=invoice, stock_code="B", price="11062.06", quantity="1")


@pytest.mark.parametrize(
    "code", ["ADJUST", "ADJUST2", "TEST001", "AMAZONFEE", "POST", "DOT", "C2", "M", "m", "BANK CHARGES", "gift_0001_20"]
)
def test_postage_fees_tests_and_corrections_are_no_sales(code: str) -> None:
    with pytest.raises(UnusableValueError, match="no goods"):
        sale_of(stock_code=code)


@pytest.mark.parametrize("code", ["POSTCARD", "M1", "22633", "DCGS0003", "SP1002", "TESTER SET"])
def test_goods_whose_code_only_resembles_a_fee_are_sold(code: str) -> None:
    assert sale_of(stock_code=code).line.quantity == 6


@pytest.mark.parametrize("column", ["invoice", "stock_code", "quantity", "date", "price"])
def test_a_missing_field_is_named(column: str) -> None:
    with pytest.raises(UnusableValueError) as refused:
        sale_of(**{column: ""})
    assert refused.value.reason == RefusalReason.MISSING_FIELD


@pytest.mark.parametrize(("customer", "known"), [("17850", "17850"), ("AB-1", "AB-1"), ("", ""), ("a b", "")])
def test_a_customer_number_is_kept_when_it_is_one(customer: str, known: str) -> None:
    assert sale_of(customer=customer).customer == known


def test_what_pandas_writes_for_nothing_and_for_whole_numbers_is_neither_customer_nor_code(tmp_path: Path) -> None:
    rows = "".join(
        f"{number}.0,{code},WARMER,1.0,2010-12-01 08:26:00,1.85,{customer},{country}\n"
        for number, code, customer, country in [
            (1, "930017.0", "17850.0", "France"),
            (2, "930017", "nan", "France"),
            (3, "930017", "NaN", "Spain"),
            (4, "930017", "<NA>", "nan"),
        ]
    )
    sales = read_sales([written(tmp_path, rows)])
    assert [(invoice.number, invoice.customer, invoice.country) for invoice in sales.invoices] == [
        ("1", "17850", "France"),
        ("2", "", "France"),
        ("3", "", "Spain"),
        ("4", "", ""),
    ]
    assert {line.product_id for invoice in sales.invoices for line in invoice.lines} == {"930017"}


def test_an_invoice_over_the_limit_is_refused_line_by_line(tmp_path: Path) -> None:
    sales = read_sales([written(tmp_path, line() * (MAX_LINES + 1))])
    assert sales.invoices == []
    assert len(sales.refused) == MAX_LINES + 1
    assert sales.refused[-1].reason == RefusalReason.TOO_MANY_LINES
    assert sales.refused[-1].line == MAX_LINES + 2


class TestOverlap:
    def test_an_invoice_may_go_on_in_the_next_file(self, tmp_path: Path) -> None:
        first, second = written(tmp_path, line(), "a.csv"), written(tmp_path, line(quantity=2), "b.csv")
        (invoice,) = read_sales([first, second]).invoices
        assert [line.quantity for line in invoice.lines] == [1, 2]

    def test_an_invoice_that_stands_in_two_files_is_placed_once(self, tmp_path: Path) -> None:
        first = written(tmp_path, line(date="12/01/2010 8:26") + line("2", date="12/13/2010 8:26"), "a.csv")
        second = written(tmp_path, line() + line("3"), "b.csv")
        sales = read_sales([first, second])
        assert [(invoice.number, len(invoice.lines)) for invoice in sales.invoices] == [("1", 1), ("3", 1), ("2", 1)]
        assert reasons(sales) == {RefusalReason.IN_ANOTHER_FILE: 1}
        assert (sales.refused[0].file, sales.refused[0].line) == (str(second), 2)
        assert sales.rows_accepted + len(sales.refused) == sales.rows_read

    def test_two_equal_rows_are_two_lines_in_one_file_and_two_in_its_copy(self, tmp_path: Path) -> None:
        first, second = written(tmp_path, line() * 2, "a.csv"), written(tmp_path, line() * 3 + line("2"), "b.csv")
        sales = read_sales([first, second])
        assert [len(invoice.lines) for invoice in sales.invoices] == [3, 1]
        assert reasons(sales) == {RefusalReason.IN_ANOTHER_FILE: 2}

    @given(st.lists(st.lists(st.integers(1, 3), max_size=6), min_size=1, max_size=3))
    def test_each_line_is_there_as_often_as_in_the_file_that_has_it_most(self, files: list[list[int]]) -> None:
        book, sales = InvoiceBook(), Sales()
        for number, quantities in enumerate(files):
            for row, quantity in enumerate(quantities, start=2):
                position = FilePosition(Path(f"{number}.csv"), row)
                placed = InvoiceLine("cup", quantity, 100, position)
                book.add(Sale("1", datetime(2010, 12, 1, tzinfo=UTC), "", "EIRE", placed))
        book.close(sales)
        most = Counter[int]()
        for quantities in files:
            most |= Counter(quantities)
        assert Counter(line.quantity for invoice in sales.invoices for line in invoice.lines) == most
        assert sales.rows_accepted + len(sales.refused) == sum(map(len, files))


class TestDates:
    def test_days_first_are_read_where_the_file_shows_them(self, tmp_path: Path) -> None:
        rows = line(date="01-12-2010 08:26") + line("2", date="13-12-2010 08:26")
        sales = read_sales([written(tmp_path, rows)])
        assert [invoice.placed_at.day for invoice in sales.invoices] == [1, 13]

    def test_dates_that_leave_the_order_open_are_asked_about(self, tmp_path: Path) -> None:
        path = written(tmp_path, line(date="01-12-2010 08:26"))
        with pytest.raises(UnreadableFileError, match="say --dates day-first or --dates month-first"):
            read_sales([path])
        for order, month in ((DateOrder.DAY_FIRST, 12), (DateOrder.MONTH_FIRST, 1)):
            (invoice,) = read_sales([path], RetailOptions(order=order)).invoices
            assert invoice.placed_at.month == month

    def test_dates_of_two_orders_in_one_file_are_asked_about(self, tmp_path: Path) -> None:
        path = written(tmp_path, line(date="13/12/2010 8:26") + line(date="12/13/2010 8:26"))
        with pytest.raises(UnreadableFileError, match="written in different orders"):
            read_sales([path])
        sales = read_sales([path], RetailOptions(order=DateOrder.DAY_FIRST))
        assert reasons(sales) == {RefusalReason.UNREADABLE_DATE: 1}


class TestNumbers:
    def test_a_decimal_comma_is_read_where_the_file_shows_it(self, tmp_path: Path) -> None:
        rows = '1,22633,WARMER,1,2010-12-01 08:26:00,"1.234,50",,EIRE\n'
        assert read_sales([written(tmp_path, rows)]).total_minor == 123450

    def test_numbers_that_can_be_read_in_two_ways_are_asked_about(self, tmp_path: Path) -> None:
        path = written(tmp_path, '1,22633,WARMER,1,2010-12-01 08:26:00,"1,234",,EIRE\n')
        with pytest.raises(UnreadableFileError, match="say --decimal point or --decimal comma"):
            read_sales([path])
        assert read_sales([path], RetailOptions(mark=DecimalMark.POINT)).total_minor == 123400


def test_the_second_edition_has_other_column_names(tmp_path: Path) -> None:
    path = tmp_path / "second.csv"
    path.write_text(
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
        "489434,85048,GLASS BALL,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom\n",
        encoding="utf-8",
    )
    assert read_sales([path]).total_minor == 12 * 695
