from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.data.fake_shop import FakeShop, Fault

from tradewind_tools.data.catalogue import Catalogue
from tradewind_tools.data.errors import LoginRefusedError
from tradewind_tools.data.importing import Importer, ImportResult
from tradewind_tools.data.journal import Journal, open_journal
from tradewind_tools.data.online_retail import RefusalReason, read_sales
from tradewind_tools.data.online_retail_products import read_products
from tradewind_tools.data.progress import Advance
from tradewind_tools.data.reconciliation import ReplayStatus
from tradewind_tools.data.replay import Replay
from tradewind_tools.data.shop import ShopClient

TWO_DAYS = Path(__file__).resolve().parents[2] / "fixtures" / "online_retail" / "two_days.csv"
INVOICES = ["536365", "536366", "536370", "536544", "536547"]


@contextmanager
def unseen(_title: str, _total: int) -> Iterator[Advance]:
    yield lambda: None


@pytest.fixture
def journal(tmp_path: Path, fake: FakeShop) -> Iterator[Journal]:
    with open_journal(tmp_path, fake.url) as journal:
        yield journal


@pytest.fixture
def start(shop: ShopClient, journal: Journal, pauses: list[float]) -> Callable[..., Replay]:
    """Start a replay of the fixture; each call is another run, with the same journal."""

    def start(**changed: object) -> Replay:
        settings = {"workers": 3, "show": unseen, "sleep": pauses.append} | changed
        return Replay(shop, read_sales([TWO_DAYS]), journal, **settings)  # type: ignore[arg-type]

    return start


@pytest.fixture
def _imported(shop: ShopClient) -> None:
    bring_in(shop, read_products([TWO_DAYS]))


def bring_in(shop: ShopClient, catalogue: Catalogue) -> None:
    result = ImportResult(catalogue)
    Importer(shop).bring_in(result, lambda: None)
    assert result.refused_by_shop == []


@pytest.mark.usefixtures("_imported")
def test_everything_adds_up(fake: FakeShop, start: Callable[..., Replay]) -> None:
    found = start().run()
    assert found.reconciles
    assert found.statuses == {"confirmed": 5}
    assert found.placed_now == 5
    assert found.money.confirmed_orders_minor == found.money.accepted_minor == 9931
    assert found.stock.units_sold == found.stock.units_confirmed == 42
    assert found.rows_accepted == 8
    assert fake.stock["22633"] == Counter(available=0, reserved=0, sold=32)


@pytest.mark.usefixtures("_imported")
def test_orders_are_placed_in_the_order_of_time(fake: FakeShop, start: Callable[..., Replay]) -> None:
    start(workers=1).run()
    assert [order["reference"] for order in fake.orders.values()] == [f"invoice {number}" for number in INVOICES]


@pytest.mark.usefixtures("_imported")
def test_each_customer_is_registered_once(fake: FakeShop, start: Callable[..., Replay]) -> None:
    start().run()
    assert set(fake.users) == {
        "customer-17850@online-retail.example",
        "customer-12583@online-retail.example",
        "walk-in-united-kingdom@online-retail.example",
        "walk-in-eire@online-retail.example",
    }


@pytest.mark.usefixtures("_imported")
def test_a_second_replay_places_nothing_and_reconciles_again(fake: FakeShop, start: Callable[..., Replay]) -> None:
    first = start().run()
    calls = fake.calls.copy()
    second = start().run()
    assert second.placed_now == 0
    assert second.reconciles
    assert second.money == first.money
    assert fake.calls["POST /orders"] == calls["POST /orders"]
    assert fake.calls["POST /auth"] == calls["POST /auth"]


@pytest.mark.usefixtures("_imported")
def test_without_its_journal_the_shops_memory_keeps_orders_single(
    fake: FakeShop, start: Callable[..., Replay], journal: Journal
) -> None:
    start().run()
    journal.start_over()
    found = start().run()
    assert len(fake.orders) == 5
    assert found.placed_now == 0
    assert found.reconciles


@pytest.mark.usefixtures("_imported")
def test_a_journal_of_a_shop_that_was_started_over_is_forgotten(
    fake: FakeShop, shop: ShopClient, start: Callable[..., Replay]
) -> None:
    start().run()
    fake.start_over()
    bring_in(shop, read_products([TWO_DAYS]))
    fake.users["somebody@else.example"] = "user-0"
    found = start().run()
    assert found.placed_now == 5
    assert found.reconciles


@pytest.mark.usefixtures("_imported")
def test_an_interrupted_replay_goes_on_where_it_ended(fake: FakeShop, start: Callable[..., Replay]) -> None:
    @contextmanager
    def interrupted(title: str, _total: int) -> Iterator[Advance]:
        steps = iter(range(2))
        yield lambda: stop(title, next(steps, None))

    def stop(title: str, step: int | None) -> None:
        if title == "orders placed" and step is None:
            raise KeyboardInterrupt

    replay = start(show=interrupted, workers=1)
    with pytest.raises(KeyboardInterrupt):
        replay.run()
    assert len(replay.placed_now) == len(fake.orders) < 5
    assert {replay.outcome(invoice).status for invoice in replay.sales.invoices} == {
        ReplayStatus.PENDING,
        ReplayStatus.NOT_PLACED,
    }
    found = start().run()
    assert found.placed_now == 5 - len(replay.placed_now)
    assert found.reconciles


