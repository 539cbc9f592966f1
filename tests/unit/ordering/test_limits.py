from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes import (
    ADMIN_ID,
    CALLER_ADDRESS,
    CUSTOMER_ID,
    UNLIMITED,
    FakeClock,
    admin_event,
    call,
    customer_event,
    make_shop,
)
from tests.trading import Saga, add_product, order_body, order_of, stock, submit_order, with_customer

from tradewind.aws.table import ConditionFailed, Item, Key, Query, Table, TableBusy, Write, query_all
from tradewind.ordering import public_writes as ordering
from tradewind.ordering.change_handlers import cancel_order
from tradewind.ordering.handlers import place_order
from tradewind.ordering.model import CancelReason, UnpaidOrders
from tradewind.ordering.reads import unpaid_from, unpaid_key
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

LIMITS = Settings(open_orders_limit=3, held_units_limit=20, payment_attempts_limit=5, address_attempts_limit=8)
OTHER_ID = "01KAJ0THER0000000000000001"
HOUR_SECONDS = 3_600


def shop_with(limits: Settings = LIMITS, clock: FakeClock | None = None, table: Table | None = None) -> Shop:
    shop = with_customer(with_customer(make_shop(settings=limits, clock=clock, table=table)), OTHER_ID)
    with_customer(shop, ADMIN_ID)
    add_product(shop, "shirt", 500)
    add_product(shop, "postage", trackStock=False, price=4.5)
    return shop


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    return shop_with(clock=clock)


def place(shop: Shop, units: int = 1, token: str = "tok_async", **request: Any) -> tuple[int, Any]:  # noqa: ANN401 - as customer_event
    return call(place_order, customer_event(order_body({"shirt": units}, token), **request), shop)


def refusal(shop: Shop, units: int = 1, token: str = "tok_async", **request: Any) -> tuple[int, str]:  # noqa: ANN401 - likewise
    status, answer = place(shop, units, token, **request)
    return status, answer["error"]


def unpaid(shop: Shop, customer_id: str = CUSTOMER_ID) -> tuple[int, int, int]:
    """Orders, units, attempts."""
    found = unpaid_from(shop.table.get(unpaid_key(customer_id), consistent=True))
    return found.orders, found.units, found.attempts


def address_attempts(shop: Shop, address: str = CALLER_ADDRESS) -> list[int]:
    items: list[Item] = query_all(shop.table, Query(f"ADDRESS#{address}"))
    return [item["attempts"] for item in items]


def test_one_order_cannot_hold_all_of_a_stock(shop: Shop) -> None:
    assert refusal(shop, 500) == (409, "TooManyUnitsHeld")
    assert (stock(shop, "shirt"), unpaid(shop)) == ((500, 0, 0), (0, 0, 0))


def test_unpaid_orders_hold_so_many_units_in_all(shop: Shop) -> None:
    assert [place(shop, 12)[0], place(shop, 8)[0]] == [201, 201]
    status, answer = place(shop, 1)
    assert (status, answer["error"]) == (409, "TooManyUnitsHeld")
    assert "20 units" in answer["message"]
    assert stock(shop, "shirt") == (480, 20, 0)


def test_products_that_track_no_stock_hold_no_units(shop: Shop) -> None:
    body = order_body({"postage": 400}, "tok_async")
    assert call(place_order, customer_event(body), shop)[0] == 201
    assert unpaid(shop) == (1, 0, 1)


def test_customer_may_have_so_many_unpaid_orders(shop: Shop) -> None:
    orders = [place(shop)[1]["orderId"] for _ in range(3)]
    status, answer = place(shop)
    assert (status, answer["error"]) == (409, "TooManyOpenOrders")
    assert "pay or cancel" in answer["message"]
    call(cancel_order, customer_event(path={"orderId": orders[0]}), shop)
    assert place(shop)[0] == 201


def test_limits_are_of_each_customer(shop: Shop) -> None:
    for _ in range(3):
        place(shop)
    assert refusal(shop) == (409, "TooManyOpenOrders")
    assert place(shop, user_id=OTHER_ID)[0] == 201


def test_declined_payments_of_a_customer_are_refused_after_some(shop: Shop, clock: FakeClock) -> None:
    for _ in range(5):
        assert Saga(shop).run(submit_order(shop, {"shirt": 1}, "tok_declined")).ended_in == "OrderCancelled"
    answer = place_order(customer_event(order_body({"shirt": 1}, "tok_approved")), None, shop)
    assert (answer["statusCode"], msgspec.json.decode(answer["body"])["error"]) == (429, "TooManyPaymentAttempts")
    wait_seconds = int(answer["headers"]["retry-after"])
    assert 0 < wait_seconds <= HOUR_SECONDS
    clock.advance(wait_seconds - 1)
    assert refusal(shop) == (429, "TooManyPaymentAttempts")
    clock.advance(1)
    assert place(shop)[0] == 201
    assert unpaid(shop) == (1, 1, 1)


