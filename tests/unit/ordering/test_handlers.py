from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from typing import Any

import pytest
from tests.fakes import (
    ADMIN_ID,
    CUSTOMER_ID,
    START,
    UNLIMITED,
    FakeClock,
    LambdaFunction,
    admin_event,
    call,
    customer_event,
    make_shop,
    public_event,
)
from tests.trading import (
    ADDRESS,
    add_product,
    event_types,
    events,
    order_body,
    order_of,
    stock,
    submit_order,
    with_customer,
    with_people,
)

from tradewind.aws.table import Query, QueryResult, TableBusy, Write
from tradewind.cart.handlers import add_item
from tradewind.cart.model import MAX_LINES as MAX_CART_LINES
from tradewind.cart.public import list_lines
from tradewind.cart.writes import add_units
from tradewind.inventory.public import list_reservations, list_unplaced_reservations
from tradewind.kernel.clock import SystemClock
from tradewind.ordering.change_handlers import cancel_order
from tradewind.ordering.consumers import empty_cart
from tradewind.ordering.handlers import check_out, place_order
from tradewind.ordering.model import MAX_LINES, OrderStatus
from tradewind.ordering.read_handlers import get_order, get_order_status, list_orders
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

OTHER_ID = "01KAJ0THER0000000000000001"


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_people(make_shop(clock=clock))
    add_product(shop, "shirt", 10, price=19.99)
    add_product(shop, "hat", 1, price=5)
    add_product(shop, "postage", trackStock=False, price=4.5)
    return shop


