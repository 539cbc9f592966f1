from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.fakes import (
    ADMIN_ID,
    CUSTOMER_ID,
    GUEST_ID,
    REQUEST_ID,
    FakeClock,
    admin_event,
    call,
    customer_event,
    guest_event,
    make_shop,
    public_event,
)

from tradewind.aws.events import PREFIX, timeline
from tradewind.aws.table import Delete, Item, Key, Put, Query, QueryResult, Update, Write, query_all
from tradewind.cart.handlers import add_item, clear_cart, get_cart, remove_item, set_quantity
from tradewind.cart.model import MAX_LINES
from tradewind.cart.reads import line_key, list_lines, open_cart_from, open_cart_key
from tradewind.cart.writes import add_units, delete_line, recount_line
from tradewind.catalog.handlers import create_product, delete_product, update_product
from tradewind.kernel.clock import SystemClock, epoch_seconds
from tradewind.kernel.partitions import user_partition
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

DAY = 86_400
SHIRT: dict[str, Any] = {"productId": "shirt", "name": "Ocean Blue Shirt", "price": 12.99, "category": "c", "stock": 9}


class CountingTable(MemoryTable):
    """Counts round trips as DynamoDB makes them: a batch get takes a hundred keys."""

    def __init__(self) -> None:
        super().__init__()
        self.round_trips = 0

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = list(keys)
        self.round_trips += -(-len(wanted) // 100)
        return super().get_many(wanted, consistent=consistent)

    def query(self, query: Query) -> QueryResult:
        self.round_trips += 1
        return super().query(query)

    def write(self, write: Put | Update | Delete) -> Item | None:
        self.round_trips += 1
        return super().write(write)

    def transact(self, writes: Sequence[Write]) -> None:
        self.round_trips += 1
        super().transact(writes)


class OvertakenTable(MemoryTable):
    """While a cart is being emptied, its customer adds to one line, at the first attempt."""

    adding: Update | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        if self.adding and isinstance(writes[0], Delete):
            adding, self.adding = self.adding, None
            self.write(adding)
        super().transact(writes)


def shop_selling(*product_ids: str, table: MemoryTable | None = None, clock: FakeClock | None = None) -> Shop:
    shop = make_shop(table=table, clock=clock)
    for product_id in product_ids:
        assert call(create_product, admin_event({**SHIRT, "productId": product_id}), shop)[0] == 201
    return shop


def add(shop: Shop, product_id: str = "shirt", quantity: int = 1, **who: str) -> tuple[int, Any]:
    return call(add_item, customer_event({"productId": product_id, "quantity": quantity}, **who), shop)


def set_to(shop: Shop, quantity: int, product_id: str = "shirt") -> tuple[int, Any]:
    return call(set_quantity, customer_event({"quantity": quantity}, path={"variantId": product_id}), shop)


def cart(shop: Shop) -> Any:  # noqa: ANN401 - JSON
    status, body = call(get_cart, customer_event(), shop)
    assert status == 200
    return body


def quantities(shop: Shop) -> dict[str, int]:
    return {line.variant_id: line.quantity for line in list_lines(shop.table, CUSTOMER_ID)}


@pytest.mark.parametrize("endpoint", [get_cart, add_item, set_quantity, remove_item, clear_cart])
def test_a_cart_needs_a_signed_in_caller(endpoint: Any) -> None:  # noqa: ANN401 - endpoints of several types
    status, body = call(endpoint, public_event({}), make_shop())
    assert (status, body["error"]) == (401, "SignInRequired")


def test_an_administrator_has_a_cart_too() -> None:
    shop = shop_selling("shirt")
    call(add_item, admin_event({"productId": "shirt", "quantity": 2}), shop)
    assert [line.quantity for line in list_lines(shop.table, ADMIN_ID)] == [2]
    assert quantities(shop) == {}


class TestCartOfAGuest:
    """The same operations, in a partition of the guest's own."""

    def add(self, shop: Shop, product_id: str = "shirt", guest_id: str = GUEST_ID) -> None:
        addition = guest_event({"productId": product_id, "quantity": 1}, guest_id=guest_id)
        assert call(add_item, addition, shop)[0] == 201

    def mark(self, shop: Shop) -> Item:
        return shop.table.get(open_cart_key(GUEST_ID)) or {}

    def test_is_added_to_changed_shown_and_cleared(self) -> None:
        shop = shop_selling("shirt", "hat")
        self.add(shop)
        self.add(shop, "hat")
        path = {"variantId": "shirt"}
        assert call(set_quantity, guest_event({"quantity": 3}, path=path), shop)[0] == 200
        shown = call(get_cart, guest_event(), shop)[1]
        assert {item["productId"]: item["quantity"] for item in shown["items"]} == {"shirt": 3, "hat": 1}
        assert call(remove_item, guest_event(path=path), shop)[0] == 204
        assert call(clear_cart, guest_event(), shop)[0] == 204
        assert call(get_cart, guest_event(), shop)[1]["items"] == []

    def test_is_nobody_elses(self) -> None:
        shop = shop_selling("shirt")
        self.add(shop)
        assert quantities(shop) == {}
        assert call(get_cart, guest_event(guest_id="G01KAJ0GVEST000000000000002"), shop)[1]["items"] == []

    def test_stands_in_the_guests_partition(self) -> None:
        shop = shop_selling("shirt")
        self.add(shop)
        assert query_all(shop.table, Query(user_partition(GUEST_ID))) == []
        kept = {item["SK"]: item for item in query_all(shop.table, Query(f"GUEST#{GUEST_ID}"))}
        assert {"CART#shirt", "OPENCART"} < kept.keys()
        assert all("expiresAt" in item for item in kept.values())

    def test_expires_thirty_days_after_the_last_change(self) -> None:
        clock = FakeClock()
        shop = shop_selling("shirt", clock=clock)
        self.add(shop)
        clock.advance(10 * DAY)
        call(set_quantity, guest_event({"quantity": 3}, path={"variantId": "shirt"}), shop)
        line = shop.table.get(line_key(GUEST_ID, "shirt")) or {}
        assert line["expiresAt"] == epoch_seconds(clock.now()) + 30 * DAY

    def test_count_of_its_lines_outlives_them(self) -> None:
        clock = FakeClock()
        shop = shop_selling("shirt", clock=clock)
        self.add(shop)
        assert self.mark(shop)["expiresAt"] == epoch_seconds(clock.now()) + 60 * DAY
        for days in (0.9, 0.2):  # within a day of the last renewal the mark is not written again
            before = self.mark(shop)
            clock.advance(days * DAY)
            self.add(shop)
            assert (self.mark(shop) == before) is (days > 0.5)
        assert self.mark(shop)["expiresAt"] == epoch_seconds(clock.now()) + 60 * DAY

    def test_is_never_checked_for_a_reminder(self) -> None:
        clock = FakeClock()
        shop = shop_selling("shirt", "hat", clock=clock)
        for product_id in ("shirt", "hat", "shirt"):
            self.add(shop, product_id)
            clock.advance(2 * DAY)
        assert self.mark(shop).keys().isdisjoint({"dueAt", "GSI2PK", "GSI2SK"})

    def test_has_as_many_lines_as_that_of_a_customer(self) -> None:
        names = [f"product-{number}" for number in range(MAX_LINES + 1)]
        shop = shop_selling(*names)
        for name in names[:-1]:
            self.add(shop, name)
        status, body = call(add_item, guest_event({"productId": names[-1], "quantity": 1}), shop)
        assert (status, body["error"]) == (409, "CartFull")

    def test_takes_as_many_round_trips_as_that_of_a_customer(self) -> None:
        table = CountingTable()
        shop = shop_selling("shirt", table=table)
        for expected in (2, 2):
            table.round_trips = 0
            self.add(shop)
            assert table.round_trips == expected
        table.round_trips = 0
        call(get_cart, guest_event(), shop)
        assert table.round_trips == 2

    def test_addition_has_an_event_about_the_guest(self) -> None:
        shop = shop_selling("shirt")
        self.add(shop)
        [event] = timeline(shop.table, f"GUEST#{GUEST_ID}")
        assert (event.type, event.aggregate_id) == ("CartItemAdded", GUEST_ID)


def test_an_added_item_is_returned_with_its_name_and_price() -> None:
    shop = shop_selling("shirt")
    assert add(shop, quantity=2) == (
        201,
        {
            "productId": "shirt",
            "variantId": "shirt",
            "options": {},
            "name": "Ocean Blue Shirt",
            "unitPrice": 12.99,
            "currency": "USD",
            "added": 2,
            "quantity": 2,
        },
    )
    assert add(shop, quantity=3)[1]["quantity"] == 5
    assert quantities(shop) == {"shirt": 5}


def test_an_addition_has_an_event() -> None:
    shop = shop_selling("shirt")
    add(shop, quantity=2)
    [event] = timeline(shop.table, user_partition(CUSTOMER_ID))
    assert (event.type, event.aggregate_id, event.correlation_id) == ("CartItemAdded", CUSTOMER_ID, REQUEST_ID)
    assert event.data == {
        "productId": "shirt",
        "variantId": "shirt",
        "quantity": 2,
        "unitPriceMinor": 1299,
        "currency": "USD",
    }


def test_an_addition_is_refused_without_an_event_when_the_line_would_hold_too_much() -> None:
    shop = shop_selling("shirt")
    assert add(shop, quantity=99_999)[0] == 201
    status, body = add(shop, quantity=2)
    assert (status, body["error"]) == (409, "CartLineFull")
    assert body["message"] == "A cart holds at most 100,000 of 'Ocean Blue Shirt'."
    assert quantities(shop) == {"shirt": 99_999}
    assert len(timeline(shop.table, user_partition(CUSTOMER_ID))) == 1


def test_an_unknown_product_cannot_be_added() -> None:
    status, body = add(shop_selling("shirt"), "hat")
    assert (status, body["error"]) == (404, "ProductNotFound")


def test_an_inactive_product_cannot_be_added() -> None:
    shop = shop_selling("shirt")
    deactivate(shop)
    status, body = add(shop)
    assert (status, body["error"]) == (409, "ProductUnavailable")
    assert quantities(shop) == {}


def deactivate(shop: Shop) -> None:
    unchanged = {name: SHIRT[name] for name in ("name", "price", "category")}
    inactive = admin_event({**unchanged, "isActive": False}, path={"productId": "shirt"})
    assert call(update_product, inactive, shop)[0] == 200


@pytest.mark.parametrize("quantity", [0, -1, 100_001, 1.5, "2", None])
def test_a_quantity_is_a_whole_number_that_a_line_can_hold(quantity: object) -> None:
    shop = shop_selling("shirt")
    addition = customer_event({"productId": "shirt", "quantity": quantity})
    change = customer_event({"quantity": quantity}, path={"variantId": "shirt"})
    for status, body in (call(add_item, addition, shop), call(set_quantity, change, shop)):
        assert (status, [detail["field"] for detail in body["details"]]) == (422, ["quantity"])


def test_a_quantity_is_set() -> None:
    shop = shop_selling("shirt")
    add(shop, quantity=2)
    status, body = set_to(shop, 7)
    assert (status, body["productId"], body["quantity"]) == (200, "shirt", 7)
    assert quantities(shop) == {"shirt": 7}


def test_setting_the_quantity_of_a_product_that_is_not_in_the_cart_is_refused() -> None:
    shop = shop_selling("shirt")
    status, body = set_to(shop, 7)
    assert (status, body["error"]) == (404, "CartLineNotFound")
    assert quantities(shop) == {}


def test_removing_an_item_again_changes_nothing() -> None:
    shop = shop_selling("shirt", "hat")
    add(shop, "shirt")
    add(shop, "hat")
    event = customer_event(path={"variantId": "shirt"})
    assert call(remove_item, event, shop) == (204, None)
    assert call(remove_item, event, shop) == (204, None)
    assert quantities(shop) == {"hat": 1}


def test_the_cart_says_what_can_be_bought_now() -> None:
    shop = shop_selling("shirt", "hat", "socks")
    for product_id, quantity in (("shirt", 2), ("hat", 10), ("socks", 1)):
        add(shop, product_id, quantity)
    deactivate(shop)
    call(delete_product, admin_event(path={"productId": "socks"}), shop)

    body = cart(shop)
    seen = {item["productId"]: (item["name"], item["availability"], item["available"]) for item in body["items"]}
    assert seen == {
        "shirt": ("Ocean Blue Shirt", "unavailable", 0),
        "hat": ("Ocean Blue Shirt", "insufficient", 9),
        "socks": (None, "unavailable", 0),
    }
    assert sorted(body["unavailable"]) == ["shirt", "socks"]
    assert (body["total"], body["currency"], body["itemCount"]) == (129.9, "USD", 13)


def test_the_cart_is_emptied() -> None:
    shop = shop_selling("shirt", "hat")
    add(shop, "shirt")
    add(shop, "hat")
    add(shop, "hat", user_id="01KAJ0CSTMR000000000000002")
    assert call(clear_cart, customer_event(), shop) == (204, None)
    assert call(clear_cart, customer_event(), shop) == (204, None)
    assert cart(shop)["items"] == []
    assert len(list_lines(shop.table, "01KAJ0CSTMR000000000000002")) == 1


def test_a_cart_of_a_thousand_lines_is_emptied_in_ten_transactions() -> None:
    table = CountingTable()
    shop = make_shop(table=table)
    for number in range(1_000):
        table.write(add_units(CUSTOMER_ID, f"product-{number}", 1, shop.clock.now()))
    table.round_trips = 0
    assert call(clear_cart, customer_event(), shop)[0] == 204
    assert quantities(shop) == {}
    assert table.round_trips == 1 + 10 + 1


def test_a_line_that_changes_while_the_cart_is_emptied_stays() -> None:
    table = OvertakenTable()
    shop = shop_selling("shirt", "hat", "socks", table=table)
    for product_id in ("shirt", "hat", "socks"):
        add(shop, product_id, 2)
    table.adding = add_units(CUSTOMER_ID, "hat", 1, shop.clock.now())
    assert call(clear_cart, customer_event(), shop)[0] == 204
    assert quantities(shop) == {"hat": 3}


def test_round_trips_are_within_the_budget() -> None:
    table = CountingTable()
    product_ids = [f"product-{number}" for number in range(50)]
    shop = shop_selling(*product_ids, table=table)

    def round_trips(answer: tuple[int, Any]) -> int:
        assert answer[0] < 300
        made, table.round_trips = table.round_trips, 0
        return made

    table.round_trips = 0
    assert [round_trips(add(shop, product_id)) for product_id in product_ids] == [2] * 50
    assert round_trips(call(get_cart, customer_event(), shop)) == 2
    assert round_trips(set_to(shop, 2, product_ids[0])) == 1
    assert round_trips(call(remove_item, customer_event(path={"variantId": product_ids[0]}), shop)) == 1
    assert round_trips(call(clear_cart, customer_event(), shop)) == 2


def test_additions_from_several_places_at_once_lose_nothing() -> None:
    shop = shop_selling("shirt")
    units = random.Random(7).choices(range(1, 9), k=200)  # noqa: S311 - the same units each time
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda quantity: add(shop, quantity=quantity)[0], units))
    assert set(answers) == {201}
    [line] = list_lines(shop.table, CUSTOMER_ID)
    assert (line.quantity, line.version) == (sum(units), len(units))
    additions = timeline(shop.table, user_partition(CUSTOMER_ID))
    assert sum(event.data["quantity"] for event in additions) == sum(units)


