from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import CUSTOMER_ID, START

from tradewind.checkout.reconciliation import Mismatch, OrderRecords, find_mismatches
from tradewind.inventory.public import Reservation, ReservationStatus, plan_reservations
from tradewind.ordering.model import (
    Address,
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    OrderWithLines,
    PaymentStatus,
    count_tracked_units,
    total_minor,
)
from tradewind.payments.public import Balance

ORDER_ID = "01KAJ0RDER0000000000000001"

LINES = st.lists(
    st.builds(
        OrderLine,
        variant_id=st.sampled_from([f"product-{number}" for number in range(100)]),
        name=st.just("Thing"),
        quantity=st.integers(1, 50),
        unit_price_minor=st.integers(1, 10_000),
        tracked=st.booleans(),
    ),
    min_size=1,
    max_size=120,
)


def order(lines: list[OrderLine], status: OrderStatus, refunded_minor: int = 0) -> Order:
    return Order(
        order_id=ORDER_ID,
        customer_id=CUSTOMER_ID,
        status=status,
        payment_status=PaymentStatus.PAID,
        fulfilment_status=FulfilmentStatus.UNFULFILLED,
        currency="USD",
        total_minor=total_minor(lines),
        refunded_minor=refunded_minor,
        line_count=len(lines),
        shipping_address=Address("1 Lane", "GB", "London", "N1 9GU"),
        payment_token="tok",
        created_at=START,
        updated_at=START,
        version=2,
        correlation_id="request-1",
    )


def reservations(lines: list[OrderLine], status: ReservationStatus) -> list[Reservation]:
    held = plan_reservations(ORDER_ID, count_tracked_units(lines), START + timedelta(minutes=15))
    return [msgspec.structs.replace(chunk, status=status) for chunk in held]


def paid(lines: list[OrderLine], status: OrderStatus = OrderStatus.PROCESSING) -> OrderRecords:
    """An order that went well."""
    placed = OrderWithLines(order(lines, status), lines)
    return OrderRecords(placed, reservations(lines, ReservationStatus.COMMITTED), Balance(total_minor(lines), 0))


def cancelled(lines: list[OrderLine], charged: int) -> OrderRecords:
    """An order whose stock and money went back."""
    placed = OrderWithLines(order(lines, OrderStatus.CANCELLED, charged), lines)
    return OrderRecords(placed, reservations(lines, ReservationStatus.RELEASED), Balance(charged, charged))


def with_order(records: OrderRecords, **fields: object) -> OrderRecords:
    changed = msgspec.structs.replace(records.order, **fields)
    return msgspec.structs.replace(records, placed=OrderWithLines(changed, records.placed.lines))


@given(LINES, st.sampled_from([OrderStatus.PROCESSING, OrderStatus.COMPLETED]))
def test_paid_and_sold_order_adds_up(lines: list[OrderLine], status: OrderStatus) -> None:
    assert find_mismatches(paid(lines, status)) == []


@given(LINES, st.booleans())
def test_order_that_gave_everything_back_adds_up(lines: list[OrderLine], was_paid: bool) -> None:  # noqa: FBT001 - drawn
    assert find_mismatches(cancelled(lines, total_minor(lines) if was_paid else 0)) == []


@given(LINES, st.data())
def test_refunds_may_lag_behind_what_was_decided_and_not_exceed_it(lines: list[OrderLine], data: st.DataObject) -> None:
    total = total_minor(lines)
    decided = data.draw(st.integers(0, total), "decided")
    moved = data.draw(st.integers(-total, total), "moved")
    money = Balance(total, moved)
    confirmed = msgspec.structs.replace(with_order(paid(lines), refunded_minor=decided), money=money)
    assert (Mismatch.MONEY in find_mismatches(confirmed)) == (not 0 <= moved <= decided)

    gone = msgspec.structs.replace(cancelled(lines, total), money=money)
    assert (Mismatch.MONEY in find_mismatches(gone)) == (not 0 <= moved <= total)
    kept = msgspec.structs.replace(with_order(gone, refunded_minor=decided), money=money)
    assert decided == total or Mismatch.MONEY in find_mismatches(kept), "all that was charged is to go back"