def test_payments_that_succeed_do_not_count(shop: Shop) -> None:
    for _ in range(12):
        Saga(shop).run(submit_order(shop, {"shirt": 1}))
    assert (unpaid(shop), address_attempts(shop)) == ((0, 0, 0), [0])


def test_attempts_from_one_address_count_together_whoever_makes_them(shop: Shop) -> None:
    for number in range(8):
        status, answer = place(shop, token="tok_declined", user_id=(CUSTOMER_ID, OTHER_ID)[number % 2])
        assert status == 201
        call(cancel_order, admin_event(path={"orderId": answer["orderId"]}), shop)
    assert refusal(shop, user_id=OTHER_ID) == (429, "TooManyPaymentAttempts")
    assert place(shop, user_id=OTHER_ID, source_ip="198.51.100.1")[0] == 201


def test_refused_order_counts_nowhere(shop: Shop) -> None:
    add_product(shop, "rare", 1)
    assert call(place_order, customer_event(order_body({"rare": 2})), shop)[0] == 409
    assert (unpaid(shop), address_attempts(shop)) == ((0, 0, 0), [0])


def test_repeated_request_counts_once(shop: Shop) -> None:
    answers = [place(shop, headers={"Idempotency-Key": "k"}) for _ in range(4)]
    assert answers == [answers[0]] * 4
    assert (unpaid(shop), address_attempts(shop)) == ((1, 1, 1), [1])


class BlindTable(MemoryTable):
    """A table whose reads, unless they are consistent, see no idempotency record yet."""

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        found = super().get_many(keys, consistent=consistent)
        return {key: item for key, item in found.items() if consistent or key.sk != "REQUEST"}


def test_request_repeated_at_once_counts_once_and_is_answered_beyond_the_limit(clock: FakeClock) -> None:
    shop = shop_with(clock=clock, table=BlindTable())
    first = place(shop, headers={"Idempotency-Key": "k"})
    assert place(shop, headers={"Idempotency-Key": "k"}) == first
    assert address_attempts(shop) == [1]
    shop.settings = msgspec.structs.replace(LIMITS, address_attempts_limit=1)
    assert place(shop, headers={"Idempotency-Key": "k"}) == first
    assert refusal(shop) == (429, "TooManyPaymentAttempts")


class BusyTable(MemoryTable):
    """A table that goes on refusing transactions: whether one was carried out stays open."""

    def transact(self, writes: Sequence[Write]) -> None:  # noqa: ARG002 - the contract
        raise TableBusy("busy", retry_after_seconds=1)


def test_order_that_may_be_placed_after_all_stays_counted(clock: FakeClock) -> None:
    shop = shop_with(clock=clock)
    busy = BusyTable()
    busy._items, shop.table = shop.table._items, busy  # type: ignore[attr-defined]  # the same shop, from now on busy
    assert place(shop)[0] == 503
    assert address_attempts(shop) == [1]


def test_attempts_from_one_address_never_exceed_their_limit_at_once(shop: Shop) -> None:
    shop.settings = msgspec.structs.replace(UNLIMITED, address_attempts_limit=3)
    assert [place(shop)[0] for _ in range(5)] == [201, 201, 201, 429, 429]
    assert address_attempts(shop) == [3]


def test_orders_of_administrators_are_not_limited(shop: Shop) -> None:
    body = order_body({"shirt": 100}, "tok_async", customerId=CUSTOMER_ID)
    assert [call(place_order, admin_event(body), shop)[0] for _ in range(4)] == [201] * 4
    assert (unpaid(shop), address_attempts(shop)) == ((0, 0, 0), [])


@pytest.mark.parametrize("number", range(4))
def test_limit_of_zero_is_none(number: int) -> None:
    names = ["open_orders_limit", "held_units_limit", "payment_attempts_limit", "address_attempts_limit"]
    wide = dict.fromkeys(names, 1_000)
    shop = shop_with(msgspec.structs.replace(UNLIMITED, **{**wide, names[number]: 0}))
    assert [place(shop, 40)[0] for _ in range(12)] == [201] * 12


def test_nothing_is_counted_where_nothing_is_limited() -> None:
    shop = shop_with(UNLIMITED)
    order_id = place(shop, 400)[1]["orderId"]
    assert shop.table.get(unpaid_key(CUSTOMER_ID)) is None
    assert order_of(shop, order_id).allowance is None


def test_allowance_and_address_are_gone_once_the_order_is_decided(shop: Shop) -> None:
    for token in ("tok_approved", "tok_declined"):
        order_id = submit_order(shop, {"shirt": 2}, token)
        allowance = order_of(shop, order_id).allowance
        assert allowance
        assert (allowance.units, allowance.address) == (2, CALLER_ADDRESS)
        Saga(shop).run(order_id)
        assert order_of(shop, order_id).allowance is None
    assert unpaid(shop) == (0, 0, 1)