def test_units_added_while_the_cart_is_emptied_are_removed_or_stay() -> None:
    table = MemoryTable()
    shop = shop_selling("shirt", "hat", table=table)
    additions = [("shirt", 2), ("hat", 3)] * 60

    def customer(step: tuple[int, tuple[str, int]]) -> int:
        number, (product_id, quantity) = step
        if number % 10 == 9:
            call(clear_cart, customer_event(), shop)
        return add(shop, product_id, quantity)[0]

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(customer, enumerate(additions))) == {201}

    removed = [record.old_image or {} for record in table.stream if record.event_name == "REMOVE"]
    emptied = sum(int(line["quantity"]) for line in removed)
    assert emptied + sum(quantities(shop).values()) == sum(quantity for _, quantity in additions)


def add_products(shop: Shop, count: int) -> list[str]:
    names = [f"p{number:03d}" for number in range(count)]
    for name in names:
        call(create_product, admin_event(SHIRT | {"productId": name}), shop)
    return names


def test_cart_has_at_most_ninety_lines() -> None:
    shop = make_shop()
    *fitting, beyond = add_products(shop, MAX_LINES + 1)
    assert {add(shop, name)[0] for name in fitting} == {201}
    status, answer = add(shop, beyond)
    assert (status, answer["error"]) == (409, "CartFull")
    assert "at most 90 lines" in answer["message"]
    assert add(shop, fitting[0])[0] == 201, "a line that is there takes more"