def place(shop: Shop, body: dict[str, Any], key: str | None = None, **who: str) -> tuple[int, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    return call(place_order, customer_event(body, headers=headers, **who), shop)


def check(shop: Shop, key: str | None = None, **fields: Any) -> tuple[int, Any]:  # noqa: ANN401 - JSON
    body = {"shippingAddress": ADDRESS, "paymentMethod": {"token": "tok_approved"}, **fields}
    return call(check_out, customer_event(body, headers={"Idempotency-Key": key} if key else {}), shop)


def in_cart(shop: Shop, product_id: str, quantity: int = 1) -> None:
    status, answer = call(add_item, customer_event({"productId": product_id, "quantity": quantity}), shop)
    assert status == 201, answer


def add_more(shop: Shop, product_id: str) -> None:
    """One more of it in the cart, a second after the shop was opened."""
    shop.table.write(add_units(CUSTOMER_ID, product_id, 1, START + timedelta(seconds=1)))


def test_an_order_copies_names_and_prices_and_reserves_its_stock(shop: Shop) -> None:
    status, answer = place(shop, order_body({"shirt": 2, "postage": 1}))
    assert status == 201
    assert answer["status"] == "pending"
    assert (answer["total"], answer["currency"], answer["lineCount"]) == (44.48, "USD", 2)
    assert stock(shop, "shirt") == (8, 2, 0)
    placed = events(shop)[-1]
    assert placed.type == "OrderPlaced"
    assert placed.data["orderId"] == answer["orderId"]


def test_an_order_of_products_that_track_no_stock_reserves_nothing(shop: Shop) -> None:
    order_id = submit_order(shop, {"postage": 3})
    assert list_reservations(shop.table, order_id) == []


def test_one_product_in_two_lines_is_reserved_once_and_kept_as_two_lines(shop: Shop) -> None:
    body = order_body({"shirt": 2})
    body["items"].append({"productId": "shirt", "quantity": 3})
    _, answer = place(shop, body)
    assert stock(shop, "shirt") == (5, 5, 0)
    _, read = call(get_order, customer_event(path={"orderId": answer["orderId"]}), shop)
    assert [line["quantity"] for line in read["lines"]] == [2, 3]


def test_products_short_of_stock_are_named_with_what_is_left(shop: Shop) -> None:
    status, answer = place(shop, order_body({"shirt": 1, "hat": 2}))
    assert (status, answer["error"]) == (409, "OutOfStock")
    assert answer["message"] == "Only 1 of 'Hat' is left."
    assert answer["details"] == [{"field": "hat", "message": "Only 1 of 'Hat' is left."}]
    assert stock(shop, "shirt") == (10, 0, 0)
    assert "OrderPlaced" not in event_types(shop)


def test_unknown_and_inactive_products_are_all_named(shop: Shop) -> None:
    add_product(shop, "old", isActive=False)
    status, answer = place(shop, order_body({"shirt": 1, "ghost": 1, "old": 1}))
    assert (status, answer["error"]) == (409, "ProductUnavailable")
    assert [detail["field"] for detail in answer["details"]] == ["ghost", "old"]


def test_an_order_is_refused_when_its_total_is_not_the_expected_one(shop: Shop) -> None:
    status, answer = place(shop, order_body({"shirt": 1}, expectedTotal=18))
    assert (status, answer["error"]) == (409, "TotalChanged")
    assert place(shop, order_body({"shirt": 1}, expectedTotal=19.99))[0] == 201


def test_an_order_of_two_currencies_is_refused(shop: Shop) -> None:
    add_product(shop, "tea", currency="GBP")
    assert place(shop, order_body({"shirt": 1, "tea": 1}))[1]["error"] == "MixedCurrencies"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{"productId": "shirt", "quantity": 0}]}, "items[0].quantity"),
        ({"items": [{"productId": "shirt", "quantity": 1}] * 1001}, "items"),
        ({"shippingAddress": {"street": "1 Lane"}}, "shippingAddress.country"),
        ({"shippingAddress": {"street": "1 Lane", "country": "GB"}}, "shippingAddress.city"),
        ({"shippingAddress": ADDRESS | {"postalCode": "N1"}}, "shippingAddress.postalCode"),
        ({"shippingAddress": ADDRESS | {"postalCode": " "}}, "shippingAddress.postalCode"),
        ({"shippingAddress": ADDRESS | {"country": "UK"}}, "shippingAddress.country"),
        ({"shippingAddress": ADDRESS | {"street": "\u200b"}}, "shippingAddress.street"),
        ({"shippingAddress": ADDRESS | {"name": "pay at http://evil.example"}}, "shippingAddress.name"),
        ({"paymentMethod": {}}, "paymentMethod.token"),
    ],
)
def test_an_invalid_order_names_the_field(shop: Shop, change: dict[str, Any], field: str) -> None:
    status, answer = place(shop, order_body({"shirt": 1}) | change)
    assert status == 422
    assert field in {detail["field"] for detail in answer["details"]}


def test_ordering_needs_a_signed_in_caller(shop: Shop) -> None:
    status, answer = call(place_order, public_event(order_body({"shirt": 1})), shop)
    assert (status, answer["error"]) == (401, "SignInRequired")


@pytest.mark.parametrize(
    "change", [{"customerId": OTHER_ID}, {"items": [{"productId": "shirt", "quantity": 1, "unitPrice": 1}]}]
)
def test_only_an_administrator_orders_for_others_or_at_other_prices(shop: Shop, change: dict[str, Any]) -> None:
    status, answer = place(shop, order_body({"shirt": 1}) | change)
    assert (status, answer["error"]) == (403, "PermissionRequired")


def test_an_administrator_orders_for_a_customer_at_agreed_prices(shop: Shop) -> None:
    items = [
        {"productId": "shirt", "quantity": 2, "unitPrice": 15},
        {"productId": "shirt", "quantity": 1, "unitPrice": 17.5},
    ]
    body = order_body({}) | {"items": items, "customerId": CUSTOMER_ID, "reference": "invoice 1"}
    status, answer = call(place_order, admin_event(body), shop)
    assert (status, answer["total"]) == (201, 47.5)
    order = order_of(shop, answer["orderId"])
    assert (order.customer_id, order.placed_by, order.reference) == (CUSTOMER_ID, ADMIN_ID, "invoice 1")


