from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, call, customer_event, make_shop
from tests.trading import Saga, add_product, event_types, order_of, stock, submit_order, with_customer

from tradewind.aws.events import timeline
from tradewind.aws.table import ConditionFailed, Item, Key, Query, QueryResult, TableBusy, Update, Write
from tradewind.checkout.handlers import cancel_order as cancel_step
from tradewind.checkout.handlers import update_inventory
from tradewind.identity.public import contact_key
from tradewind.inventory.public import ReservationStatus, list_reservations, stock_key
from tradewind.inventory.public_writes import close_reservations, release_reservation
from tradewind.kernel.caller import AccountStatus
from tradewind.kernel.partitions import product_partition
from tradewind.ordering.change_handlers import cancel_order
from tradewind.ordering.model import CancelReason, OrderStatus, PaymentStatus
from tradewind.ordering.public import Order, is_unsettled, read_order_partition
from tradewind.ordering.public_writes import cancel
from tradewind.ordering.reads import order_key
from tradewind.payments.errors import ProviderTimeout
from tradewind.payments.model import Balance, PaymentState, balance
from tradewind.payments.provider import Charge
from tradewind.payments.reads import find_payment, list_ledger
from tradewind.shop import Shop
from tradewind_tools.blueprint.saga import STEPS, SagaStep
from tradewind_tools.memory.errors import ExecutionFailed
from tradewind_tools.memory.table import MemoryTable


@pytest.fixture
def shop(clock: FakeClock) -> Shop:
    shop = with_customer(make_shop(clock=clock))
    add_product(shop, "shirt", 10)
    return shop


def cancel_in_checkout(shop: Shop, order: Order, reason: CancelReason) -> None:
    closed = close_reservations(list_reservations(shop.table, order.order_id))
    shop.table.transact(cancel(order, reason, shop.clock, goods=closed, in_checkout=True).transaction)


def release(shop: Shop, order_id: str) -> None:
    (reservation,) = list_reservations(shop.table, order_id)
    shop.table.transact(release_reservation(reservation))


def test_approved_payment_confirms_the_order_and_sells_its_stock(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    saga = Saga(shop)

    assert saga.run(order_id).ended_in == "OrderDone"

    order = order_of(shop, order_id)
    assert (order.status, order.payment_status) == (OrderStatus.PROCESSING, PaymentStatus.PAID)
    assert stock(shop, "shirt") == (8, 0, 2)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=0)
    assert event_types(shop)[-3:] == ["OrderPlaced", "PaymentSucceeded", "OrderConfirmed"]


def low_levels(shop: Shop) -> list[int]:
    """How many shirts were left each time that StockLow was recorded."""
    recorded = timeline(shop.table, product_partition("shirt"))
    return [event.data["available"] for event in recorded if event.type == "StockLow"]


def test_an_order_that_leaves_few_units_reports_it_once(shop: Shop) -> None:
    saga = Saga(shop)
    orders = [submit_order(shop, {"shirt": units}) for units in (4, 1)]
    for order_id in (*orders, *orders):
        saga.run(order_id)
    saga.run(submit_order(shop, {"shirt": 2}))
    assert low_levels(shop) == [5]


class CountingTable(MemoryTable):
    """Counts reads of stock, and transactions."""

    def __init__(self) -> None:
        super().__init__()
        self.stock_reads = 0
        self.transactions = 0

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = list(keys)
        self.stock_reads += sum(key.sk.startswith("STOCK#") for key in wanted)
        return super().get_many(wanted, consistent=consistent)

    def transact(self, writes: Sequence[Write]) -> None:
        self.transactions += 1
        super().transact(writes)


@pytest.mark.parametrize(("sold_before", "costs"), [(0, (0, 1)), (2, (1, 3)), (4, (0, 1))])
def test_a_sale_reads_stock_only_when_it_is_the_first_that_leaves_few(
    clock: FakeClock, sold_before: int, costs: tuple[int, int]
) -> None:
    """Of ten shirts few are left at five."""
    table = CountingTable()
    shop = with_customer(make_shop(clock=clock, table=table))
    add_product(shop, "shirt", 10)
    for _ in range(sold_before):
        Saga(shop).run(submit_order(shop, {"shirt": 2}))
    order_id = submit_order(shop, {"shirt": 1})
    table.stock_reads = table.transactions = 0
    assert sell(shop, order_id) == "Committed"
    assert (table.stock_reads, table.transactions) == costs


