"""Invoice rows in the format of the UCI Online Retail data set, and which of them are sales.

Format: Daqing Chen, UCI Machine Learning Repository, doi 10.24432/C5BW33; also its second edition's column names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

from tradewind.kernel.errors import InvalidAmount
from tradewind.kernel.money import to_minor
from tradewind_tools.data.amounts import AmbiguousMarkError, DecimalMark, decide_mark, read_amount, read_whole
from tradewind_tools.data.csv_rows import CsvFile, Layout, Row
from tradewind_tools.data.dates import AmbiguousDateError, DateOrder, decide_order, read_date
from tradewind_tools.data.errors import UnreadableFileError
from tradewind_tools.data.product_ids import stock_code_id
from tradewind_tools.data.remarks import FilePosition, Remark, UnreadColumn, UnusableValueError, remark

CURRENCY = "GBP"
MAX_QUANTITY = 100_000
MAX_LINES = 1_000

LAYOUT = Layout(
    columns={
        "invoice": ("InvoiceNo", "Invoice"),
        "stock_code": ("StockCode",),
        "description": ("Description",),
        "quantity": ("Quantity",),
        "date": ("InvoiceDate",),
        "price": ("UnitPrice", "Price"),
        "customer": ("CustomerID", "Customer ID"),
        "country": ("Country",),
    },
    required=frozenset({"invoice", "stock_code", "description", "quantity", "date", "price", "customer", "country"}),
)

_CANCELLATION = re.compile(r"[Cc]\d")
_ADJUSTMENT = re.compile(r"[Aa]\d")
_NO_GOODS = re.compile(
    r"POST|DOT|C[23]|D|M|S|B|CRUK|BANK CHARGES|AMAZONFEE|ADJUST\d*|TEST\d*|GIFT|GIFT_\w+", re.ASCII | re.IGNORECASE
)
"""Postage, carriage, discounts, entries by hand, samples, bad debts, commissions, fees, tests, vouchers."""
_CUSTOMER = re.compile(r"\w[\w-]*")
_FLOAT_TAIL = re.compile(r"(\d+)\.0+")
_NOTHING = frozenset({"nan", "nat", "none", "null", "<na>", "#n/a"})
"""What libraries of tables write for an empty cell."""


class RefusalReason(StrEnum):
    """Why a row is no sale."""

    CANCELLATION = "cancellation (invoice C…)"
    ADJUSTMENT = "adjustment (invoice A…)"
    NO_GOODS = "no goods (postage, fee, adjustment, test, voucher)"
    IN_ANOTHER_FILE = "stands in another file, too: taken once"
    MISSING_FIELD = "missing field"
    SURPLUS = "more fields than columns"
    UNREADABLE_NUMBER = "unreadable number"
    UNREADABLE_DATE = "unreadable date"
    STOCK_CODE = "stock code that names nothing"
    NEGATIVE_PRICE = "negative price (bad debt)"
    ZERO_PRICE = "zero price"
    FINE_PRICE = "price finer than a penny"
    NOT_POSITIVE = "quantity not positive"
    QUANTITY_LIMIT = "quantity over the limit of a line"
    TOO_MANY_LINES = "invoice over the limit of lines"
    UNKNOWN_PRODUCT = "product not in the shop"


class InvoiceLine(NamedTuple):
    """One line of an invoice; rows identical twice are two lines. The price is in pence."""

    product_id: str
    quantity: int
    unit_price_minor: int
    position: FilePosition

    @property
    def total_minor(self) -> int:
        return self.quantity * self.unit_price_minor


class Sale(NamedTuple):
    """A row that is a sale. `customer` is empty for a walk-in."""

    invoice: str
    placed_at: datetime
    customer: str
    country: str
    line: InvoiceLine


@dataclass(slots=True)
class Invoice:
    """An invoice with its accepted lines, in the order of their products: the order of rows says nothing."""

    number: str
    placed_at: datetime
    customer: str
    country: str
    lines: list[InvoiceLine] = field(default_factory=list)

    @property
    def total_minor(self) -> int:
        return sum(line.total_minor for line in self.lines)


@dataclass(slots=True)
class Sales:
    """What the files hold: invoices with something to sell, in the order of time, and the rows that are no sale."""

    invoices: list[Invoice] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    unread: list[UnreadColumn] = field(default_factory=list)
    rows_read: int = 0
    invoices_read: int = 0

    @property
    def rows_accepted(self) -> int:
        return sum(len(invoice.lines) for invoice in self.invoices)

    @property
    def total_minor(self) -> int:
        return sum(invoice.total_minor for invoice in self.invoices)


@dataclass(frozen=True, slots=True)
class RetailOptions:
    """What the files do not say, where they leave it open."""

    encoding: str | None = None
    mark: DecimalMark | None = None
    order: DateOrder | None = None


class RowFormat(NamedTuple):
    """How the numbers and dates of one file are written."""

    mark: DecimalMark = DecimalMark.POINT
    order: DateOrder = DateOrder.MONTH_FIRST


class LocatedRow(NamedTuple):
    position: FilePosition
    row: Row
    format: RowFormat


class InvoiceBook:
    """Invoices as their rows come. One that stands in several files is the union of what they say of it.

    A line is on the invoice as often as the file has it that has it most often: two equal rows of one file are two
    lines, the same row in two files is one.
    """

    def __init__(self) -> None:
        self._by_number: dict[str, dict[Path, list[Sale]]] = {}

    def add(self, sale: Sale) -> None:
        files = self._by_number.setdefault(sale.invoice, {})
        files.setdefault(sale.line.position.file, []).append(sale)

    def close(self, sales: Sales) -> None:
        """Put the invoices into `sales`, in the order of time; refuse lines that are there already, or too many."""
        invoices = [self._join(number, list(files.values()), sales) for number, files in self._by_number.items()]
        for invoice in sorted(invoices, key=lambda invoice: (invoice.placed_at, invoice.number)):
            if len(invoice.lines) <= MAX_LINES:
                sales.invoices.append(invoice)
            else:
                refuse_lines(sales, invoice, invoice.lines, RefusalReason.TOO_MANY_LINES, f"{len(invoice.lines)} lines")

    def _join(self, number: str, files: Sequence[Sequence[Sale]], sales: Sales) -> Invoice:
        everything = [sale for file in files for sale in file]
        customers = Counter(sale.customer for sale in everything if sale.customer)
        countries = Counter(sale.country for sale in everything if sale.country)
        invoice = Invoice(
            number, min(sale.placed_at for sale in everything), _most_usual(customers), _most_usual(countries)
        )
        known: Counter[tuple[str, int, int]] = Counter()
        for file in files:
            unmatched = known.copy()
            for sale in file:
                content = sale.line[:3]
                if unmatched[content] > 0:
                    unmatched[content] -= 1
                    refuse_lines(sales, invoice, [sale.line], RefusalReason.IN_ANOTHER_FILE, sale.line.product_id)
                else:
                    known[content] += 1
                    invoice.lines.append(sale.line)
        invoice.lines.sort()
        return invoice


def read_sales(files: Sequence[Path], options: RetailOptions | None = None) -> Sales:
    """Read the invoices of the files.

    Raises UnreadableFileError when a file has another format, or leaves open what `options` should say.
    """
    sales = Sales()
    book = InvoiceBook()
    numbers: set[str] = set()
    for position, row, row_format in read_located_rows(files, options or RetailOptions(), sales):
        numbers.add(row["invoice"])
        try:
            book.add(parse_sale(row, position, row_format))
        except UnusableValueError as error:
            sales.refused.append(remark(position, error.reason, error.detail))
    sales.invoices_read = len(numbers - {""})
    book.close(sales)
    return sales


class Remarks(Protocol):
    """What keeps count of rows, and what is said about files."""

    rows_read: int
    notes: list[Remark]
    unread: list[UnreadColumn]


def read_located_rows(files: Sequence[Path], options: RetailOptions, remarks: Remarks) -> Iterator[LocatedRow]:
    """Yield each row of the files with its place, and how it is written. Raises UnreadableFileError."""
    for file in files:
        row_format = _decide_format(file, options)
        csv_file = CsvFile(file, LAYOUT, options.encoding)
        for row in csv_file:
            remarks.rows_read += 1
            yield LocatedRow(FilePosition(file, row.line), _without_traces(row), row_format)
        remarks.notes += csv_file.notes
        remarks.unread += csv_file.unread


def _decide_format(file: Path, options: RetailOptions) -> RowFormat:
    """Decide by all rows of the file. Raises UnreadableFileError, which says the option to give."""
    numbers: dict[str, None] = {}
    dates: dict[str, None] = {}
    if not (options.mark and options.order):
        for row in CsvFile(file, LAYOUT, options.encoding):
            numbers |= {row["price"]: None, row["quantity"]: None}
            dates[row["date"]] = None
    try:
        return RowFormat(options.mark or decide_mark(numbers), options.order or decide_order(dates))
    except AmbiguousMarkError as error:
        raise UnreadableFileError(f"{file}: {error}; say --decimal point or --decimal comma") from error
    except AmbiguousDateError as error:
        raise UnreadableFileError(f"{file}: {error}; say --dates day-first or --dates month-first") from error


def _without_traces(row: Row) -> Row:
    """Return the row without what a library of tables made of empty cells and whole numbers."""
    traces = {name: "" for name, text in row.fields.items() if text.casefold() in _NOTHING}
    for column in ("invoice", "stock_code", "customer"):
        if tail := _FLOAT_TAIL.fullmatch(row[column]):
            traces[column] = tail[1]
    return Row(row.line, {**row.fields, **traces}, row.surplus) if traces else row


def parse_sale(row: Row, position: FilePosition, row_format: RowFormat) -> Sale:
    """Return the sale a row records. Raises UnusableValueError, with a `RefusalReason`, when it records none."""
    _refuse_without(row, "invoice", "stock_code", "quantity", "date", "price")
    if _CANCELLATION.match(row["invoice"]):
        raise UnusableValueError(RefusalReason.CANCELLATION, row["invoice"])
    if _ADJUSTMENT.match(row["invoice"]):
        raise UnusableValueError(RefusalReason.ADJUSTMENT, row["invoice"])
    product_id = stock_code(row)
    price_minor = _sale_price_minor(row["price"], row_format.mark)
    quantity = _sale_quantity(row["quantity"], row_format.mark)
    line = InvoiceLine(product_id, quantity, price_minor, position)
    return Sale(
        row["invoice"], _moment(row["date"], row_format.order), _customer(row["customer"]), row["country"], line
    )


@lru_cache(maxsize=16_384)
def _stock_code(code: str) -> str:
    if _NO_GOODS.fullmatch(code):
        raise UnusableValueError(RefusalReason.NO_GOODS, code)
    try:
        return stock_code_id(code)
    except ValueError as error:
        raise UnusableValueError(RefusalReason.STOCK_CODE, code) from error


def stock_code(row: Row) -> str:
    """Return the product id of a row. Raises UnusableValueError when it names no goods, or the row is out of shape."""
    _refuse_without(row, "stock_code")
    return _stock_code(row["stock_code"])


def number(text: str, mark: DecimalMark) -> Decimal:
    """Read a number. Raises UnusableValueError."""
    try:
        return read_amount(text, mark)
    except ValueError as error:
        raise UnusableValueError(RefusalReason.UNREADABLE_NUMBER, text) from error


def _most_usual(said: Counter[str]) -> str:
    return min(said, key=lambda text: (-said[text], text), default="")


def refuse_lines(
    sales: Sales, invoice: Invoice, lines: Iterable[InvoiceLine], reason: RefusalReason, detail: str
) -> None:
    """Count lines of an invoice among the refused rows."""
    sales.refused.extend(remark(line.position, reason, f"{invoice.number}: {detail}") for line in lines)


def _refuse_without(row: Row, *columns: str) -> None:
    if row.surplus:
        raise UnusableValueError(RefusalReason.SURPLUS)
    for column in columns:
        if not row[column]:
            raise UnusableValueError(RefusalReason.MISSING_FIELD, LAYOUT.columns[column][0])


def _sale_price_minor(text: str, mark: DecimalMark) -> int:
    price = number(text, mark)
    if price < 0:
        raise UnusableValueError(RefusalReason.NEGATIVE_PRICE, text)
    if price == 0:
        raise UnusableValueError(RefusalReason.ZERO_PRICE)
    try:
        return to_minor(price, CURRENCY)
    except InvalidAmount as error:
        raise UnusableValueError(RefusalReason.FINE_PRICE, text) from error


def _sale_quantity(text: str, mark: DecimalMark) -> int:
    try:
        quantity = read_whole(text, mark)
    except ValueError as error:
        raise UnusableValueError(RefusalReason.UNREADABLE_NUMBER, text) from error
    if quantity <= 0:
        raise UnusableValueError(RefusalReason.NOT_POSITIVE, text)
    if quantity > MAX_QUANTITY:
        raise UnusableValueError(RefusalReason.QUANTITY_LIMIT, text)
    return quantity


def _moment(text: str, order: DateOrder) -> datetime:
    """Read when an invoice was written. The shop's own local time: it only puts invoices in order."""
    try:
        return read_date(text, order)
    except ValueError as error:
        raise UnusableValueError(RefusalReason.UNREADABLE_DATE, text) from error


def _customer(text: str) -> str:
    """Return the customer's number; empty when it is none."""
    return text if _CUSTOMER.fullmatch(text) else ""