def test_an_order_for_a_customer_who_does_not_exist_is_refused(shop: Shop) -> None:
    status, answer = call(place_order, admin_event(order_body({"shirt": 1}, customerId=OTHER_ID)), shop)
    assert (status, answer["error"]) == (422, "CustomerNotFound")


def test_a_negative_or_too_fine_agreed_price_is_refused(shop: Shop) -> None:
    for price in (-1, 0.001):
        body = order_body({}) | {"items": [{"productId": "shirt", "quantity": 1, "unitPrice": price}]}
        assert call(place_order, admin_event(body), shop)[1]["error"] == "InvalidAmount"


def test_a_repeated_request_gets_the_same_reply_and_there_is_one_order(shop: Shop) -> None:
    body = order_body({"shirt": 1})
    first = place_order(customer_event(body, headers={"Idempotency-Key": "k"}), None, shop)
    again = place_order(customer_event(body, headers={"idempotency-key": "k"}), None, shop)
    assert again["body"] == first["body"]
    assert again["statusCode"] == 201
    assert again["headers"]["idempotent-replayed"] == "true"
    assert stock(shop, "shirt") == (9, 1, 0)


def test_a_key_reused_for_another_body_is_refused(shop: Shop) -> None:
    place(shop, order_body({"shirt": 1}), "k")
    status, answer = place(shop, order_body({"shirt": 2}), "k")
    assert (status, answer["error"]) == (422, "IdempotencyKeyReused")


def test_a_key_belongs_to_its_caller_and_lasts_a_day(shop: Shop, clock: FakeClock) -> None:
    with_customer(shop, OTHER_ID)
    first = place(shop, order_body({"shirt": 1}), "k")[1]["orderId"]
    other = place(shop, order_body({"shirt": 1}), "k", user_id=OTHER_ID)[1]["orderId"]
    clock.advance(timedelta(hours=25).total_seconds())
    later = place(shop, order_body({"shirt": 1}), "k")[1]["orderId"]
    assert len({first, other, later}) == 3


def test_a_refused_order_leaves_its_key_free(shop: Shop) -> None:
    assert place(shop, order_body({"hat": 2}), "k")[0] == 409
    assert place(shop, order_body({"hat": 1}), "k")[0] == 201


def test_a_key_that_is_too_long_is_refused(shop: Shop) -> None:
    assert place(shop, order_body({"hat": 1}), "k" * 256)[1]["error"] == "InvalidIdempotencyKey"


def racing(count: int, act: Any) -> list[Any]:  # noqa: ANN401 - what a buyer does
    together = threading.Barrier(count)

    def one(number: int) -> Any:  # noqa: ANN401 - what it gives
        together.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture
def busy_shop() -> Shop:
    shop = with_customer(make_shop(clock=SystemClock(), settings=UNLIMITED))
    add_product(shop, "shirt", 20)
    add_product(shop, "hat", 1)
    return shop


def test_one_of_two_buyers_gets_the_last_unit(busy_shop: Shop) -> None:
    answers = racing(2, lambda _: place(busy_shop, order_body({"hat": 1}))[0])
    assert sorted(answers) == [201, 409]
    assert stock(busy_shop, "hat") == (0, 1, 0)


def test_one_key_fifty_times_at_once_makes_one_order_and_identical_replies(busy_shop: Shop) -> None:
    body = order_body({"shirt": 1})
    event = customer_event(body, headers={"Idempotency-Key": "k"})
    answers = racing(50, lambda _: place_order(dict(event), None, busy_shop))
    assert {answer["statusCode"] for answer in answers} == {201}
    assert len({answer["body"] for answer in answers}) == 1
    assert stock(busy_shop, "shirt") == (19, 1, 0)


def test_twenty_of_forty_parallel_orders_get_the_twenty_units(busy_shop: Shop) -> None:
    answers = racing(40, lambda _: place(busy_shop, order_body({"shirt": 1}))[0])
    assert answers.count(201) == 20
    assert stock(busy_shop, "shirt") == (0, 20, 0)