def test_a_cancelled_order_lets_few_units_be_reported_again(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 6})
    Saga(shop).run(order_id)
    call(cancel_order, customer_event(path={"orderId": order_id}), shop)
    Saga(shop).run(order_id)
    Saga(shop).run(submit_order(shop, {"shirt": 7}))
    assert low_levels(shop) == [4, 3]


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("tok_declined", "CardDeclined"),
        ("tok_insufficient_funds", "InsufficientFunds"),
        ("tok_aproved", "UnknownPaymentMethod"),
    ],
)
def test_declined_card_cancels_the_order_and_releases_its_stock(shop: Shop, token: str, reason: str) -> None:
    order_id = submit_order(shop, {"shirt": 2}, token)
    saga = Saga(shop)

    assert saga.run(order_id).ended_in == "OrderCancelled"

    order = order_of(shop, order_id)
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, reason)
    assert stock(shop, "shirt") == (10, 0, 0)
    assert list_ledger(shop.table, order_id) == []
    assert "OrderCancelled" in event_types(shop)


def test_charge_without_an_answer_is_looked_up(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 1}, "tok_timeout")
    assert Saga(shop).run(order_id).ended_in == "OrderDone"


def test_order_that_costs_nothing_is_confirmed_without_a_provider(shop: Shop) -> None:
    add_product(shop, "sample", 10, price=0)
    order_id = submit_order(shop, {"sample": 1}, "tok_declined")
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert order_of(shop, order_id).payment_status is PaymentStatus.PAID
    call(cancel_order, customer_event(path={"orderId": order_id}), shop)
    Saga(shop).run(order_id)
    order = order_of(shop, order_id)
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.REFUNDED)
    assert stock(shop, "sample") == (10, 0, 0)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=0, refunded=0)


def test_later_answer_ends_the_run_and_extends_the_hold(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"shirt": 1}, "tok_async")
    assert Saga(shop).run(order_id).ended_in == "AwaitingPayment"
    assert order_of(shop, order_id).status is OrderStatus.PENDING
    (reservation,) = list_reservations(shop.table, order_id)
    assert reservation.held_until - clock.now() == timedelta(hours=shop.settings.unverified_answer_hours)


def test_running_again_changes_nothing(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    saga = Saga(shop)
    saga.run(order_id)
    before = event_types(shop)
    again = saga.run(order_id)
    assert again.ended_in == "OrderDone"
    assert event_types(shop) == before
    assert stock(shop, "shirt") == (8, 0, 2)
    assert balance(list_ledger(shop.table, order_id)).charged == 2500


def test_order_of_an_inactive_customer_is_cancelled(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 1})
    order = order_of(shop, order_id)
    shop.table.write(Update(contact_key(order.customer_id), set={"status": AccountStatus.DISABLED.value}))
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert order_of(shop, order_id).cancel_reason == CancelReason.CUSTOMER_INACTIVE


def test_order_whose_lines_do_not_add_up_is_not_charged(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 1})
    order = order_of(shop, order_id)
    shop.table.write(Update(order_key(order.customer_id, order_id), set={"totalMinor": 1}))
    Saga(shop).run(order_id)
    assert order_of(shop, order_id).cancel_reason == CancelReason.INVALID_ORDER
    assert list_ledger(shop.table, order_id) == []


def test_released_reservation_is_held_again_while_stock_allows(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    release(shop, order_id)
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert stock(shop, "shirt") == (8, 0, 2)


def test_order_is_cancelled_when_the_stock_of_its_released_reservation_is_gone(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    release(shop, order_id)
    submit_order(shop, {"shirt": 9})
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert order_of(shop, order_id).cancel_reason == CancelReason.OUT_OF_STOCK
    assert stock(shop, "shirt") == (1, 9, 0)


def test_overdue_hold_is_extended(shop: Shop, clock: FakeClock) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    clock.advance(3600)
    assert Saga(shop).run(order_id).ended_in == "OrderDone"


class InterruptingProvider:
    """A provider that lets something happen while it charges."""

    def __init__(self, shop: Shop, happening: Callable[[], None]) -> None:
        self._provider = shop.provider
        self._happening = happening

    def charge(self, key: str, amount_minor: int, currency: str, token: str) -> Charge:
        self._happening()
        return self._provider.charge(key, amount_minor, currency, token)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest of the protocol
        return getattr(self._provider, name)


def test_order_cancelled_during_its_charge_is_refunded_and_released(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})

    def cancel() -> None:
        cancel_in_checkout(shop, order_of(shop, order_id), CancelReason.CUSTOMER_INACTIVE)

    shop.provider = InterruptingProvider(shop, cancel)
    saga = Saga(shop)

    assert saga.run(order_id).ended_in == "OrderCancelled"

    order = order_of(shop, order_id)
    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.REFUNDED)
    assert balance(list_ledger(shop.table, order_id)).kept == 0
    assert stock(shop, "shirt") == (10, 0, 0)


