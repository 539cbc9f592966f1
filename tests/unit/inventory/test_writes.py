from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import ADMIN_ID, START, FakeClock

from tradewind.aws.table import ConditionFailed, Update, query_all
from tradewind.inventory.model import (
    RESERVATION_STATES,
    MovementKind,
    Reservation,
    ReservationStatus,
    Stock,
    apply_adjustment,
    plan_reservations,
)
from tradewind.inventory.reads import (
    list_overdue_reservations,
    movement_from,
    query_movements,
    reread_reservation,
    stock_from,
    stock_key,
)
from tradewind.inventory.writes import (
    attach_to_order,
    close_reservations,
    commit_reservation,
    delete_stock,
    extend_reservation,
    hold_again,
    hold_stock,
    insert_stock,
    move_reservation,
    open_stock,
    release_reservation,
    release_unplaced,
    restock,
    take_over,
    update_stock,
    write_off,
)
from tradewind_tools.memory.table import MemoryTable

ORDER = "01KAJ0RDER0000000000000001"
DEADLINE = START + timedelta(minutes=15)


def table_with(**available: int) -> MemoryTable:
    table = MemoryTable()
    for product_id, units in available.items():
        table.write(insert_stock(Stock(product_id, units, 0, 0, 1)))
    return table


def read_stock(table: MemoryTable, product_id: str) -> Stock:
    item = table.get(stock_key(product_id))
    assert item
    return stock_from(item)


def counts(table: MemoryTable, product_id: str) -> tuple[int, int, int]:
    """Available, reserved, sold."""
    stock = read_stock(table, product_id)
    return stock.available, stock.reserved, stock.sold


def reserve(table: MemoryTable, **units: int) -> Reservation:
    (reservation,) = plan_reservations(ORDER, units, DEADLINE)
    table.transact(hold_stock(reservation))
    return reservation


def reserve_ahead_of_order(table: MemoryTable, **units: int) -> Reservation:
    (reservation,) = plan_reservations(ORDER, units, DEADLINE)
    table.transact(hold_stock(reservation, ahead_of_order=True))
    return reservation


class TestStock:
    @pytest.fixture
    def table(self) -> MemoryTable:
        table = MemoryTable()
        table.transact(open_stock("shirt", 12, by=ADMIN_ID, clock=FakeClock()))
        return table

    def test_opening_stock_is_its_first_movement(self, table: MemoryTable) -> None:
        assert read_stock(table, "shirt") == Stock(
            variant_id="shirt", available=12, reserved=0, sold=0, version=1, received=12
        )
        [moved] = [movement_from(each) for each in query_all(table, query_movements("shirt"))]
        assert (moved.change, moved.kind, moved.by) == (12, MovementKind.OPENING, ADMIN_ID)

    def test_every_attribute_that_a_condition_tests_is_written(self, table: MemoryTable) -> None:
        item = table.get(stock_key("shirt"))
        assert item
        assert {"available", "reserved", "sold", "version"} <= item.keys()

    def test_opening_fails_when_the_product_has_stock_already(self, table: MemoryTable) -> None:
        with pytest.raises(ConditionFailed):
            table.transact(open_stock("shirt", 1, by=ADMIN_ID, clock=FakeClock(seed=1)))

    def test_update_writes_only_what_it_changes_and_fails_after_any_other_change(self, table: MemoryTable) -> None:
        before = read_stock(table, "shirt")
        update = update_stock(apply_adjustment(before, -2), before.version)

        table.write(update)
        assert read_stock(table, "shirt") == apply_adjustment(before, -2)

        table.write(Update(stock_key("shirt"), add={"reserved": 1, "available": -1, "version": 1}))
        with pytest.raises(ConditionFailed):
            table.write(update)

    def test_stock_that_no_order_holds_can_be_deleted(self, table: MemoryTable) -> None:
        table.write(delete_stock("shirt"))
        table.write(delete_stock("postage"))
        assert table.get(stock_key("shirt")) is None

    @pytest.mark.parametrize("taken", ["reserved", "sold"])
    def test_stock_that_an_order_took_cannot_be_deleted(self, table: MemoryTable, taken: str) -> None:
        table.write(Update(stock_key("shirt"), add={"available": -1, taken: 1, "version": 1}))
        with pytest.raises(ConditionFailed):
            table.write(delete_stock("shirt"))


def test_holding_stock_takes_from_what_is_available() -> None:
    table = table_with(shirt=5)
    reserve(table, shirt=2)
    assert counts(table, "shirt") == (3, 2, 0)