def test_lines_that_are_gone_make_room_for_others() -> None:
    shop = make_shop()
    names = add_products(shop, MAX_LINES + 3)
    for name in names[:MAX_LINES]:
        add(shop, name)
    call(remove_item, customer_event(path={"variantId": names[0]}), shop)
    assert [add(shop, name)[0] for name in names[MAX_LINES:]] == [201, 409, 409]
    call(clear_cart, customer_event(), shop)
    assert {add(shop, name)[0] for name in names[:MAX_LINES]} == {201}
    assert add(shop, names[-1])[0] == 409


def test_lines_added_at_the_same_moment_stay_within_the_limit() -> None:
    shop = make_shop(clock=SystemClock())
    names = add_products(shop, MAX_LINES + 20)
    for name in names[: MAX_LINES - 10]:
        add(shop, name)
    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda name: add(shop, name)[0], names[MAX_LINES - 10 :]))
    assert len(list_lines(shop.table, CUSTOMER_ID)) == MAX_LINES
    assert statuses.count(201) == 10


class RacingTable(MemoryTable):
    """Before the next transaction, somebody else writes."""

    meanwhile: list[Write] | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            super().transact(meanwhile)
        super().transact(writes)


def test_line_that_was_removed_meanwhile_is_begun_and_counted_anew() -> None:
    table = RacingTable()
    shop = make_shop(table=table)
    (name,) = add_products(shop, 1)
    add(shop, name, 3)
    table.meanwhile = [delete_line(CUSTOMER_ID, name)]
    status, answer = add(shop, name, 2)
    assert (status, answer["quantity"]) == (201, 2)
    mark = table.get(open_cart_key(CUSTOMER_ID))
    assert mark
    assert open_cart_from(mark).lines == 2


def test_two_recounts_at_once_begin_one_line() -> None:
    table = RacingTable()
    shop = make_shop(table=table)
    names = add_products(shop, MAX_LINES + 2)
    for name in names[:MAX_LINES]:
        add(shop, name)
    call(remove_item, customer_event(path={"variantId": names[0]}), shop)
    mark = open_cart_from(table.get(open_cart_key(CUSTOMER_ID)) or {})
    now = shop.clock.now()
    table.meanwhile = [add_units(CUSTOMER_ID, names[-1], 1, now), recount_line(mark, MAX_LINES - 1, now)]
    assert add(shop, names[-2])[0] == 409
    assert len(list_lines(table, CUSTOMER_ID)) == MAX_LINES


def test_events_of_a_cart_expire_after_thirty_five_days() -> None:
    shop = make_shop()
    (name,) = add_products(shop, 1)
    add(shop, name)
    (event,) = query_all(shop.table, Query(user_partition(CUSTOMER_ID), begins=PREFIX))
    assert event["expiresAt"] == epoch_seconds(shop.clock.now()) + 35 * 86_400
