from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, call, customer_event, make_shop
from tests.trading import Saga, add_product, submit_order
from tests.unit.identity.factors import add_factor
from tests.unit.identity.people import join
from tests.unit.privacy.accounts import (
    deliver,
    download,
    events_of,
    link_to,
    make_account,
    records,
    request_export,
    write_all,
)

from tradewind.aws.table import Item, Key, Put, Table, Update
from tradewind.cart.handlers import add_item
from tradewind.edge.access import user_key
from tradewind.identity.links import issue_export_token
from tradewind.privacy import consumers, exporting, handlers
from tradewind.privacy.model import Record
from tradewind.privacy.reads import find_export, read_parts
from tradewind.shop import Shop


@pytest.fixture
def shop() -> Shop:
    shop = make_account()
    add_product(shop, "mug")
    return shop


def test_everything_known_of_a_person_is_exported(shop: Shop) -> None:
    Saga(shop).run(order_id := submit_order(shop, {"mug": 1}))
    call(add_item, customer_event({"productId": "mug", "quantity": 2}), shop)
    request_export(shop)
    found = records(download(shop, link_to(shop, write_all(shop))))
    by_kind = {record["kind"]: record for record in found}
    assert by_kind["User"]["data"]["email"] == f"{CUSTOMER_ID.lower()}@example.com"
    assert by_kind["Cart line"]["data"]["quantity"] == 2
    assert by_kind["Order"]["data"]["shippingAddress"]["street"] == "1 Lane"
    assert by_kind["Order lines"] == {
        "kind": "Order lines",
        "orderId": order_id,
        "data": {"lines": by_kind["Order lines"]["data"]["lines"]},
    }
    assert by_kind["Ledger entry"]["data"]["amountMinor"] == 1_250


def test_nothing_of_a_second_factor_but_that_there_is_one_is_exported() -> None:
    clock = FakeClock()
    shop = make_shop(clock=clock)
    app = add_factor(shop, clock, join(shop))
    user_id = app.member.user_id
    shop.table.write(Update(user_key(user_id), set={"emailVerified": True}))
    call(handlers.request_export, customer_event(user_id=user_id), shop)
    ready = write_all(shop)
    token = str(issue_export_token(user_id, ready.data["exportId"], ready.occurred_at, shop))
    answer = download(shop, token)
    kinds = {record["kind"]: record["data"] for record in records(answer)}
    assert "Second factor" not in kinds
    assert kinds["User"]["hasSecondFactor"] is True
    assert app.secret not in answer["body"]


def test_no_secret_is_exported(shop: Shop) -> None:
    Saga(shop).run(submit_order(shop, {"mug": 1}))
    request_export(shop)
    body = download(shop, link_to(shop, write_all(shop)))["body"]
    for secret in ("passwordHash", "tokenHash", "tok_approved", "paymentToken", "PK", "GSI"):
        assert secret not in body


def test_large_account_is_exported_in_pages_each_by_an_event_of_its_own(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "PAGE_ITEMS", 1)
    orders = {submit_order(shop, {"mug": 1}) for _ in range(3)}
    request_export(shop)
    found = records(download(shop, link_to(shop, write_all(shop))))
    assert {record["data"]["orderId"] for record in found if record["kind"] == "Order"} == orders
    assert len(events_of(shop, "ExportContinued")) >= 3


def test_second_delivery_of_an_event_writes_nothing_twice(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "PAGE_ITEMS", 1)
    request_export(shop)
    (requested,) = events_of(shop, "ExportRequested")
    assert deliver(shop, requested)
    assert deliver(shop, requested)
    export_id = write_all(shop).data["exportId"]
    assert deliver(shop, requested)
    assert len(events_of(shop, "ExportReady")) == 1
    export = find_export(shop.table, CUSTOMER_ID)
    assert export
    lines = "".join(read_parts(shop.table, export_id, 1, export.parts)).splitlines()
    assert len(lines) == len(set(lines))


def test_delivery_that_another_one_overtakes_comes_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    request_export(shop)
    (requested,) = events_of(shop, "ExportRequested")
    list_records = exporting.list_records

    def overtake(table: Table, items: Iterable[Item]) -> Iterator[Record]:
        monkeypatch.setattr(exporting, "list_records", list_records)
        assert deliver(shop, requested)
        return list_records(table, items)

    monkeypatch.setattr(exporting, "list_records", overtake)
    assert not deliver(shop, requested)
    assert deliver(shop, requested)
    assert len(events_of(shop, "ExportReady")) == 1


def test_event_of_an_export_that_is_gone_changes_nothing() -> None:
    shop = make_account()
    request_export(shop)
    (requested,) = events_of(shop, "ExportRequested")
    assert deliver(make_shop(), requested)


def test_item_of_an_unknown_kind_stops_the_export(shop: Shop) -> None:
    shop.table.write(Put({"PK": f"USER#{CUSTOMER_ID}", "SK": "SURPRISE"}))
    request_export(shop)
    assert not deliver(shop, events_of(shop, "ExportRequested")[0])
    assert shop.table.get(Key(f"USER#{CUSTOMER_ID}", "SURPRISE"))
