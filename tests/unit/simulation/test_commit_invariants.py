from __future__ import annotations

from random import Random

import pytest

from tradewind.aws.table import Item
from tradewind.settings import Settings
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation.calls import Calls
from tradewind_tools.simulation.commit_invariants import CommitChecker
from tradewind_tools.simulation.faults import PlannedFaults
from tradewind_tools.simulation.payment_provider import SimulatedProvider
from tradewind_tools.simulation.scheduler import Scheduler


@pytest.fixture
def provider() -> SimulatedProvider:
    return SimulatedProvider(Calls(Scheduler(), PlannedFaults({}), Random(1)), Random(1), lambda _: None)


@pytest.fixture
def checker(provider: SimulatedProvider) -> CommitChecker:
    checker = CommitChecker(Settings())
    checker.check([record(None, stock(5))], provider)
    return checker


def stock(available: int, reserved: int = 0, sold: int = 0) -> Item:
    return {
        "PK": "PRODUCT#mug",
        "SK": "STOCK#main#000000",
        "variantId": "mug",
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


def record(old: Item | None, new: Item) -> TableChange:
    return TableChange("MODIFY" if old else "INSERT", new, old)


def test_stock_that_moves_with_its_reservation_is_no_violation(
    checker: CommitChecker, provider: SimulatedProvider
) -> None:
    checker.check([record(stock(5), stock(3, 2)), record(None, reservation("held"))], provider)
    checker.check(
        [record(stock(3, 2), stock(3, 0, 2)), record(reservation("held"), reservation("committed"))], provider
    )
    assert checker.violations == []


@pytest.mark.parametrize(
    ("after", "violation"),
    [
        (stock(3), "was 5"),
        (stock(3, 2), "reservations add up to 0"),
        (stock(-1, 6), "negative"),
    ],
)
def test_stock_that_moves_without_its_reservation_is_a_violation(
    checker: CommitChecker, provider: SimulatedProvider, after: Item, violation: str
) -> None:
    checker.check([record(stock(5), after)], provider)
    assert any(violation in each for each in checker.violations)


def test_stock_held_for_a_cancelled_order_is_a_violation(checker: CommitChecker, provider: SimulatedProvider) -> None:
    checker.check([record(order("pending"), cancelled_for("CustomerRequest"))], provider)
    checker.check([record(stock(5), stock(3, 2)), record(None, reservation("held"))], provider)
    assert checker.violations == ["stock was held for order 1 after it was cancelled"]


def test_order_confirmed_without_payment_is_a_violation(checker: CommitChecker, provider: SimulatedProvider) -> None:
    checker.check([record(order("pending"), order("processing"))], provider)
    assert checker.violations == ["order 1 of 500 was confirmed with 0 paid"]


@pytest.mark.parametrize(
    ("before", "after", "violation"),
    [
        (order("cancelled"), order("pending"), "status went from cancelled to pending"),
        (order("cancelled", "refunded"), order("cancelled", "unpaid"), "paymentStatus went from refunded to unpaid"),
        (
            order("completed", "paid", "fulfilled"),
            order("completed", "paid", "unfulfilled"),
            "fulfilmentStatus went from fulfilled to unfulfilled",
        ),
    ],
    ids=["order", "payment", "fulfilment"],
)
def test_transition_that_its_table_forbids_is_a_violation(
    checker: CommitChecker, provider: SimulatedProvider, before: Item, after: Item, violation: str
) -> None:
    checker.check([record(before, after)], provider)
    assert checker.violations == [f"order 1: {violation}"]


def test_refund_of_a_cancelled_order_is_no_violation(checker: CommitChecker, provider: SimulatedProvider) -> None:
    checker.check([record(order("cancelled"), order("cancelled", "refunded"))], provider)
    assert checker.violations == []


def test_order_listed_under_another_status_is_a_violation(checker: CommitChecker, provider: SimulatedProvider) -> None:
    checker.check([record(None, order("pending") | {"GSI2PK": "STATUS#completed#1"})], provider)
    assert checker.violations == ["order 1 is pending and listed under STATUS#completed#1"]


def cancelled_for(reason: str) -> Item:
    return order("cancelled") | {"cancelReason": reason}


def test_order_cancelled_for_stock_that_was_there_is_a_violation(
    checker: CommitChecker, provider: SimulatedProvider
) -> None:
    checker.check([record(order("pending"), cancelled_for("OutOfStock"))], provider)
    assert checker.violations == ["order 1 was cancelled for OutOfStock, and its stock was not short"]


def test_order_whose_stock_was_sold_to_somebody_else_may_be_cancelled(
    checker: CommitChecker, provider: SimulatedProvider
) -> None:
    checker.check([record(None, reservation("released"))], provider)
    checker.check([record(stock(5), stock(1, 4))], provider)
    checker.violations.clear()
    checker.check([record(order("pending"), cancelled_for("OutOfStock"))], provider)
    assert checker.violations == []


def payment(state: str) -> Item:
    return {"PK": "ORDER#1", "SK": "PAYMENT#01", "orderId": "1", "state": state}


@pytest.mark.parametrize(
    ("states", "reason", "is_violation"),
    [
        (["requested", "succeeded"], "InvalidOrder", True),
        (["requested", "succeeded"], "PaymentTimeout", True),
        (["requested", "succeeded"], "CustomerRequest", False),
        (["requested", "failed"], "CardDeclined", False),
        (["requested", "failed", "succeeded"], "PaymentTimeout", False),
    ],
)
def test_paid_order_is_cancelled_for_no_technical_reason(
    checker: CommitChecker, provider: SimulatedProvider, states: list[str], reason: str, *, is_violation: bool
) -> None:
    for state in states:
        checker.check([record(None, payment(state))], provider, now_ms=1)
    checker.check([record(order("pending"), cancelled_for(reason))], provider, now_ms=2)
    assert checker.violations == ([f"order 1 was paid, and was cancelled for {reason}"] if is_violation else [])


def entry(kind: str, amount_minor: int) -> Item:
    return {
        "PK": "ORDER#1",
        "SK": f"LEDGER#{kind}",
        "entryId": kind,
        "orderId": "1",
        "kind": kind,
        "reference": kind,
        "amountMinor": amount_minor,
        "currency": "USD",
        "at": "2026-11-21T03:00:00Z",
    }


@pytest.mark.parametrize(("refunded", "violations"), [(500, []), (501, ["order 1 keeps -1 by its ledger"])])
def test_ledger_that_keeps_less_than_nothing_is_a_violation(
    checker: CommitChecker, provider: SimulatedProvider, refunded: int, violations: list[str]
) -> None:
    checker.check([record(None, entry("charged", 500)), record(None, entry("refunded", refunded))], provider)
    assert checker.violations == violations
