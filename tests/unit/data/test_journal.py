from __future__ import annotations

from pathlib import Path

import pytest

from tradewind_tools.data.errors import DataError
from tradewind_tools.data.journal import CustomerEntry, LostEntry, OrderEntry, StatusEntry, StockEntry, open_journal
from tradewind_tools.data.messages import Stock

URL = "http://localhost:8080"


def journal_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_what_is_recorded_is_there_when_opened_again(tmp_path: Path) -> None:
    with open_journal(tmp_path / "replay", URL) as journal:
        begun = journal.begun_at
        journal.record(CustomerEntry("ada@shop.example", "user-1"))
        journal.record(StockEntry("cup", Stock(available=5, sold=1)))
        journal.record(StockEntry("postage", None))
        journal.record(OrderEntry("536365", "order-1", {"cup": 2}))
        journal.record(StatusEntry("order-1", "processing"))
    with open_journal(tmp_path / "replay", URL) as journal:
        assert journal.begun_at == begun
        assert journal.customers == {"ada@shop.example": "user-1"}
        assert journal.counted == {"cup": Stock(available=5, sold=1), "postage": None}
        assert journal.orders == {"536365": OrderEntry("536365", "order-1", {"cup": 2})}
        assert journal.statuses == {"order-1": "processing"}


def test_a_line_torn_by_a_crash_is_no_entry(tmp_path: Path) -> None:
    with open_journal(tmp_path, URL) as journal:
        journal.record(CustomerEntry("ada@shop.example", "user-1"))
    with journal_file(tmp_path).open("ab") as file:
        file.write(b'{"type":"order","inv')
    with open_journal(tmp_path, URL) as journal:
        journal.record(CustomerEntry("bob@shop.example", "user-2"))
    with open_journal(tmp_path, URL) as journal:
        assert journal.customers == {"ada@shop.example": "user-1", "bob@shop.example": "user-2"}
        assert journal.orders == {}


def test_each_shop_has_its_own(tmp_path: Path) -> None:
    with open_journal(tmp_path, URL) as journal:
        journal.record(CustomerEntry("ada@shop.example", "user-1"))
    with open_journal(tmp_path, "https://shop.example/prod") as journal:
        assert journal.customers == {}
    assert len(list(tmp_path.iterdir())) == 2


def test_only_one_replay_at_a_time_writes_it(tmp_path: Path) -> None:
    with (
        open_journal(tmp_path, URL),
        pytest.raises(DataError, match="another replay into http://localhost:8080 is running"),
        open_journal(tmp_path, URL),
    ):
        pass


def test_it_can_start_over(tmp_path: Path) -> None:
    with open_journal(tmp_path, URL) as journal:
        journal.record(OrderEntry("536365", "order-1", {"cup": 2}))
        journal.start_over()
        journal.record(CustomerEntry("ada@shop.example", "user-2"))
    with open_journal(tmp_path, URL) as journal:
        assert journal.orders == {}
        assert journal.customers == {"ada@shop.example": "user-2"}


def test_an_order_that_is_lost_is_none(tmp_path: Path) -> None:
    with open_journal(tmp_path, URL) as journal:
        journal.record(OrderEntry("1", "order-1", {"cup": 2}))
        journal.record(StatusEntry("order-1", "processing"))
        journal.record(LostEntry("1"))
        assert journal.orders == {}
        assert journal.units_sold() == {}


def test_units_sold_are_those_of_confirmed_orders_placed_since_the_count(tmp_path: Path) -> None:
    with open_journal(tmp_path, URL) as journal:
        journal.record(OrderEntry("1", "order-1", {"cup": 2, "mug": 1}))
        journal.record(OrderEntry("2", "order-2", {"cup": 4}))
        journal.record(OrderEntry("3", "order-3", {"cup": 8}))
        journal.record(OrderEntry("4", "order-4", {"cup": 16}, was_there=True))
        journal.record(OrderEntry("5", "order-5", {"cup": 32}))
        for order_id in ("order-1", "order-4"):
            journal.record(StatusEntry(order_id, "processing"))
        journal.record(StatusEntry("order-2", "cancelled"))
        journal.record(StatusEntry("order-5", "completed"))
        assert journal.units_sold() == {"cup": 34, "mug": 1}
