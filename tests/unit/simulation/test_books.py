from __future__ import annotations

from random import Random

import pytest

from tradewind.aws.table import Item
from tradewind_tools.memory.table import StreamRecord
from tradewind_tools.simulation.bank import Bank
from tradewind_tools.simulation.books import Books
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.scheduler import Scheduler


@pytest.fixture
def bank() -> Bank:
    return Bank(Calls(Scheduler(), PlannedFaults({}), Random(1)), Random(1), lambda _: None)


@pytest.fixture
def books(bank: Bank) -> Books:
    books = Books()
    books.follow([record(None, stock(5))], bank)
    return books


def stock(available: int, reserved: int = 0, sold: int = 0) -> Item:
    return {
        "PK": "PRODUCT#mug",
        "SK": "STOCK",
        "productId": "mug",
        "available": available,
        "reserved": reserved,
        "sold": sold,
    }


def reservation(status: str) -> Item:
    return {"PK": "ORDER#1", "SK": "RESERVATION#00", "orderId": "1", "status": status, "units": {"mug": 2}}


def order(status: str, payment: str = "unpaid", fulfilment: str = "unfulfilled") -> Item:
    states = {"status": status, "paymentStatus": payment, "fulfilmentStatus": fulfilment}
    return {
        "PK": "USER#1",
        "SK": "ORDER#1",
        "orderId": "1",
        "totalMinor": 500,
        "GSI2PK": f"STATUS#{status}#1",
        **states,
    }


def record(old: Item | None, new: Item) -> StreamRecord:
    return StreamRecord("MODIFY" if old else "INSERT", new, old)


def test_stock_and_its_reservation_that_move_together_are_well(books: Books, bank: Bank) -> None:
    books.follow([record(stock(5), stock(3, 2)), record(None, reservation("held"))], bank)
    books.follow([record(stock(3, 2), stock(3, 0, 2)), record(reservation("held"), reservation("committed"))], bank)
    assert books.violations == []


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (stock(3), "was 5"),
        (stock(3, 2), "reservations add up to 0"),
        (stock(-1, 6), "negative"),
    ],
)
def test_stock_that_moves_alone_is_told(books: Books, bank: Bank, after: Item, told: str) -> None:
    books.follow([record(stock(5), after)], bank)
    assert any(told in violation for violation in books.violations)


def test_stock_taken_for_a_cancelled_order_is_told(books: Books, bank: Bank) -> None:
    books.follow([record(order("pending"), order("cancelled"))], bank)
    books.follow([record(stock(5), stock(3, 2)), record(None, reservation("held"))], bank)
    assert books.violations == ["stock was held for order 1 after it was cancelled"]


def test_an_order_confirmed_without_money_is_told(books: Books, bank: Bank) -> None:
    books.follow([record(order("pending"), order("processing"))], bank)
    assert books.violations == ["order 1 of 500 was confirmed with 0 paid"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (order("cancelled"), order("pending"), "status went from cancelled to pending"),
        (order("cancelled", "refunded"), order("cancelled", "paid"), "paymentStatus went from refunded to paid"),
        (
            order("completed", "paid", "fulfilled"),
            order("completed", "paid", "unfulfilled"),
            "fulfilmentStatus went from fulfilled to unfulfilled",
        ),
    ],
    ids=["order", "payment", "fulfilment"],
)
def test_a_state_that_comes_back_is_told(books: Books, bank: Bank, before: Item, after: Item, told: str) -> None:
    books.follow([record(before, after)], bank)
    assert books.violations == [f"order 1: {told}"]


def test_money_of_an_order_cancelled_before_it_was_confirmed_may_go_back(books: Books, bank: Bank) -> None:
    books.follow([record(order("cancelled"), order("cancelled", "refunded"))], bank)
    assert books.violations == []


def test_an_order_that_stands_in_another_list_than_its_own_is_told(books: Books, bank: Bank) -> None:
    books.follow([record(None, order("pending") | {"GSI2PK": "STATUS#completed#1"})], bank)
    assert books.violations == ["order 1 is pending and listed under STATUS#completed#1"]


@pytest.mark.parametrize(("wanted", "was_short"), [(3, False), (4, True)])
def test_what_was_there_at_its_fewest_is_remembered(books: Books, bank: Bank, wanted: int, *, was_short: bool) -> None:
    for available in (3, 5):
        books.follow([record(stock(5), stock(available))], bank)
    assert books.was_short_of({"mug": wanted, "no stock": 9}) is was_short
