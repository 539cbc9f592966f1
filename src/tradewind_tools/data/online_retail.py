"""Invoice rows in the format of the UCI Online Retail data set, and which of them are sales.

Format: Daqing Chen, UCI Machine Learning Repository, doi 10.24432/C5BW33; also its second edition's column names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tradewind.kernel.errors import InvalidAmount
from tradewind.kernel.money import to_minor
from tradewind_tools.data.amounts import read_amount, read_whole
from tradewind_tools.data.catalogue import FilePosition, Remark, UnusableValueError, remark
from tradewind_tools.data.csv_rows import DEFAULT_ENCODING, Layout, Row, read_rows
from tradewind_tools.data.product_ids import stock_code_id

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
_CUSTOMER = re.compile(r"(\w[\w-]*?)(?:\.0+)?")
_DATE_FORMATS = ("%m/%d/%Y %H:%M", "%m/%d/%y %H:%M", "%m/%d/%Y %H:%M:%S")


class RefusalReason(StrEnum):
    """Why a row is no sale."""

    CANCELLATION = "cancellation (invoice C…)"
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
    row: int

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
    """An invoice with its accepted lines, in the order they stand in the file."""

    number: str
    file: Path
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
    rows_read: int = 0
    invoices_read: int = 0

    @property
    def rows_accepted(self) -> int:
        return sum(len(invoice.lines) for invoice in self.invoices)

    @property
    def total_minor(self) -> int:
        return sum(invoice.total_minor for invoice in self.invoices)


def read_sales(files: Sequence[Path], encoding: str = DEFAULT_ENCODING) -> Sales:
    """Read the invoices of the files. Raises UnreadableFileError when a file has another format."""
    sales = Sales()
    invoices: dict[str, Invoice] = {}
    numbers: set[str] = set()
    for position, row in read_located_rows(files, encoding):
        sales.rows_read += 1
        numbers.add(row["invoice"])
        try:
            _add(invoices, position.file, parse_sale(row))
        except UnusableValueError as error:
            sales.refused.append(remark(position, error.reason, error.detail))
    sales.invoices_read = len(numbers - {""})
    _keep_placeable(sales, invoices.values())
    return sales


def read_located_rows(files: Sequence[Path], encoding: str = DEFAULT_ENCODING) -> Iterator[tuple[FilePosition, Row]]:
    """Yield each row of the files with its place. Raises UnreadableFileError."""
    for file in files:
        for row in read_rows(file, LAYOUT, encoding):
            yield FilePosition(file, row.line), row


def parse_sale(row: Row) -> Sale:
    """Return the sale a row records. Raises UnusableValueError, with a `RefusalReason`, when it records none."""
    _refuse_without(row, "invoice", "stock_code", "quantity", "date", "price")
    if _CANCELLATION.match(row["invoice"]):
        raise UnusableValueError(RefusalReason.CANCELLATION, row["invoice"])
    price_minor = _sale_price_minor(row["price"])
    quantity = _sale_quantity(row["quantity"])
    line = InvoiceLine(stock_code(row), quantity, price_minor, row.line)
    return Sale(row["invoice"], _moment(row["date"]), _customer(row["customer"]), row["country"], line)


@lru_cache(maxsize=16_384)
def _stock_code(code: str) -> str:
    try:
        return stock_code_id(code)
    except ValueError as error:
        raise UnusableValueError(RefusalReason.STOCK_CODE, code) from error


def stock_code(row: Row) -> str:
    """Return the product id of a row. Raises UnusableValueError when it has none, or the row is out of shape."""
    _refuse_without(row, "stock_code")
    return _stock_code(row["stock_code"])


def number(text: str) -> Decimal:
    """Read a number. Raises UnusableValueError."""
    try:
        return read_amount(text)
    except ValueError as error:
        raise UnusableValueError(RefusalReason.UNREADABLE_NUMBER, text) from error


def _add(invoices: dict[str, Invoice], file: Path, sale: Sale) -> None:
    new = Invoice(sale.invoice, file, sale.placed_at, sale.customer, sale.country)
    invoice = invoices.setdefault(sale.invoice, new)
    invoice.placed_at = min(invoice.placed_at, sale.placed_at)
    invoice.customer = invoice.customer or sale.customer
    invoice.lines.append(sale.line)


def _keep_placeable(sales: Sales, invoices: Iterable[Invoice]) -> None:
    for invoice in sorted(invoices, key=lambda invoice: (invoice.placed_at, invoice.number)):
        if len(invoice.lines) <= MAX_LINES:
            sales.invoices.append(invoice)
        else:
            refuse_lines(sales, invoice, invoice.lines, RefusalReason.TOO_MANY_LINES, f"{len(invoice.lines)} lines")


def refuse_lines(
    sales: Sales, invoice: Invoice, lines: Iterable[InvoiceLine], reason: RefusalReason, detail: str
) -> None:
    """Count lines of an invoice among the refused rows."""
    sales.refused.extend(
        remark(FilePosition(invoice.file, line.row), reason, f"{invoice.number}: {detail}") for line in lines
    )


def _refuse_without(row: Row, *columns: str) -> None:
    if row.surplus:
        raise UnusableValueError(RefusalReason.SURPLUS)
    for column in columns:
        if not row[column]:
            raise UnusableValueError(RefusalReason.MISSING_FIELD, LAYOUT.columns[column][0])


def _sale_price_minor(text: str) -> int:
    price = number(text)
    if price < 0:
        raise UnusableValueError(RefusalReason.NEGATIVE_PRICE, text)
    if price == 0:
        raise UnusableValueError(RefusalReason.ZERO_PRICE)
    try:
        return to_minor(price, CURRENCY)
    except InvalidAmount as error:
        raise UnusableValueError(RefusalReason.FINE_PRICE, text) from error


def _sale_quantity(text: str) -> int:
    try:
        quantity = read_whole(text)
    except ValueError as error:
        raise UnusableValueError(RefusalReason.UNREADABLE_NUMBER, text) from error
    if quantity <= 0:
        raise UnusableValueError(RefusalReason.NOT_POSITIVE, text)
    if quantity > MAX_QUANTITY:
        raise UnusableValueError(RefusalReason.QUANTITY_LIMIT, text)
    return quantity


@lru_cache(maxsize=16_384)
def _moment(text: str) -> datetime:
    """Read when an invoice was written. The shop's own local time: it only puts invoices in order."""
    for read in (datetime.fromisoformat, *map(_reader, _DATE_FORMATS)):
        try:
            return read(text).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise UnusableValueError(RefusalReason.UNREADABLE_DATE, text)


def _reader(date_format: str) -> Callable[[str], datetime]:
    return lambda text: datetime.strptime(text, date_format).replace(tzinfo=UTC)


def _customer(text: str) -> str:
    """Return the customer's number; spreadsheets write 17850 as `17850.0`."""
    match = _CUSTOMER.fullmatch(text)
    return match[1] if match else ""