@pytest.mark.usefixtures("_imported")
def test_orders_are_looked_at_until_they_settle(
    fake: FakeShop, start: Callable[..., Replay], pauses: list[float]
) -> None:
    fake.looks_until_settled = 4
    assert start().run().reconciles
    assert pauses == [0.5, 1.0, 2.0]


@pytest.mark.usefixtures("_imported")
def test_orders_that_do_not_move_are_left_as_pending(fake: FakeShop, start: Callable[..., Replay]) -> None:
    fake.looks_until_settled = 10**9
    found = start(stall_seconds=0).run()
    assert found.statuses == {"still pending": 5}
    assert not found.reconciles
    assert found.stock.differences


@pytest.mark.usefixtures("_imported")
def test_a_cancelled_order_is_told_with_its_reason(fake: FakeShop, start: Callable[..., Replay]) -> None:
    fake.cancels = lambda order: order["reference"] == "invoice 536366"
    found = start().run()
    assert found.statuses == {"confirmed": 4, "cancelled": 1}
    assert found.reasons == {"CardDeclined": 1}
    assert not found.reconciles
    assert found.money.confirmed_rows_minor == found.money.confirmed_orders_minor == 9931 - 6 * 185
    assert found.stock.differences == ()


@pytest.mark.usefixtures("_imported")
def test_an_order_the_shop_refuses_is_told_with_its_reason(fake: FakeShop, start: Callable[..., Replay]) -> None:
    fake.catalogue.change_stock("85123A", available=3 - fake.stock["85123A"]["available"])
    found = start().run()
    assert found.reasons == {"OutOfStock": 1}
    assert found.statuses == {"refused by the shop": 1, "confirmed": 4}
    assert not found.reconciles


@pytest.mark.usefixtures("_imported")
def test_an_order_the_shop_forgot_is_lost(fake: FakeShop, start: Callable[..., Replay]) -> None:
    start().run()
    fake.orders.popitem()
    found = start().run()
    assert found.statuses == {"confirmed": 4, "placed, but unknown to the shop": 1}
    assert not found.reconciles


@pytest.mark.usefixtures("_imported")
def test_what_a_shop_lost_in_a_crash_is_placed_again(fake: FakeShop, start: Callable[..., Replay]) -> None:
    start(workers=1).run()  # the last order is then the only one of its customer
    order = fake.orders.popitem()[1]
    for product, units in order["units"].items():
        fake.catalogue.change_stock(product, available=units, sold=-units)
    fake.answers = {key: value for key, value in fake.answers.items() if value[1][1]["orderId"] != order["orderId"]}
    email = next(email for email, user_id in fake.users.items() if user_id == order["customerId"])
    fake.users[email] = "user-after-the-crash"
    found = start().run()
    assert found.statuses == {"confirmed": 5}
    assert found.placed_now == 1
    assert found.reconciles


@pytest.mark.usefixtures("_imported")
def test_another_total_than_ours_is_found(fake: FakeShop, start: Callable[..., Replay]) -> None:
    start().run()
    next(iter(fake.orders.values()))["total"] += Decimal("0.01")
    found = start().run()
    assert len(found.differing_orders) == 1
    assert not found.reconciles


@pytest.mark.usefixtures("_imported")
def test_stock_that_leaks_is_found(fake: FakeShop, start: Callable[..., Replay]) -> None:
    start().run()
    fake.catalogue.change_stock("22633", available=1)
    found = start().run()
    assert [difference.product_id for difference in found.stock.differences] == ["22633"]
    assert not found.reconciles


@pytest.mark.usefixtures("_imported")
def test_rows_of_products_the_shop_lacks_are_refused(fake: FakeShop, start: Callable[..., Replay]) -> None:
    for product in ("85123A", "22752"):
        fake.catalogue.perform("DELETE", ["products", product], {})
    replay = start()
    found = replay.run()
    assert found.rows_refused[RefusalReason.UNKNOWN_PRODUCT] == 3
    assert found.statuses == {"confirmed": 4}
    assert found.reconciles
    assert found.rows_accepted + sum(found.rows_refused.values()) == found.rows_read


@pytest.mark.usefixtures("_imported")
def test_faults_on_the_way_change_nothing(fake: FakeShop, start: Callable[..., Replay]) -> None:
    kinds = [Fault(503), Fault(0, after_work=True), Fault(429, {"Retry-After": "1"}), Fault(0)]
    fake.faults = [fault for kind in kinds for fault in (kind, None, None)]
    found = start(workers=1).run()
    assert fake.faults == []
    assert found.reconciles
    assert len(fake.orders) == 5


@pytest.mark.usefixtures("_imported")
def test_a_login_that_is_refused_stops_the_replay(fake: FakeShop, start: Callable[..., Replay]) -> None:
    fake.faults = [Fault(403)]
    with pytest.raises(LoginRefusedError):
        start(workers=1).run()
