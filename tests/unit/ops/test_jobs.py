from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes import UNLIMITED, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import Saga, add_product, submit_order, with_customer

from tradewind.aws.table import Item, Key, Query, QueryResult, Table, Update
from tradewind.catalog.handlers import create_product, delete_product
from tradewind.catalog.reads import INACTIVE_PARTITION
from tradewind.edge.consumer import Report
from tradewind.inventory.handlers import set_stock
from tradewind.inventory.public import plan_reservations, stock_key
from tradewind.inventory.public_writes import hold_stock, release_unplaced
from tradewind.ops import jobs
from tradewind.ops.jobs import audit_inventory
from tradewind.ordering.change_handlers import cancel_order, refund_order
from tradewind.ordering.model import HOLD
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    add_product(shop, "shirt", 10)
    add_product(shop, "mug", 10)
    return shop


def wrong(shop: Shop) -> list[str]:
    """The products that the audit reports."""
    found: list[str] = audit_inventory.handle(shop).facts.get("variantIds", [])  # type: ignore[union-attr]
    return found


def spoil(shop: Shop, product_id: str, **units: int) -> None:
    """Change a stock behind everybody's back."""
    shop.table.write(Update(stock_key(product_id), add={**units, "version": 1}))


def test_a_shop_in_order_adds_up(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    submit_order(shop, {"shirt": 2})
    audit_inventory({}, None, shop)
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["level"], line["metadata"]) == ("INFO", {"done": 2})


@pytest.mark.parametrize("units", [{"available": 1}, {"sold": 1}, {"available": -1, "reserved": 1}, {"reserved": 1}])
def test_units_from_nowhere_are_told(shop: Shop, units: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
    spoil(shop, "shirt", **units)
    audit_inventory({}, None, shop)
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["level"], line["message"], line["InventoryMismatch"]) == ("ERROR", "InventoryMismatch", 1)
    assert line["metadata"] == {"done": 2, "variantIds": ["shirt"]}


def test_an_inactive_product_is_audited_too(shop: Shop) -> None:
    add_product(shop, "hat", 3, isActive=False)
    spoil(shop, "hat", available=1)
    assert wrong(shop) == ["hat"]


def test_an_id_that_is_used_again_begins_anew(shop: Shop, clock: FakeClock) -> None:
    assert call(delete_product, admin_event(path={"productId": "mug"}), shop)[0] == 204
    clock.advance(1)
    add_product(shop, "mug", 4)
    assert wrong(shop) == []


def test_what_tracks_no_stock_has_none_to_audit(shop: Shop) -> None:
    body = {"productId": "postage", "name": "Postage", "price": 3, "category": "fees", "trackStock": False}
    assert call(create_product, admin_event(body), shop)[0] == 201
    assert wrong(shop) == []


def test_a_reservation_ahead_of_its_order_is_held(shop: Shop) -> None:
    (reservation,) = plan_reservations("01KAJ0RDER0000000000000001", {"shirt": 3}, shop.clock.now() + HOLD)
    shop.table.transact(hold_stock(reservation, ahead_of_order=True))
    assert wrong(shop) == []


class Selling:
    """A table on which something happens each time that stocks are read."""

    def __init__(self, table: Table, happening: Callable[[], None]) -> None:
        self._table = table
        self._happening = happening

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        found = self._table.get_many(keys, consistent=consistent)
        self._happening()
        return found

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of a table
        return getattr(self._table, name)


def test_a_product_that_sells_meanwhile_is_not_suspected(shop: Shop) -> None:
    quiet, table = make_shop(table=shop.table, clock=shop.clock), shop.table

    def sell() -> None:
        submit_order(quiet, {"shirt": 1})

    shop.table = Selling(table, sell)
    assert wrong(shop) == []


class Lagging:
    """A table whose indexes show what stood there at its making, until it is told to catch up."""

    def __init__(self, table: MemoryTable) -> None:
        self._table = table
        self._behind = MemoryTable()
        self._applied = 0
        self.catch_up()

    def catch_up(self) -> None:
        for record in self._table.stream[self._applied :]:
            self._behind.apply(record)
        self._applied = len(self._table.stream)

    def query(self, query: Query) -> QueryResult:
        return (self._behind if query.index else self._table).query(query)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of a table
        return getattr(self._table, name)