def test_second_run_beside_the_first_changes_nothing(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    saga, second = Saga(shop), Saga(shop)

    def run_beside() -> None:
        shop.provider = inner
        second.run(order_id)

    inner = shop.provider
    shop.provider = InterruptingProvider(shop, run_beside)

    assert saga.run(order_id).ended_in == "OrderDone"
    assert stock(shop, "shirt") == (8, 0, 2)
    assert balance(list_ledger(shop.table, order_id)) == Balance(charged=2500, refunded=0)
    assert event_types(shop).count("OrderConfirmed") == 1


class SilentProvider:
    """A provider that never answers and knows nothing."""

    def charge(self, key: str, *_: object) -> Charge:
        raise ProviderTimeout(key)

    def look_up(self, *_: object) -> None:
        return None


def test_run_fails_and_the_order_stays_pending_while_the_provider_does_not_answer(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    provider = shop.provider
    shop.provider = SilentProvider()  # type: ignore[assignment]
    with pytest.raises(ExecutionFailed, match="ProcessPayment: ProviderTimeout"):
        Saga(shop).run(order_id)
    assert order_of(shop, order_id).status is OrderStatus.PENDING
    assert stock(shop, "shirt") == (8, 2, 0)

    shop.provider = provider
    assert Saga(shop).run(order_id).ended_in == "OrderDone"


def test_order_is_cancelled_when_it_could_not_be_charged_within_a_day(shop: Shop, clock: FakeClock) -> None:
    """The provider has forgotten the key of the attempt by then, and does not know a charge."""
    order_id = submit_order(shop, {"shirt": 2})
    shop.provider = SilentProvider()  # type: ignore[assignment]
    with pytest.raises(ExecutionFailed):
        Saga(shop).run(order_id)
    clock.advance(24 * 3600)
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert order_of(shop, order_id).cancel_reason == CancelReason.PAYMENT_TIMEOUT
    payment = find_payment(shop.table, order_id)
    assert payment
    assert payment.state is PaymentState.FAILED
    assert stock(shop, "shirt") == (10, 0, 0)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_technical_failure_of_a_step_decides_nothing(shop: Shop, step: SagaStep) -> None:
    """Whichever step fails for good: the run fails, and the order is what it was, for the next run to go on with."""
    token = "tok_approved" if step in STEPS[:5] else "tok_declined"
    order_id = submit_order(shop, {"shirt": 2}, token)
    with pytest.raises(ExecutionFailed, match=f"{step.name}: TableBusy"):
        Saga(shop, failing={step.function: TableBusy("throttled")}).run(order_id)
    is_decided = step.name in {"ReleaseStock", "RefundPayment"}
    assert order_of(shop, order_id).status is (OrderStatus.CANCELLED if is_decided else OrderStatus.PENDING)
    Saga(shop).run(order_id)
    ended_in = OrderStatus.PROCESSING if token == "tok_approved" else OrderStatus.CANCELLED
    assert order_of(shop, order_id).status is ended_in


def test_order_is_not_cancelled_for_an_outcome_that_is_no_reason(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 1})
    given = {"orderId": order_id, "customerId": CUSTOMER_ID, "correlationId": "run-1"}
    for reason in ("", "Decided", "Cancelled", "TableBusy"):
        with pytest.raises(ValueError, match="is not a valid CancelReason"):
            cancel_step({**given, "reason": reason}, None, shop)
    assert order_of(shop, order_id).status is OrderStatus.PENDING


def test_large_order_is_sold_reservation_by_reservation(shop: Shop) -> None:
    products = {f"p{number}": 1 for number in range(100)}
    for product_id in products:
        add_product(shop, product_id, 1)
    order_id = submit_order(shop, products)
    assert len(list_reservations(shop.table, order_id)) == 2
    assert Saga(shop).run(order_id).ended_in == "OrderDone"
    assert {stock(shop, product_id) for product_id in products} == {(0, 0, 1)}


def test_order_stays_unsettled_when_its_stock_cannot_be_released(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    Saga(shop).run(order_id)
    shop.table.write(Update(stock_key("shirt"), set={"sold": 0}))
    call(cancel_order, customer_event(path={"orderId": order_id}), shop)
    with pytest.raises(ExecutionFailed, match="cannot be released"):
        Saga(shop).run(order_id)
    assert is_unsettled(read_order_partition(shop.table, order_id, consistent=True))
    shop.table.write(Update(stock_key("shirt"), set={"sold": 2}))
    Saga(shop).run(order_id)
    assert stock(shop, "shirt") == (10, 0, 0)
    assert balance(list_ledger(shop.table, order_id)).kept == 0


def test_run_fails_when_its_order_is_missing(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 1})
    order = order_of(shop, order_id)
    shop.table.write(Update(order_key(order.customer_id, order_id), set={"orderId": order_id}))
    saga = Saga(shop)
    del shop.table._items[order_key(order.customer_id, order_id)]  # type: ignore[attr-defined]
    with pytest.raises(ExecutionFailed, match="there is no order"):
        saga.run(order_id)


def test_no_stock_is_taken_for_an_order_cancelled_a_moment_before(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    order = order_of(shop, order_id)
    cancel_in_checkout(shop, order, CancelReason.CARD_DECLINED)
    with pytest.raises(ConditionFailed):
        cancel_in_checkout(shop, order, CancelReason.CARD_DECLINED)
    Saga(shop).run(order_id)
    assert stock(shop, "shirt") == (10, 0, 0)


class EventuallyConsistent(MemoryTable):
    """A table of which reads that need not be consistent see nothing yet, as a moment after a write."""

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        return super().get(key) if consistent else None

    def query(self, query: Query) -> QueryResult:
        return super().query(query) if query.consistent else QueryResult([], None)


def test_steps_read_consistently_right_after_placement(clock: FakeClock) -> None:
    shop = with_customer(make_shop(clock=clock, table=EventuallyConsistent()))
    add_product(shop, "shirt", 10)
    assert Saga(shop).run(submit_order(shop, {"shirt": 2})).ended_in == "OrderDone"


class InterruptedTable(MemoryTable):
    """A table in which `meanwhile` happens right after a look at an order's reservations."""

    meanwhile: Callable[[], object] | None = None

    def query(self, query: Query) -> QueryResult:
        page = super().query(query)
        if self.meanwhile and query.begins == "RESERVATION#":
            happening, self.meanwhile = self.meanwhile, None
            happening()
        return page


@pytest.fixture
def interrupted(clock: FakeClock) -> tuple[Shop, InterruptedTable]:
    table = InterruptedTable()
    shop = with_customer(make_shop(clock=clock, table=table))
    add_product(shop, "shirt", 10)
    return shop, table


def sell(shop: Shop, order_id: str) -> str:
    given = {"orderId": order_id, "customerId": order_of(shop, order_id).customer_id, "correlationId": "run-1"}
    outcome: str = update_inventory(given, None, shop)["outcome"]
    return outcome


def test_nothing_is_sold_when_the_order_is_cancelled_meanwhile(interrupted: tuple[Shop, InterruptedTable]) -> None:
    shop, table = interrupted
    order_id = submit_order(shop, {"shirt": 2})

    def cancel() -> None:
        cancel_in_checkout(shop, order_of(shop, order_id), CancelReason.CARD_DECLINED)
        release(shop, order_id)

    table.meanwhile = cancel
    assert sell(shop, order_id) == "Decided"
    assert stock(shop, "shirt") == (10, 0, 0)


def test_nothing_is_sold_when_the_order_was_cancelled_and_its_stock_is_still_held(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    cancel_in_checkout(shop, order_of(shop, order_id), CancelReason.CARD_DECLINED)
    assert sell(shop, order_id) == "Decided"
    assert stock(shop, "shirt") == (8, 2, 0)


def test_stock_is_sold_when_it_was_released_meanwhile(interrupted: tuple[Shop, InterruptedTable]) -> None:
    shop, table = interrupted
    order_id = submit_order(shop, {"shirt": 2})
    table.meanwhile = lambda: release(shop, order_id)
    assert sell(shop, order_id) == "Committed"
    assert stock(shop, "shirt") == (8, 0, 2)


def test_order_is_out_of_stock_when_its_released_stock_was_taken_meanwhile(
    interrupted: tuple[Shop, InterruptedTable],
) -> None:
    shop, table = interrupted
    order_id = submit_order(shop, {"shirt": 2})

    def take() -> None:
        release(shop, order_id)
        submit_order(shop, {"shirt": 9})

    table.meanwhile = take
    assert sell(shop, order_id) == "OutOfStock"
    assert stock(shop, "shirt") == (1, 9, 0)


def test_selling_fails_when_reservations_keep_changing(interrupted: tuple[Shop, InterruptedTable]) -> None:
    shop, table = interrupted
    order_id = submit_order(shop, {"shirt": 2})

    def release_again() -> None:
        (reservation,) = list_reservations(shop.table, order_id)
        if reservation.status is ReservationStatus.HELD:
            release(shop, order_id)
        table.meanwhile = release_again

    table.meanwhile = release_again
    with pytest.raises(TableBusy, match="change again and again"):
        sell(shop, order_id)
