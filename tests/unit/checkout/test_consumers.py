from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import Saga, events, ordered, stocked, with_customer

from tradewind.aws.table import Delete, Item, Key, Query, QueryResult, Update
from tradewind.checkout.consumers import audit_order
from tradewind.ordering import store as orders
from tradewind.ordering.aftersales import cancel_order, fulfil_order, refund_order
from tradewind.outbox.aliases import with_aliases
from tradewind.payments.refunds import RefundRequest, refund_amount
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

SPOILT: dict[str, Callable[[str], Update | Delete]] = {
    "Lines": lambda order_id: Update(orders.key(CUSTOMER_ID, order_id), set={"lineCount": 9}),
    "Units": lambda order_id: Update(Key(f"ORDER#{order_id}", "RESERVATION#00"), set={"units": {"shirt": 1}}),
    "Stock": lambda order_id: Update(Key(f"ORDER#{order_id}", "RESERVATION#00"), set={"status": "held"}),
}


class Behind(MemoryTable):
    """A table whose cheaper reads show nothing yet; `meanwhile` happens between one read and the next."""

    def __init__(self) -> None:
        super().__init__()
        self.is_behind = False
        self.meanwhile: Callable[[], None] | None = None

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        return None if self.is_behind and not consistent else super().get(key, consistent=consistent)

    def query(self, query: Query) -> QueryResult:
        page = super().query(query)
        if self.meanwhile and query.consistent:
            happening, self.meanwhile = self.meanwhile, None
            happening()
        return page


@pytest.fixture
def table() -> Behind:
    return Behind()


@pytest.fixture
def shop(table: Behind) -> Shop:
    shop = with_customer(make_shop(table=table, clock=FakeClock()))
    stocked(shop, "shirt", 10)
    stocked(shop, "mug", 10)
    stocked(shop, "postage", trackStock=False)
    return shop


@pytest.fixture
def saga(shop: Shop) -> Saga:
    return Saga(shop)


@pytest.fixture
def order_id(shop: Shop, saga: Saga) -> str:
    """An order that is paid, sold and confirmed."""
    order_id = ordered(shop, {"shirt": 2, "mug": 1, "postage": 1})
    assert saga.run(order_id).ended_in == "OrderDone"
    return order_id


def audited(saga: Saga, capsys: pytest.CaptureFixture[str]) -> tuple[bool, dict[str, Any]]:
    """Whether the consumer took the event that tells of the order, and its line."""
    done = next(event for event in with_aliases(events(saga.shop)) if event.type == "order.done")
    batch = {"Records": [{"messageId": "1", "body": msgspec.json.encode({"detail": done}).decode()}]}
    capsys.readouterr()
    taken = audit_order(batch, None, saga.shop) == {"batchItemFailures": []}
    return taken, msgspec.json.decode(capsys.readouterr().out.splitlines()[-1])


def verdict(saga: Saga, capsys: pytest.CaptureFixture[str]) -> str:
    taken, line = audited(saga, capsys)
    assert (taken, line["level"]) == (True, "INFO"), line
    message: str = line["message"]
    return message


def administered(shop: Shop, operation: Any, order_id: str, body: object = None) -> None:  # noqa: ANN401 - any endpoint
    assert call(operation, admin_event(body, path={"orderId": order_id}), shop)[0] in {200, 201}


@pytest.mark.usefixtures("order_id")
def test_a_done_order_adds_up_however_often_it_is_looked_at(saga: Saga, capsys: pytest.CaptureFixture[str]) -> None:
    assert [verdict(saga, capsys) for _ in range(2)] == ["AddsUp", "AddsUp"]


def test_an_order_adds_up_whatever_became_of_it_since(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = {"reason": "broken", "lines": [{"productId": "shirt", "quantity": 1}], "restock": True}
    administered(shop, refund_order, order_id, lines)
    assert verdict(saga, capsys) == "AddsUp"
    (wanted,) = [event for event in events(shop) if event.type == "RefundRequested"]
    refund_amount(msgspec.convert(wanted.data, RefundRequest), "request-1", shop)
    assert verdict(saga, capsys) == "AddsUp"
    administered(shop, fulfil_order, order_id, {"carrier": "Royal Mail", "trackingNumber": "RM1"})
    assert verdict(saga, capsys) == "AddsUp"


def test_a_cancelled_order_is_let_alone_until_it_has_given_everything_back(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
    assert verdict(saga, capsys) == "Settling"
    saga.run(order_id)
    assert verdict(saga, capsys) == "AddsUp"


@pytest.mark.parametrize("wrong", SPOILT)
def test_what_does_not_add_up_is_told_by_its_id_and_counted(
    shop: Shop, saga: Saga, order_id: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.table.write(SPOILT[wrong](order_id))
    taken, line = audited(saga, capsys)
    assert (taken, line["level"], line["message"], line["OrderMismatch"]) == (True, "ERROR", "OrderMismatch", 1)
    assert (line["metadata"]["orderId"], line["metadata"]["mismatches"]) == (order_id, [wrong])
    assert CUSTOMER_ID not in msgspec.json.encode(line).decode()


def test_money_without_an_entry_is_told(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (entry,) = shop.table.query(Query(f"ORDER#{order_id}", begins="LEDGER#")).items
    shop.table.write(Delete(Key(entry["PK"], entry["SK"])))
    assert audited(saga, capsys)[1]["metadata"]["mismatches"] == ["Money"]


@pytest.mark.usefixtures("order_id")
def test_a_read_that_is_behind_alarms_nobody(table: Behind, saga: Saga, capsys: pytest.CaptureFixture[str]) -> None:
    table.is_behind = True
    assert verdict(saga, capsys) == "AddsUp"


def test_an_order_that_changes_during_the_look_is_looked_at_later(
    table: Behind, shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table.is_behind = True
    table.meanwhile = lambda: administered(shop, refund_order, order_id, {"reason": "broken", "restock": True})
    taken, line = audited(saga, capsys)
    assert (taken, line["level"], line["message"]) == (False, "INFO", "OrderChanged")
    assert verdict(saga, capsys) == "AddsUp"


def test_an_order_that_is_not_there_is_a_fault(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.table.write(Delete(orders.key(CUSTOMER_ID, order_id)))
    taken, line = audited(saga, capsys)
    assert (taken, line["level"], line["message"]) == (False, "ERROR", "OrderMissing")