@given(LINES, st.data())
def test_order_that_keeps_less_than_nothing_is_overdrawn(lines: list[OrderLine], data: st.DataObject) -> None:
    total = total_minor(lines)
    refunded, disputed = data.draw(st.integers(0, 2 * total)), data.draw(st.integers(0, total))
    records = with_order(paid(lines), refunded_minor=refunded)
    moved = msgspec.structs.replace(records, money=Balance(total, refunded, disputed))
    assert (Mismatch.OVERDRAWN in find_mismatches(moved)) == (refunded + disputed > total)


@given(LINES, st.data())
def test_cancelled_order_owes_nothing_of_what_a_bank_took_back(lines: list[OrderLine], data: st.DataObject) -> None:
    total = total_minor(lines)
    disputed = data.draw(st.integers(1, total))
    records = with_order(cancelled(lines, total), refunded_minor=total - disputed)
    moved = msgspec.structs.replace(records, money=Balance(total, total - disputed, disputed))
    assert find_mismatches(moved) == []


@given(LINES, st.data())
def test_units_that_refunds_took_out_are_restocked_or_written_off(lines: list[OrderLine], data: st.DataObject) -> None:
    records = paid([*lines, OrderLine("shirt", "Shirt", 5, 100, tracked=True)])
    refunded = data.draw(st.integers(0, 5), "refunded")
    restocked, gone = data.draw(st.integers(0, 3), "restocked"), data.draw(st.integers(0, 2), "gone")
    left = data.draw(st.integers(0, 5), "left")
    taken_out = {"restocked": {"shirt": restocked}, "written_off": {"shirt": gone}}
    reserved = [
        msgspec.structs.replace(chunk, units=chunk.units | {"shirt": left}, **taken_out)
        if "shirt" in chunk.units
        else chunk
        for chunk in records.reservations
    ]
    looked_at = msgspec.structs.replace(with_order(records, refunded_units={"shirt": refunded}), reservations=reserved)
    is_right = restocked + gone == refunded and left == 5 - refunded
    assert (Mismatch.UNITS in find_mismatches(looked_at)) == (not is_right)


@given(LINES, st.sampled_from(ReservationStatus), st.sampled_from(OrderStatus))
def test_reservations_match_the_order_status(
    lines: list[OrderLine], status: ReservationStatus, decided: OrderStatus
) -> None:
    lines = [*lines, OrderLine("shirt", "Shirt", 1, 100, tracked=True)]
    records = with_order(paid(lines), status=decided)
    looked_at = msgspec.structs.replace(records, reservations=reservations(lines, status))
    is_cancelled = decided is OrderStatus.CANCELLED
    wanted = ReservationStatus.RELEASED if is_cancelled else ReservationStatus.COMMITTED
    assert (Mismatch.STOCK in find_mismatches(looked_at)) == (status is not wanted)


SHIRTS = [OrderLine("shirt", "Shirt", 2, 1250, tracked=True), OrderLine("postage", "Postage", 1, 300, tracked=False)]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"status": OrderStatus.PENDING}, [Mismatch.UNDECIDED]),
        ({"line_count": 3}, [Mismatch.LINES]),
        ({"total_minor": 2799}, [Mismatch.LINES, Mismatch.MONEY]),
        ({"status": OrderStatus.CANCELLED}, [Mismatch.STOCK, Mismatch.MONEY]),
    ],
)
def test_each_mismatch_is_found(fields: dict[str, object], wrong: list[Mismatch]) -> None:
    assert find_mismatches(with_order(paid(SHIRTS), **fields)) == wrong


@pytest.mark.parametrize("charged", [0, 2799, 2801, 5600])
def test_confirmed_order_was_charged_once_and_in_full(charged: int) -> None:
    assert find_mismatches(msgspec.structs.replace(paid(SHIRTS), money=Balance(charged, 0))) == [Mismatch.MONEY]


def test_units_that_were_not_ordered_or_not_reserved_are_a_mismatch() -> None:
    records = paid(SHIRTS)
    (chunk,) = records.reservations
    for units in ({"shirt": 3}, {"shirt": 1}, {}, {"shirt": 2, "postage": 1}):
        held = [msgspec.structs.replace(chunk, units=units)]
        assert find_mismatches(msgspec.structs.replace(records, reservations=held)) == [Mismatch.UNITS]
    assert find_mismatches(msgspec.structs.replace(records, reservations=[])) == [Mismatch.UNITS]
