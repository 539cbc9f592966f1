"""What a replay did, on disk as it happens, so that running it again goes on where it ended.

The shop remembers an Idempotency-Key for a day; the journal remembers which invoice became which order for good. It
also holds each product's stock before the first order touched it, which the final count is held against.
"""

from __future__ import annotations

import fcntl
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec

from tradewind_tools.data.errors import DataError
from tradewind_tools.data.messages import OrderStatus, Stock

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


class BegunEntry(msgspec.Struct, frozen=True, tag="begun"):
    at: datetime


class CustomerEntry(msgspec.Struct, frozen=True, tag="customer"):
    email: str
    user_id: str


class StockEntry(msgspec.Struct, frozen=True, tag="stock"):
    """A product's stock before the replay; None when it tracks none."""

    product_id: str
    stock: Stock | None


class OrderEntry(msgspec.Struct, frozen=True, tag="order"):
    """An invoice and the order it became. `was_there`: the order is older than the stock counts of this journal."""

    invoice: str
    order_id: str
    units: dict[str, int]
    was_there: bool = False


class StatusEntry(msgspec.Struct, frozen=True, tag="settled"):
    order_id: str
    status: OrderStatus


class LostEntry(msgspec.Struct, frozen=True, tag="lost"):
    """The shop does not know the invoice's order any more: it went back to an earlier state of its own."""

    invoice: str


JournalEntry = BegunEntry | CustomerEntry | StockEntry | OrderEntry | StatusEntry | LostEntry


class Journal:
    """The entries so far, by what they are about; safe to write to from several threads."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._writing = threading.Lock()
        self.begun_at = datetime.now(UTC)
        self._forget()
        line = b""
        for line in file:
            self._remember_line(line)
        if not line:
            self.record(BegunEntry(self.begun_at))
        elif not line.endswith(b"\n"):
            file.write(b"\n")

    def record(self, entry: JournalEntry) -> None:
        with self._writing:
            self._file.write(msgspec.json.encode(entry) + b"\n")
            self._file.flush()
            self._remember(entry)

    def start_over(self) -> None:
        """Forget everything: the entries are about another shop."""
        self._file.seek(0)
        self._file.truncate()
        self._forget()
        self.begun_at = datetime.now(UTC)
        self.record(BegunEntry(self.begun_at))

    def units_sold(self) -> dict[str, int]:
        """Return the units of each product in confirmed orders that were placed since stock was counted."""
        sold: dict[str, int] = {}
        for placed in self.orders.values():
            if not placed.was_there and self.statuses.get(placed.order_id) in {"processing", "completed"}:
                for product, units in placed.units.items():
                    sold[product] = sold.get(product, 0) + units
        return sold

    def _forget(self) -> None:
        self.customers: dict[str, str] = {}
        self.counted: dict[str, Stock | None] = {}
        self.orders: dict[str, OrderEntry] = {}
        self.statuses: dict[str, OrderStatus] = {}

    def _remember_line(self, line: bytes) -> None:
        try:
            self._remember(msgspec.json.decode(line, type=JournalEntry))
        except msgspec.DecodeError:
            return  # the line being written when the machine went down

    def _remember(self, entry: JournalEntry) -> None:
        match entry:
            case BegunEntry(at=at):
                self.begun_at = at
            case CustomerEntry(email=email, user_id=user_id):
                self.customers[email] = user_id
            case StockEntry(product_id=product, stock=stock):
                self.counted[product] = stock
            case OrderEntry(invoice=invoice):
                self.orders[invoice] = entry
            case StatusEntry(order_id=order_id, status=status):
                self.statuses[order_id] = status
            case LostEntry(invoice=invoice):
                self.orders.pop(invoice, None)


@contextmanager
def open_journal(folder: Path, shop_url: str) -> Iterator[Journal]:
    """Open the journal of this shop; one replay at a time. Raises DataError when another runs."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"online-retail-{_NOT_IN_NAMES.sub('-', shop_url.partition('://')[2])}.jsonl"
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(f"another replay into {shop_url} is running") from error
        file.seek(0)
        yield Journal(file)
