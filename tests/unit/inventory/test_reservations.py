from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START

from tradewind.aws.table import ConditionFailed
from tradewind.inventory.model import Stock
from tradewind.inventory.public import stock_from, stock_key
from tradewind.inventory.reservations import (
    MAX_PRODUCTS,
    RESERVATION_STATES,
    Reservation,
    ReservationStatus,
    abandoning,
    chunks,
    extending,
    holding,
    moving,
    of_order,
    overdue_without_order,
    placed,
    read_again,
)
from tradewind.inventory.store import new_stock
from tradewind_tools.memory.table import MemoryTable

ORDER = "01KAJ0RDER0000000000000001"
DEADLINE = START + timedelta(minutes=15)


def table_with(**available: int) -> MemoryTable:
    table = MemoryTable()
    for product_id, units in available.items():
        table.write(new_stock(Stock(product_id, units, 0, 0, 1)))
    return table


def stock(table: MemoryTable, product_id: str) -> tuple[int, int, int]:
    item = table.get(stock_key(product_id))
    assert item
    found = stock_from(item)
    return found.available, found.reserved, found.sold


def held(table: MemoryTable, **units: int) -> Reservation:
    (reservation,) = chunks(ORDER, units, DEADLINE)
    table.transact(holding(reservation))
    return reservation


def test_holding_takes_from_what_is_available() -> None:
    table = table_with(shirt=5)
    held(table, shirt=2)
    assert stock(table, "shirt") == (3, 2, 0)


def test_holding_more_than_there_is_names_the_product_and_changes_nothing() -> None:
    table = table_with(hat=5, shirt=1)
    (reservation,) = chunks(ORDER, {"shirt": 2, "hat": 1}, DEADLINE)
    with pytest.raises(ConditionFailed) as failure:
        table.transact(holding(reservation))
    assert [list(reservation.units)[position] for position in failure.value.positions] == ["shirt"]
    assert stock(table, "hat") == (5, 0, 0)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((ReservationStatus.COMMITTED,), (3, 0, 2)),
        ((ReservationStatus.RELEASED,), (5, 0, 0)),
        ((ReservationStatus.COMMITTED, ReservationStatus.RELEASED), (5, 0, 0)),
        ((ReservationStatus.RELEASED, ReservationStatus.HELD), (3, 2, 0)),
    ],
)
def test_every_transition_moves_the_stock_with_it(
    path: tuple[ReservationStatus, ...], expected: tuple[int, int, int]
) -> None:
    table = table_with(shirt=5)
    reservation = held(table, shirt=2)
    for status in path:
        table.transact(moving(reservation, status))
        reservation = read_again(table, reservation)
    assert stock(table, "shirt") == expected
    assert reservation.status is path[-1]


def test_a_transition_happens_once() -> None:
    table = table_with(shirt=5)
    reservation = held(table, shirt=2)
    table.transact(moving(reservation, ReservationStatus.COMMITTED))
    with pytest.raises(ConditionFailed):
        table.transact(moving(reservation, ReservationStatus.COMMITTED))
    assert stock(table, "shirt") == (3, 0, 2)


def test_a_transition_that_the_states_do_not_allow_is_a_fault() -> None:
    reservation = Reservation(ORDER, 0, ReservationStatus.RELEASED, DEADLINE, {"shirt": 1})
    with pytest.raises(ValueError, match="from released to committed"):
        moving(reservation, ReservationStatus.COMMITTED)


def test_only_a_held_reservation_is_extended() -> None:
    table = table_with(shirt=5)
    reservation = held(table, shirt=2)
    table.write(extending(reservation, DEADLINE + timedelta(days=1)))
    assert read_again(table, reservation).held_until == DEADLINE + timedelta(days=1)
    table.transact(moving(reservation, ReservationStatus.RELEASED))
    with pytest.raises(ConditionFailed):
        table.write(extending(reservation, DEADLINE))


def test_a_reservation_ahead_of_its_order_is_found_when_the_order_never_comes() -> None:
    table = table_with(shirt=5)
    (reservation,) = chunks(ORDER, {"shirt": 2}, DEADLINE)
    table.transact(holding(reservation, ahead_of_order=True))
    assert overdue_without_order(table, DEADLINE - timedelta(seconds=1)) == []
    (found,) = overdue_without_order(table, DEADLINE + timedelta(seconds=1))
    table.transact(abandoning(found))
    assert stock(table, "shirt") == (5, 0, 0)
    assert overdue_without_order(table, DEADLINE + timedelta(days=1)) == []


def test_a_placed_order_keeps_its_reservation_from_the_sweeper() -> None:
    table = table_with(shirt=5)
    (reservation,) = chunks(ORDER, {"shirt": 2}, DEADLINE)
    table.transact(holding(reservation, ahead_of_order=True))
    table.write(placed(reservation))
    assert overdue_without_order(table, DEADLINE + timedelta(days=1)) == []
    with pytest.raises(ConditionFailed):
        table.transact(abandoning(reservation))
    with pytest.raises(ConditionFailed):
        table.write(placed(reservation))


@given(st.dictionaries(st.integers(0, 400).map(lambda n: f"p{n}"), st.integers(1, 9), max_size=300))
def test_chunks_hold_everything_once_and_fit_a_transaction(units: dict[str, int]) -> None:
    parts = chunks(ORDER, units, DEADLINE)
    assert {name: count for part in parts for name, count in part.units.items()} == units
    assert sum(len(part.units) for part in parts) == len(units)
    assert all(1 <= len(part.units) <= MAX_PRODUCTS for part in parts)
    assert [part.number for part in parts] == list(range(len(parts)))


@given(st.lists(st.sampled_from(ReservationStatus), max_size=8), st.integers(1, 5))
def test_stock_is_conserved_and_never_negative_whatever_the_transitions(
    wishes: list[ReservationStatus], units: int
) -> None:
    table = table_with(shirt=5)
    reservation = held(table, shirt=units)
    for wish in wishes:
        if wish is not reservation.status and RESERVATION_STATES.allows(reservation.status, wish):
            table.transact(moving(reservation, wish))
            reservation = read_again(table, reservation)
    counts = stock(table, "shirt")
    assert sum(counts) == 5
    assert min(counts) >= 0


def test_the_reservations_of_an_order_come_in_their_order() -> None:
    products = {f"p{number:03d}": 1 for number in range(200)}
    table = table_with(**dict.fromkeys(products, 1))
    for reservation in chunks(ORDER, products, DEADLINE):
        table.transact(holding(reservation))
    assert [reservation.number for reservation in of_order(table, ORDER)] == [0, 1, 2]