@pytest.fixture
def large(shop: Shop) -> dict[str, int]:
    products = {f"p{number:03d}": 1 for number in range(170)}
    for product_id in products:
        add_product(shop, product_id, 1)
    return products


def test_a_large_order_reserves_in_chunks(shop: Shop, large: dict[str, int]) -> None:
    status, answer = place(shop, order_body(large), "k")
    assert (status, answer["lineCount"]) == (201, 170)
    assert [len(part.units) for part in list_reservations(shop.table, answer["orderId"])] == [80, 80, 10]
    assert place(shop, order_body(large), "k") == (status, answer)


def test_a_large_order_that_is_out_of_stock_releases_everything(shop: Shop, large: dict[str, int]) -> None:
    status, answer = place(shop, order_body(large | {"p165": 2}), "k")
    assert (status, answer["error"]) == (409, "OutOfStock")
    assert [detail["field"] for detail in answer["details"]] == ["p165"]
    assert {stock(shop, product_id) for product_id in large} == {(1, 0, 0)}
    assert place(shop, order_body(large), "k")[0] == 201


class Cut(BaseException):
    """The process that serves a request ends in the middle of it."""


class BreakingTable(MemoryTable):
    """Each of its transactions goes as planned in turn: `None` is well, `Cut` before it, TableBusy after it is done."""

    def __init__(self) -> None:
        super().__init__()
        self.plan: list[type[BaseException] | None] = []
        self.after_first: Callable[[], object] | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        outcome = self.plan.pop(0) if self.plan else None
        if outcome is Cut:
            raise Cut
        super().transact(writes)
        if outcome:
            raise outcome("The answer was lost.")
        after, self.after_first = self.after_first, None
        if after:
            after()


LEASE_SECONDS = 60