def test_holding_more_than_there_is_names_the_product_and_changes_nothing() -> None:
    table = table_with(hat=5, shirt=1)
    (reservation,) = plan_reservations(ORDER, {"shirt": 2, "hat": 1}, DEADLINE)
    with pytest.raises(ConditionFailed) as failure:
        table.transact(hold_stock(reservation))
    assert [list(reservation.units)[position] for position in failure.value.positions] == ["shirt"]
    assert counts(table, "hat") == (5, 0, 0)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ((ReservationStatus.COMMITTED,), (3, 0, 2)),
        ((ReservationStatus.RELEASED,), (5, 0, 0)),
        ((ReservationStatus.COMMITTED, ReservationStatus.RELEASED), (5, 0, 0)),
        ((ReservationStatus.RELEASED, ReservationStatus.HELD), (3, 2, 0)),
    ],
)
def test_every_transition_changes_the_stock_with_it(
    path: tuple[ReservationStatus, ...], expected: tuple[int, int, int]
) -> None:
    table = table_with(shirt=5)
    reservation = reserve(table, shirt=2)
    for status in path:
        table.transact(move_reservation(reservation, status))
        reservation = reread_reservation(table, reservation)
    assert counts(table, "shirt") == expected
    assert reservation.status is path[-1]


def test_a_transition_fails_when_it_was_made_before() -> None:
    table = table_with(shirt=5)
    reservation = reserve(table, shirt=2)
    table.transact(commit_reservation(reservation))
    with pytest.raises(ConditionFailed):
        table.transact(commit_reservation(reservation))
    assert counts(table, "shirt") == (3, 0, 2)


def test_a_transition_that_the_states_do_not_allow_is_a_fault() -> None:
    reservation = Reservation(ORDER, 0, ReservationStatus.RELEASED, DEADLINE, {"shirt": 1})
    with pytest.raises(ValueError, match="from released to committed"):
        commit_reservation(reservation)


def test_only_a_held_reservation_is_extended() -> None:
    table = table_with(shirt=5)
    reservation = reserve(table, shirt=2)
    table.write(extend_reservation(reservation, DEADLINE + timedelta(days=1)))
    assert reread_reservation(table, reservation).held_until == DEADLINE + timedelta(days=1)
    table.transact(release_reservation(reservation))
    with pytest.raises(ConditionFailed):
        table.write(extend_reservation(reservation, DEADLINE))


def test_a_closed_reservation_is_neither_held_nor_sold_but_released() -> None:
    table = table_with(shirt=5)
    reservation = reserve(table, shirt=2)
    table.transact(close_reservations([reservation]))
    for refused in ([extend_reservation(reservation, DEADLINE)], commit_reservation(reservation)):
        with pytest.raises(ConditionFailed):
            table.transact(refused)
    table.transact(release_reservation(reservation))
    with pytest.raises(ConditionFailed):
        table.transact(hold_again(reread_reservation(table, reservation), DEADLINE))
    assert counts(table, "shirt") == (5, 0, 0)


def test_a_reservation_whose_order_never_comes_is_found_and_released_after_its_deadline() -> None:
    table = table_with(shirt=5)
    reserve_ahead_of_order(table, shirt=2)
    assert list_overdue_reservations(table, DEADLINE - timedelta(seconds=1)) == []
    (overdue,) = list_overdue_reservations(table, DEADLINE + timedelta(seconds=1))
    table.transact(release_unplaced(overdue))
    assert counts(table, "shirt") == (5, 0, 0)
    assert list_overdue_reservations(table, DEADLINE + timedelta(days=1)) == []


def test_hold_of_an_order_that_never_came_passes_to_another_and_the_stock_stays() -> None:
    table = table_with(shirt=2)
    abandoned = reserve_ahead_of_order(table, shirt=2)
    reservation = msgspec.structs.replace(abandoned, order_id="01KAJ0RDER0000000000000002")
    table.transact(take_over(reservation, ORDER))
    assert counts(table, "shirt") == (0, 2, 0)
    assert reread_reservation(table, abandoned).status is ReservationStatus.RELEASED
    assert list_overdue_reservations(table, DEADLINE + timedelta(seconds=1)) == [reservation]