def test_what_an_index_does_not_show_yet_is_no_mismatch(clock: FakeClock) -> None:
    table = MemoryTable()
    shop = with_customer(make_shop(table=table, clock=clock))
    add_product(shop, "shirt", 10)
    (dead,) = plan_reservations("01KAJ0RDER0000000000000001", {"shirt": 3}, shop.clock.now() + HOLD)
    table.transact(hold_stock(dead, ahead_of_order=True))
    lagging = Lagging(table)
    table.transact(release_unplaced(dead))
    submit_order(shop, {"shirt": 2})
    shop.table = lagging
    clock.while_asleep = lagging.catch_up
    assert wrong(shop) == []


def test_what_changes_between_two_looks_is_not_judged(shop: Shop, clock: FakeClock) -> None:
    spoil(shop, "shirt", available=1)
    clock.while_asleep = lambda: spoil(shop, "shirt", sold=1)
    assert wrong(shop) == []


actions = st.lists(
    st.tuples(st.sampled_from(["order", "decline", "cancel", "restock", "adjust", "count"]), st.integers(1, 4)),
    max_size=15,
)


@settings(max_examples=40)
@given(actions)
def test_whatever_the_shop_does_its_stock_adds_up(done: list[tuple[str, int]]) -> None:
    shop = with_customer(make_shop(table=MemoryTable(), settings=UNLIMITED))
    add_product(shop, "shirt", 1_000)
    saga = Saga(shop)
    for action, units in done:
        match action:
            case "adjust" | "count":
                body = {"adjustment": units} if action == "adjust" else {"onHand": 900 + units}
                assert call(set_stock, admin_event(body, path={"variantId": "shirt"}), shop)[0] == 200
            case _:
                order_id = submit_order(
                    shop, {"shirt": units}, "tok_declined" if action == "decline" else "tok_approved"
                )
                _continued(action, order_id, saga, shop)
        assert wrong(shop) == []


def _continued(action: str, order_id: str, saga: Saga, shop: Shop) -> None:
    if action != "order":
        saga.run(order_id)
    if action == "cancel":
        assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
        saga.run(order_id)
    if action == "restock":
        body = {"reason": "returned", "restock": True}
        assert call(refund_order, admin_event(body, path={"orderId": order_id}), shop)[0] == 201


def filled(count: int, table: MemoryTable, clock: FakeClock) -> Shop:
    shop = make_shop(table=table, clock=clock)
    for number in range(count):
        add_product(shop, f"p{number:05}", 5)
    return shop


class Counting(MemoryTable):
    """Counts round trips, and dies in the query of one partition."""

    def __init__(self) -> None:
        super().__init__()
        self.round_trips = 0
        self.dies_in = ""

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = list(keys)
        self.round_trips += -(-len(wanted) // 100)
        return super().get_many(wanted, consistent=consistent)

    def query(self, query: Query) -> QueryResult:
        self.round_trips += 1
        if query.pk == self.dies_in:
            raise RuntimeError("the function's time is up")
        return super().query(query)


def done(shop: Shop) -> int:
    report = audit_inventory.handle(shop)
    assert isinstance(report, Report)
    return report.done


@pytest.mark.parametrize(("count", "most"), [(100, 17), (1_500, 32)])
def test_audit_reads_a_hundred_stocks_in_one_round_trip(count: int, most: int, clock: FakeClock) -> None:
    table = Counting()
    shop = filled(count, table, clock)
    table.round_trips = 0
    assert done(shop) == count
    assert table.round_trips <= most


def test_next_run_goes_on_where_one_stopped(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "VARIANTS_PER_SLICE", 1)
    monkeypatch.setattr(jobs, "SLICES_PER_RUN", 1)
    shop = filled(3, MemoryTable(), clock)
    add_product(shop, "hat", 3, isActive=False)
    spoil(shop, "hat", available=1)
    spoil(shop, "p00000", available=1)
    assert [wrong(shop) for _ in range(3)] == [["p00000"], ["hat"], ["p00000"]]


def test_run_after_one_that_died_goes_on_from_its_last_slice(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "VARIANTS_PER_SLICE", 1)
    table = Counting()
    shop = filled(3, table, clock)
    add_product(shop, "hat", 3, isActive=False)
    table.dies_in = INACTIVE_PARTITION
    with pytest.raises(RuntimeError):
        audit_inventory.handle(shop)
    table.dies_in = ""
    assert [done(shop) for _ in range(2)] == [1, 4]