class TestLargeOrderThatWasBroken:
    @pytest.fixture
    def shop(self, clock: FakeClock) -> Shop:
        return with_customer(make_shop(table=BreakingTable(), clock=clock))

    @staticmethod
    def break_request(shop: Shop, body: dict[str, Any], *plan: type[BaseException] | None) -> None:
        assert isinstance(shop.table, BreakingTable)
        shop.table.plan = [*plan]
        with pytest.raises(Cut):
            place(shop, body, "k")

    def test_repeat_resumes_what_a_request_held_that_was_cut_between_its_chunks(
        self, shop: Shop, clock: FakeClock, large: dict[str, int]
    ) -> None:
        self.break_request(shop, order_body(large), None, None, Cut)
        assert place(shop, order_body(large), "k")[1]["error"] == "InProgress"
        clock.advance(LEASE_SECONDS)
        status, answer = place(shop, order_body(large), "k")
        assert (status, answer["lineCount"]) == (201, 170)
        assert {stock(shop, product_id) for product_id in large} == {(0, 1, 0)}
        assert sum(len(part.units) for part in list_reservations(shop.table, answer["orderId"])) == 170
        assert list_unplaced_reservations(shop.table) == []

    def test_repeat_resumes_what_several_requests_held(
        self, shop: Shop, clock: FakeClock, large: dict[str, int]
    ) -> None:
        self.break_request(shop, order_body(large), None, None, Cut)
        clock.advance(LEASE_SECONDS)
        self.break_request(shop, order_body(large), None, Cut)
        clock.advance(LEASE_SECONDS)
        assert place(shop, order_body(large), "k")[0] == 201
        assert {stock(shop, product_id) for product_id in large} == {(0, 1, 0)}

    @pytest.mark.parametrize("key", ["k", ""])
    def test_cart_that_changes_meanwhile_is_left_to_its_customer(
        self, shop: Shop, large: dict[str, int], key: str
    ) -> None:
        assert isinstance(shop.table, BreakingTable)
        in_cart(shop, "p000")
        shop.table.after_first = lambda: add_more(shop, "p000")
        status, answer = place(shop, order_body(large), key)
        assert (status, answer["lineCount"]) == (201, 170)
        assert {stock(shop, product_id) for product_id in large} == {(0, 1, 0)}
        assert list_unplaced_reservations(shop.table) == []

    def test_counts_that_change_meanwhile_are_read_again(self, shop: Shop, large: dict[str, int]) -> None:
        assert isinstance(shop.table, BreakingTable)
        add_product(shop, "hat", 5)
        shop.table.after_first = lambda: place(shop, order_body({"hat": 1}))
        assert place(shop, order_body(large), "k")[0] == 201
        assert {stock(shop, product_id) for product_id in large} == {(0, 1, 0)}
        assert list_unplaced_reservations(shop.table) == []

    def test_other_customers_get_nothing_of_what_is_resumed(
        self, shop: Shop, clock: FakeClock, large: dict[str, int]
    ) -> None:
        with_customer(shop, OTHER_ID)
        self.break_request(shop, order_body(large), None, Cut)
        clock.advance(LEASE_SECONDS)
        assert place(shop, order_body({"p000": 1}), "k", user_id=OTHER_ID)[1]["error"] == "OutOfStock"
        assert place(shop, order_body(large), "k")[0] == 201

    @pytest.mark.parametrize("chunk", range(3))
    def test_repeat_at_once_is_placed_after_the_answer_to_a_chunk_was_lost(
        self, shop: Shop, large: dict[str, int], chunk: int
    ) -> None:
        assert isinstance(shop.table, BreakingTable)
        shop.table.plan = [*([None] * chunk), TableBusy]
        assert place(shop, order_body(large), "k")[0] == 503
        assert place(shop, order_body(large), "k")[0] == 201
        assert {stock(shop, product_id) for product_id in large} == {(0, 1, 0)}

    def test_repeat_at_once_is_placed_where_the_table_was_too_busy_to_give_back(
        self, shop: Shop, large: dict[str, int]
    ) -> None:
        assert isinstance(shop.table, BreakingTable)
        shop.table.plan = [None, TableBusy, TableBusy]
        assert place(shop, order_body(large), "k")[0] == 503
        assert place(shop, order_body(large), "k")[0] == 201
        assert {stock(shop, product_id) for product_id in large} == {(0, 1, 0)}

    def test_request_that_goes_on_after_its_hold_was_resumed_places_nothing(
        self, shop: Shop, clock: FakeClock, large: dict[str, int]
    ) -> None:
        """It stalled beyond its lease; nobody waits for its answer any more."""
        repeated: list[int] = []

        def repeat() -> None:
            clock.advance(LEASE_SECONDS)
            repeated.append(place(shop, order_body(large), "k")[0])

        assert isinstance(shop.table, BreakingTable)
        shop.table.after_first = repeat
        assert place(shop, order_body(large), "k")[0] == 409
        assert repeated == [201]
        assert {stock(shop, product_id) for product_id in large} == {(0, 1, 0)}
        assert event_types(shop).count("OrderPlaced") == 1


def test_an_order_may_have_a_thousand_lines(shop: Shop, large: dict[str, int]) -> None:
    shop.settings = UNLIMITED
    names = list(large)[:50]
    for name in names:
        add_product(shop, f"x{name}", 100)
    items = [{"productId": f"x{names[number % 50]}", "quantity": 1} for number in range(1000)]
    status, answer = place(shop, order_body({}) | {"items": items})
    assert (status, answer["lineCount"], answer["total"]) == (201, 1000, 12500)


def test_checking_out_places_an_order_and_empties_the_cart(shop: Shop) -> None:
    in_cart(shop, "shirt", 2)
    in_cart(shop, "hat")
    status, answer = check(shop, expectedTotal=44.98)
    assert (status, answer["lineCount"]) == (201, 2)
    assert list_lines(shop.table, CUSTOMER_ID) == []
    assert order_of(shop, answer["orderId"]).from_cart


def test_an_empty_cart_is_refused_but_a_repeat_gets_its_reply(shop: Shop) -> None:
    assert check(shop, "k")[1]["error"] == "CartEmpty"
    in_cart(shop, "hat")
    first = check(shop, "k")
    assert first[0] == 201
    assert check(shop, "k") == first


