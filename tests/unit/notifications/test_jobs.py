from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.dying import Crash, DyingTable, moments
from tests.fakes import CUSTOMER_ID, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import ADDRESS, add_product, events, order_body, submit_order, with_people

from tradewind.aws.table import Query, Write
from tradewind.cart.handlers import add_item, clear_cart, set_quantity
from tradewind.cart.model import ABANDONED_AFTER, MARK_RETENTION, REMINDER_INTERVAL, CartAbandoned, OpenCart
from tradewind.cart.reads import OPEN_SHARDS, line_key, open_cart_from, open_cart_key
from tradewind.cart.writes import add_units, record_reminder, start_watching
from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.events import Event
from tradewind.notifications import jobs
from tradewind.notifications.jobs import remind_of_carts
from tradewind.ordering.handlers import check_out, place_order
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

MOMENT = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    return open_shop(clock)


def open_shop(clock: FakeClock, table: MemoryTable | None = None) -> Shop:
    shop = with_people(make_shop(clock=clock, table=table))
    add_product(shop, "shirt", 100)
    add_product(shop, "hat", 100)
    return shop


def pass_by(clock: FakeClock, time: timedelta) -> None:
    clock.advance(time.total_seconds())


def add(shop: Shop, product_id: str = "shirt", user_id: str = CUSTOMER_ID) -> None:
    assert call(add_item, customer_event({"productId": product_id, "quantity": 1}, user_id=user_id), shop)[0] == 201


def abandoned_events(shop: Shop) -> list[Event]:
    return [event for event in events(shop) if event.type == CartAbandoned.__name__]


def mark(shop: Shop, user_id: str = CUSTOMER_ID) -> OpenCart | None:
    item = shop.table.get(open_cart_key(user_id))
    return open_cart_from(item) if item else None


def count_waiting(shop: Shop) -> int:
    """Count the carts in the index."""
    shards = range(OPEN_SHARDS)
    return sum(len(shop.table.query(Query(f"CARTS_OPEN#{shard}", index="GSI2")).items) for shard in shards)


def test_cart_left_for_a_day_records_one_event(shop: Shop, clock: FakeClock) -> None:
    add(shop)
    add(shop, "hat")
    pass_by(clock, ABANDONED_AFTER - MOMENT)
    assert remind_of_carts.handle(shop) == 0
    pass_by(clock, MOMENT)
    assert remind_of_carts.handle(shop) == 1
    pass_by(clock, 2 * REMINDER_INTERVAL)
    assert remind_of_carts.handle(shop) == 0
    [event] = abandoned_events(shop)
    assert event.aggregate_id == CUSTOMER_ID
    assert event.data == {"userId": CUSTOMER_ID, "lineCount": 2, "leftAt": "2026-11-21T03:04:05.678000Z"}


def test_a_day_counts_from_the_last_change(shop: Shop, clock: FakeClock) -> None:
    add(shop)
    pass_by(clock, ABANDONED_AFTER - HOUR)
    changed = customer_event({"quantity": 2}, path={"variantId": "shirt"})
    assert call(set_quantity, changed, shop)[0] == 200
    pass_by(clock, HOUR)
    assert remind_of_carts.handle(shop) == 0
    pass_by(clock, ABANDONED_AFTER - HOUR - MOMENT)
    assert remind_of_carts.handle(shop) == 0
    pass_by(clock, MOMENT)
    assert remind_of_carts.handle(shop) == 1


def test_an_empty_cart_is_forgotten(shop: Shop, clock: FakeClock) -> None:
    add(shop)
    assert call(clear_cart, customer_event(), shop)[0] == 204
    pass_by(clock, ABANDONED_AFTER)
    assert remind_of_carts.handle(shop) == 0
    assert (abandoned_events(shop), count_waiting(shop)) == ([], 0)


def test_a_cart_that_was_ordered_is_forgotten(shop: Shop, clock: FakeClock) -> None:
    add(shop)
    bought = {"shippingAddress": ADDRESS, "paymentMethod": {"token": "tok_approved"}}
    assert call(check_out, customer_event(bought), shop)[0] == 201
    pass_by(clock, ABANDONED_AFTER)
    assert remind_of_carts.handle(shop) == 0
    assert (abandoned_events(shop), count_waiting(shop)) == ([], 0)


def test_customer_who_ordered_since_is_not_reminded(shop: Shop, clock: FakeClock) -> None:
    add(shop)
    pass_by(clock, HOUR)
    submit_order(shop, {"hat": 1})
    pass_by(clock, ABANDONED_AFTER)
    assert remind_of_carts.handle(shop) == 0
    assert (abandoned_events(shop), count_waiting(shop)) == ([], 0)


def test_customer_who_added_to_the_cart_after_an_order_is_reminded(shop: Shop, clock: FakeClock) -> None:
    submit_order(shop, {"hat": 1})
    pass_by(clock, HOUR)
    add(shop)
    pass_by(clock, ABANDONED_AFTER)
    assert remind_of_carts.handle(shop) == 1