def test_decision_that_runs_twice_gives_back_once(shop: Shop) -> None:
    place(shop, 3)
    order = order_of(shop, place(shop, 2)[1]["orderId"])
    cancelled = ordering.cancel(order, CancelReason.CARD_DECLINED, shop.clock, goods=[], in_checkout=True)
    shop.table.transact(cancelled.transaction)
    for again in (cancelled, ordering.confirm(order, shop.clock)):
        with pytest.raises(ConditionFailed):
            shop.table.transact(again.transaction)
    assert unpaid(shop)[:2] == (1, 3)


def test_order_counts_by_the_limits_of_its_time_when_they_change(clock: FakeClock) -> None:
    shop = shop_with(UNLIMITED, clock)
    uncounted = place(shop, 5)[1]["orderId"]
    shop.settings = LIMITS
    counted = place(shop, 5)[1]["orderId"]
    shop.settings = UNLIMITED
    for order_id in (uncounted, counted):
        call(cancel_order, customer_event(path={"orderId": order_id}), shop)
    assert unpaid(shop)[:2] == (0, 0)


def test_attempt_is_not_given_back_to_another_hour(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"shirt": 1})
    clock.advance(HOUR_SECONDS)
    place(shop)
    Saga(shop).run(order_id)
    assert unpaid(shop) == (1, 1, 1)


def test_attempt_is_not_given_back_to_the_hour_that_a_clock_ahead_has_begun(shop: Shop, clock: FakeClock) -> None:
    clock.advance(HOUR_SECONDS - (clock.now().minute * 60 + clock.now().second) - 2)
    order_id = submit_order(shop, {"shirt": 1})
    clock.advance(4)
    place(shop)
    clock.advance(-3)
    Saga(shop).run(order_id)
    assert unpaid(shop) == (1, 1, 1)


def test_large_order_beyond_a_limit_holds_nothing_meanwhile(shop: Shop) -> None:
    products = {f"p{number:03d}": 1 for number in range(100)}
    for product_id in products:
        add_product(shop, product_id, 1)
    shop.settings = Settings(open_orders_limit=1)
    assert place(shop)[0] == 201
    body = order_body(products, "tok_async")
    before = len(shop.table.stream)  # type: ignore[attr-defined]  # that of the table in memory
    status, answer = call(place_order, customer_event(body, headers={"Idempotency-Key": "k"}), shop)
    assert (status, answer["error"]) == (409, "TooManyOpenOrders")
    changes = shop.table.stream[before:]  # type: ignore[attr-defined]  # likewise
    assert {change.new_image["PK"] for change in changes} == {f"ADDRESS#{CALLER_ADDRESS}"}
    assert address_attempts(shop) == [1]


class LaggingTable(MemoryTable):
    """A table whose eventually consistent reads do not see a customer's counts yet."""

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        found = super().get_many(keys, consistent=consistent)
        return {key: item for key, item in found.items() if consistent or key.sk != "UNPAID"}


def test_counts_that_were_read_too_early_are_read_again(clock: FakeClock) -> None:
    shop = shop_with(clock=clock, table=LaggingTable())
    assert [place(shop)[0] for _ in range(4)] == [201, 201, 201, 409]
    assert unpaid(shop) == (3, 3, 3)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["place", "pay", "decline", "cancel", "hour"])), max_size=30)
)
def test_counts_are_always_those_of_the_open_orders(steps: list[tuple[int, str]]) -> None:
    clock = FakeClock()
    shop, still_open = shop_with(clock=clock), dict[str, int]()
    for units, step in steps:
        if step == "hour":
            clock.advance(HOUR_SECONDS)
        elif step == "place" or not still_open:
            status, answer = place(shop, units)
            if status == 201:
                still_open[answer["orderId"]] = units
        else:
            _decide(shop, still_open, step)
        found: UnpaidOrders = unpaid_from(shop.table.get(unpaid_key(CUSTOMER_ID), consistent=True))
        assert (found.orders, found.units) == (len(still_open), sum(still_open.values()))
        assert found.orders <= LIMITS.open_orders_limit
        assert found.units <= LIMITS.held_units_limit
        assert 0 <= found.attempts <= LIMITS.payment_attempts_limit


def _decide(shop: Shop, still_open: dict[str, int], step: str) -> None:
    order_id = next(iter(still_open))
    del still_open[order_id]
    order = order_of(shop, order_id)
    if step == "pay":
        shop.table.transact(ordering.confirm(order, shop.clock).transaction)
    else:
        in_checkout = step == "decline"
        cancelled = ordering.cancel(order, CancelReason.CARD_DECLINED, shop.clock, goods=[], in_checkout=in_checkout)
        shop.table.transact(cancelled.transaction)