class ChangingCart(MemoryTable):
    """A table whose customer adds another shirt to the cart just before each of the next `changes` transactions."""

    changes = 0

    def transact(self, writes: Sequence[Write]) -> None:
        if self.changes:
            self.changes -= 1
            self.write(add_units(CUSTOMER_ID, "shirt", 1, START + timedelta(seconds=self.changes + 1)))
        super().transact(writes)


@pytest.fixture
def changing_cart() -> ChangingCart:
    return ChangingCart()


@pytest.fixture
def cart_shop(changing_cart: ChangingCart) -> Shop:
    shop = with_customer(make_shop(table=changing_cart))
    add_product(shop, "shirt", 10)
    in_cart(shop, "shirt")
    return shop


def test_a_cart_that_changes_meanwhile_is_ordered_as_changed(cart_shop: Shop, changing_cart: ChangingCart) -> None:
    changing_cart.changes = 2
    status, answer = check(cart_shop, "k")
    assert (status, answer["total"]) == (201, 37.5)
    assert stock(cart_shop, "shirt") == (7, 3, 0)
    assert list_lines(changing_cart, CUSTOMER_ID) == []


def test_checking_out_is_refused_when_the_cart_goes_on_changing(cart_shop: Shop, changing_cart: ChangingCart) -> None:
    changing_cart.changes = 3
    status, answer = check(cart_shop, "k")
    assert (status, answer["error"]) == (409, "CartChanged")
    assert stock(cart_shop, "shirt") == (10, 0, 0)
    assert check(cart_shop, "k")[1]["total"] == 50


def in_cart_now(shop: Shop) -> dict[str, int]:
    return {line.variant_id: line.quantity for line in list_lines(shop.table, CUSTOMER_ID)}


def test_ordered_units_are_taken_out_of_the_cart_and_others_stay(shop: Shop) -> None:
    for product_id, quantity in {"shirt": 3, "hat": 1, "postage": 2}.items():
        in_cart(shop, product_id, quantity)
    body = order_body({}) | {"items": [{"productId": name, "quantity": 1} for name in ("shirt", "hat", "shirt")]}
    status, answer = place(shop, body, "k")
    assert (status, in_cart_now(shop)) == (201, {"shirt": 1, "postage": 2})
    assert not order_of(shop, answer["orderId"]).from_cart


def test_an_order_of_more_than_the_cart_has_takes_the_line_and_a_repeat_takes_nothing(shop: Shop) -> None:
    in_cart(shop, "shirt")
    first = place(shop, order_body({"shirt": 2}), "k")
    in_cart(shop, "shirt", 5)
    assert place(shop, order_body({"shirt": 2}), "k") == first
    assert in_cart_now(shop) == {"shirt": 5}


def test_a_refused_order_leaves_the_cart_as_it_was(shop: Shop) -> None:
    in_cart(shop, "hat")
    assert place(shop, order_body({"hat": 2}))[0] == 409
    assert in_cart_now(shop) == {"hat": 1}


def test_an_administrators_order_leaves_the_carts_of_both_as_they_were(shop: Shop) -> None:
    in_cart(shop, "shirt")
    call(add_item, admin_event({"productId": "shirt", "quantity": 1}), shop)
    body = order_body({"shirt": 1}) | {"customerId": CUSTOMER_ID}
    assert call(place_order, admin_event(body), shop)[0] == 201
    assert in_cart_now(shop) == {"shirt": 1}
    assert len(list_lines(shop.table, ADMIN_ID)) == 1


def test_what_is_added_to_the_cart_while_its_product_is_ordered_stays_and_the_order_is_placed(
    cart_shop: Shop, changing_cart: ChangingCart
) -> None:
    changing_cart.changes = 1
    status, answer = place(cart_shop, order_body({"shirt": 1}), "k")
    assert (status, answer["total"]) == (201, 12.5)
    (placed,) = [event for event in events(cart_shop) if event.type == "OrderPlaced"]
    assert placed.data["cartRemains"] is True
    for _ in range(2):
        empty_cart.handle(placed, cart_shop)
    assert in_cart_now(cart_shop) == {"shirt": 2}