def test_order_placed_by_an_administrator_counts(shop: Shop, clock: FakeClock) -> None:
    add(shop)
    pass_by(clock, HOUR)
    wanted = order_body({"hat": 1}, customerId=CUSTOMER_ID)
    assert call(place_order, admin_event(wanted), shop)[0] == 201
    pass_by(clock, ABANDONED_AFTER)
    assert remind_of_carts.handle(shop) == 0


def test_customer_is_reminded_once_a_week_at_most(shop: Shop, clock: FakeClock) -> None:
    add(shop)
    pass_by(clock, ABANDONED_AFTER)
    assert remind_of_carts.handle(shop) == 1
    add(shop, "hat")
    for _ in range(6):
        pass_by(clock, ABANDONED_AFTER)
        assert remind_of_carts.handle(shop) == 0
    assert count_waiting(shop) == 1
    pass_by(clock, ABANDONED_AFTER)
    assert remind_of_carts.handle(shop) == 1
    assert abandoned_events(shop)[1].occurred_at - abandoned_events(shop)[0].occurred_at == REMINDER_INTERVAL


def test_the_mark_is_written_once_a_day_at_most(shop: Shop, clock: FakeClock) -> None:
    assert isinstance(shop.table, MemoryTable)
    for _ in range(48):
        add(shop)
        pass_by(clock, HOUR)
    images = [record.new_image for record in shop.table.stream if record.new_image]
    assert len([image for image in images if image["SK"] == "OPENCART"]) == 2
    assert count_waiting(shop) == 1


def test_a_mark_is_removed_some_time_after_its_lines(shop: Shop) -> None:
    add(shop)
    [line, kept] = (shop.table.get(key) for key in (line_key(CUSTOMER_ID, "shirt"), open_cart_key(CUSTOMER_ID)))
    assert line
    assert kept
    assert line["expiresAt"] < kept["expiresAt"] <= epoch_seconds(shop.clock.now() + MARK_RETENTION)


def test_carts_beyond_the_limit_are_left_to_the_next_run(
    shop: Shop, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PER_SHARD", 1)
    customers = [f"01KAJ0CSTMR00000000000000{number}" for number in range(1, 10)]
    for user_id in customers:
        add(shop, user_id=user_id)
    pass_by(clock, ABANDONED_AFTER)
    while before := count_waiting(shop):
        assert remind_of_carts.handle(shop) == before - count_waiting(shop)
        assert before - count_waiting(shop) <= OPEN_SHARDS
    assert sorted(event.aggregate_id for event in abandoned_events(shop)) == customers


class OvertakenTable(MemoryTable):
    """Something else is done just before the job writes."""

    overtaking: Sequence[Write] = ()

    def transact(self, writes: Sequence[Write]) -> None:
        overtaking, self.overtaking = self.overtaking, ()
        if overtaking:
            super().transact(overtaking)
        super().transact(writes)


def test_of_two_concurrent_runs_one_records_the_event(clock: FakeClock) -> None:
    table = OvertakenTable()
    shop = open_shop(clock, table)
    add(shop)
    pass_by(clock, ABANDONED_AFTER)
    found = mark(shop)
    assert found
    table.overtaking = [record_reminder(found, clock.now())]
    assert remind_of_carts.handle(shop) == 0
    assert abandoned_events(shop) == []


def test_cart_changed_during_the_run_is_left_to_the_next_day(clock: FakeClock) -> None:
    table = OvertakenTable()
    shop = open_shop(clock, table)
    add(shop)
    pass_by(clock, ABANDONED_AFTER)
    now = clock.now()
    table.overtaking = [add_units(CUSTOMER_ID, "hat", 1, now), start_watching(CUSTOMER_ID, now)]
    assert remind_of_carts.handle(shop) == 0
    assert (abandoned_events(shop), count_waiting(shop)) == ([], 1)
    pass_by(clock, ABANDONED_AFTER)
    assert remind_of_carts.handle(shop) == 1


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(minutes=4), -HOUR])
def test_adding_when_the_mark_is_nearly_due_writes_it_anew(ago: timedelta, shop: Shop, clock: FakeClock) -> None:
    """The job may be taking it away just then."""
    add(shop)
    pass_by(clock, ABANDONED_AFTER - ago)
    add(shop, "hat")
    found = mark(shop)
    assert found
    assert found.due_at == clock.now() + ABANDONED_AFTER


def test_run_that_dies_anywhere_is_finished_by_the_next_without_a_second_event() -> None:
    others = "01KAJ0CSTMR000000000000002"
    for moment in moments(OPEN_SHARDS + 2 * 3):
        clock = FakeClock()
        shop = open_shop(clock)
        add(shop)
        add(shop, user_id=others)
        pass_by(clock, ABANDONED_AFTER)
        table, shop.table = shop.table, DyingTable(shop.table, moment)
        with pytest.raises(Crash):
            remind_of_carts({}, None, shop)
        shop.table = table
        remind_of_carts({}, None, shop)
        assert sorted(event.aggregate_id for event in abandoned_events(shop)) == [CUSTOMER_ID, others], moment