@pytest.mark.parametrize("change", ["other units", "released", "placed", "never held"])
def test_hold_that_is_another_one_does_not_pass(change: str) -> None:
    table = table_with(shirt=5)
    wanted = Reservation("01KAJ0RDER0000000000000002", 0, ReservationStatus.HELD, DEADLINE, {"shirt": 2})
    if change != "never held":
        abandoned = reserve_ahead_of_order(table, shirt=3 if change == "other units" else 2)
        if change == "released":
            table.transact(release_unplaced(abandoned))
        if change == "placed":
            table.write(attach_to_order(abandoned))
    before = counts(table, "shirt")
    with pytest.raises(ConditionFailed):
        table.transact(take_over(wanted, ORDER))
    assert counts(table, "shirt") == before


def test_a_reservation_whose_order_is_placed_is_not_released_as_unplaced() -> None:
    table = table_with(shirt=5)
    reservation = reserve_ahead_of_order(table, shirt=2)
    table.write(attach_to_order(reservation))
    assert list_overdue_reservations(table, DEADLINE + timedelta(days=1)) == []
    with pytest.raises(ConditionFailed):
        table.transact(release_unplaced(reservation))
    with pytest.raises(ConditionFailed):
        table.write(attach_to_order(reservation))


def test_restocked_units_go_back_on_sale_and_leave_their_reservation() -> None:
    table = table_with(shirt=5, hat=5)
    reservation = reserve(table, shirt=3, hat=2)
    table.transact(commit_reservation(reservation))
    table.transact(restock([reread_reservation(table, reservation)], {"shirt": 2, "postage": 1}))
    assert (counts(table, "shirt"), counts(table, "hat")) == ((4, 0, 1), (3, 0, 2))
    left = reread_reservation(table, reservation)
    assert (left.units, left.restocked, left.written_off) == ({"shirt": 1, "hat": 2}, {"shirt": 2}, {})


def test_units_that_are_written_off_stay_sold_when_the_reservation_is_released() -> None:
    table = table_with(shirt=5, hat=5)
    reservation = reserve(table, shirt=3, hat=2)
    table.transact(commit_reservation(reservation))
    table.transact(write_off([reread_reservation(table, reservation)], {"shirt": 1, "postage": 1}))
    table.transact(restock([reread_reservation(table, reservation)], {"shirt": 1}))
    table.transact(write_off([reread_reservation(table, reservation)], {"shirt": 1, "hat": 1}))
    table.transact(release_reservation(reread_reservation(table, reservation)))
    assert (counts(table, "shirt"), counts(table, "hat")) == ((3, 0, 2), (4, 0, 1))
    left = reread_reservation(table, reservation)
    assert (left.units, left.restocked, left.written_off) == ({"hat": 1}, {"shirt": 1}, {"shirt": 2, "hat": 1})


def test_release_of_a_reservation_that_was_partly_written_off_meanwhile_fails() -> None:
    table = table_with(shirt=5)
    reservation = reserve(table, shirt=3)
    table.transact(commit_reservation(reservation))
    committed = reread_reservation(table, reservation)
    table.transact(write_off([committed], {"shirt": 1}))
    with pytest.raises(ConditionFailed):
        table.transact(release_reservation(committed))


def test_restocking_the_same_units_twice_fails() -> None:
    table = table_with(shirt=5)
    reservation = reserve(table, shirt=3)
    table.transact(commit_reservation(reservation))
    committed = reread_reservation(table, reservation)
    table.transact(restock([committed], {"shirt": 2}))
    with pytest.raises(ConditionFailed):
        table.transact(restock([committed], {"shirt": 2}))
    assert counts(table, "shirt") == (4, 0, 1)


def test_release_of_a_reservation_that_a_refund_shrank_meanwhile_fails() -> None:
    table = table_with(shirt=5)
    reservation = reserve(table, shirt=3)
    table.transact(commit_reservation(reservation))
    committed = reread_reservation(table, reservation)
    table.transact(restock([committed], {"shirt": 1}))
    with pytest.raises(ConditionFailed):
        table.transact(release_reservation(committed))
    table.transact(release_reservation(reread_reservation(table, reservation)))
    assert counts(table, "shirt") == (5, 0, 0)


@given(st.lists(st.sampled_from(ReservationStatus), max_size=8), st.integers(1, 5))
def test_stock_is_conserved_and_never_negative_whatever_the_transitions(
    statuses: list[ReservationStatus], units: int
) -> None:
    table = table_with(shirt=5)
    reservation = reserve(table, shirt=units)
    for status in statuses:
        if status is not reservation.status and RESERVATION_STATES.allows(reservation.status, status):
            table.transact(move_reservation(reservation, status))
            reservation = reread_reservation(table, reservation)
    assert sum(counts(table, "shirt")) == 5
    assert min(counts(table, "shirt")) >= 0