def test_a_consumer_takes_ordered_units_from_a_cart_that_the_order_left_once(
    shop: Shop, clock: FakeClock, large: dict[str, int]
) -> None:
    in_cart(shop, "p007", 3)
    in_cart(shop, "p008")
    for product_id in list(large)[20 : 20 + MAX_CART_LINES - 2]:
        in_cart(shop, product_id)
    clock.advance(1)
    status, _ = place(shop, order_body(large), "k")
    (placed,) = [event for event in events(shop) if event.type == "OrderPlaced"]
    assert (status, placed.data["cartRemains"]) == (201, True)
    for _ in range(2):
        empty_cart.handle(placed, shop)
    assert in_cart_now(shop) == {"p007": 2}


def test_a_cart_of_more_lines_than_an_order_may_have_is_refused(shop: Shop) -> None:
    for number in range(MAX_LINES + 1):
        shop.table.write(add_units(CUSTOMER_ID, f"p{number:04d}", 1, START))
    status, answer = check(shop)
    assert (status, answer["error"]) == (422, "TooManyLines")
    assert len(list_lines(shop.table, CUSTOMER_ID)) == MAX_LINES + 1


def test_a_large_cart_is_emptied_by_a_consumer_but_for_changed_lines(
    shop: Shop, clock: FakeClock, large: dict[str, int]
) -> None:
    for product_id in list(large)[:MAX_CART_LINES]:
        in_cart(shop, product_id)
    clock.advance(1)
    status, _ = check(shop)
    assert status == 201
    clock.advance(1)
    in_cart(shop, "p007")
    (placed,) = [event for event in events(shop) if event.type == "OrderPlaced"]
    assert placed.data["cartRemains"] is True
    for _ in range(2):
        empty_cart.handle(placed, shop)
    assert [(line.variant_id, line.quantity) for line in list_lines(shop.table, CUSTOMER_ID)] == [("p007", 2)]


def test_a_customer_lists_own_orders_newest_first_in_pages(shop: Shop, clock: FakeClock) -> None:
    placed = []
    for _ in range(5):
        placed.append(submit_order(shop, {"postage": 1}))
        clock.advance(1)
    found: list[str] = []
    cursor = None
    while cursor is not None or not found:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        _, page = call(list_orders, customer_event(query=query), shop)
        found += [order["orderId"] for order in page["items"]]
        cursor = page["nextCursor"]
    assert found == placed[::-1]


def test_cursor_of_another_customer_is_refused(shop: Shop) -> None:
    with_customer(shop, OTHER_ID)
    for _ in range(2):
        submit_order(shop, {"postage": 1})
    _, page = call(list_orders, customer_event(query={"limit": "1"}), shop)
    stolen = {"limit": "1", "cursor": page["nextCursor"]}
    for event in (customer_event(query=stolen, user_id=OTHER_ID), admin_event(query=stolen)):
        status, refusal = call(list_orders, event, shop)
        assert (status, refusal["error"]) == (422, "InvalidCursor")


def test_an_administrator_lists_all_orders_by_status_time_and_customer(shop: Shop, clock: FakeClock) -> None:
    with_customer(shop, OTHER_ID)
    placed = []
    for number in range(9):
        who = OTHER_ID if number % 3 == 0 else CUSTOMER_ID
        placed.append(place(shop, order_body({"postage": 1}), user_id=who)[1]["orderId"])
        clock.advance(60)

    def listed(**query: str) -> list[str]:
        found, cursor = [], ""
        while True:
            _, page = call(list_orders, admin_event(query=query | ({"cursor": cursor} if cursor else {})), shop)
            found += [order["orderId"] for order in page["items"]]
            cursor = page["nextCursor"]
            if not cursor:
                return found

    newest_first = placed[::-1]
    assert listed(limit="2") == newest_first
    assert listed(status="pending", limit="4") == newest_first
    assert listed(status="cancelled") == []
    assert listed(customerId=OTHER_ID) == newest_first[2::3]
    start = order_of(shop, placed[4]).created_at
    assert listed(**{"from": start.isoformat()}) == newest_first[:5]
    assert listed(to=start.isoformat()) == newest_first[5:]
    in_tokyo = start.astimezone(timezone(timedelta(hours=9))).isoformat()
    assert listed(**{"from": in_tokyo, "limit": "2"}) == newest_first[:5]
    assert listed(customerId=OTHER_ID, **{"from": in_tokyo}) == [placed[6]]
    assert listed(customerId=OTHER_ID, to=in_tokyo) == [placed[3], placed[0]]
    assert listed(**{"from": "0001-01-01T00:00:00+14:00", "to": "9999-12-31T23:59:59-14:00"}) == newest_first


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"from": "2026-11-21T03:00:00"}, "from"),
        ({"from": "2026-11-21T03:00:00Z", "to": "2026-11-21T04:00:00+02:00"}, "to"),
    ],
)
def test_a_time_without_a_zone_or_with_its_end_first_is_refused(shop: Shop, times: dict[str, str], field: str) -> None:
    status, answer = call(list_orders, admin_event(query=times), shop)
    assert (status, answer["error"], answer["details"][0]["field"]) == (422, "InvalidRequest", field)


def test_an_order_of_another_customer_is_not_found(shop: Shop) -> None:
    order_id = submit_order(shop, {"postage": 1})
    operations: list[LambdaFunction] = [get_order, get_order_status]
    for operation in operations:
        status, answer = call(operation, customer_event(path={"orderId": order_id}, user_id=OTHER_ID), shop)
        assert (status, answer["error"]) == (404, "OrderNotFound")
        assert call(operation, admin_event(path={"orderId": order_id}), shop)[0] == 200


def test_an_order_is_read_with_its_lines_and_without_its_payment_token(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    _, read = call(get_order, customer_event(path={"orderId": order_id}), shop)
    assert read["lines"] == [
        {
            "productId": "shirt",
            "variantId": "shirt",
            "name": "Shirt",
            "options": {},
            "quantity": 2,
            "unitPrice": 19.99,
            "lineTotal": 39.98,
            "refundedQuantity": 0,
            "restockedQuantity": 0,
            "refundedAmount": 0,
        }
    ]
    assert read["refunded"] == 0
    assert read["shippingAddress"] == ADDRESS
    assert (read["refunded"], read["shipment"]) == (0, None)
    assert "tok_" not in str(read)


def test_the_status_has_a_timeline(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    _, read = call(get_order_status, customer_event(path={"orderId": order_id}), shop)
    assert read["status"] == OrderStatus.PENDING
    assert [entry["event"] for entry in read["timeline"]] == ["OrderPlaced"]


def test_page_with_a_filter_costs_no_more_for_a_customer_with_many_orders(clock: FakeClock) -> None:
    """And the cursors lead to every order that the filter lets pass."""
    table = CountingTable()
    shop = with_customer(make_shop(clock=clock, table=table, settings=UNLIMITED))
    add_product(shop, "postage", trackStock=False)
    oldest = submit_order(shop, {"postage": 1})
    call(cancel_order, customer_event(path={"orderId": oldest}), shop)
    for _ in range(430):
        clock.advance(1)
        submit_order(shop, {"postage": 1})
    query, pages = {"status": "cancelled"}, []
    while True:
        table.queries = 0
        status, page = call(list_orders, customer_event(query=query), shop)
        assert (status, table.queries) == (200, 1)
        pages.append([order["orderId"] for order in page["items"]])
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]
    assert pages == [[], [], [oldest]]


class CountingTable(MemoryTable):
    queries = 0

    def query(self, query: Query) -> QueryResult:
        self.queries += 1
        return super().query(query)
