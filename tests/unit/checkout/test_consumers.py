from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, admin_event, call, customer_event, make_shop
from tests.trading import Saga, add_product, events, order_of, stock, submit_order, with_customer
from tests.webhooks import deliver, received_webhooks, send_webhook, webhook_for

from tradewind.aws.table import Delete, Item, Key, Put, Query, QueryResult, TableBusy, Update
from tradewind.checkout.consumers import audit_order
from tradewind.kernel.events import Event
from tradewind.ordering.change_handlers import cancel_order, fulfil_order, refund_order
from tradewind.ordering.model import CancelReason
from tradewind.ordering.reads import order_key
from tradewind.outbox.aliases import with_aliases
from tradewind.payments.consumers import apply_webhook, issue_refund
from tradewind.payments.fake import charge_reference
from tradewind.payments.model import DisputeStanding, DisputeState
from tradewind.shop import Shop
from tradewind_tools.blueprint.messaging import AUDIT_QUEUE, RULES
from tradewind_tools.memory.errors import ExecutionFailed
from tradewind_tools.memory.table import MemoryTable
from tradewind_tools.simulation.bus import matches

SPOIL: dict[str, Callable[[str], Update | Delete]] = {
    "Lines": lambda order_id: Update(order_key(CUSTOMER_ID, order_id), set={"lineCount": 9}),
    "Units": lambda order_id: Update(Key(f"ORDER#{order_id}", "RESERVATION#00"), set={"units": {"shirt": 1}}),
    "Stock": lambda order_id: Update(Key(f"ORDER#{order_id}", "RESERVATION#00"), set={"status": "held"}),
}


class StaleTable(MemoryTable):
    """A table whose cheaper reads show nothing yet, or queries what was there at `freeze_queries`.

    `meanwhile` happens between one read and the next.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_stale = False
        self.meanwhile: Callable[[], None] | None = None
        self._frozen: MemoryTable | None = None

    def freeze_queries(self) -> None:
        self._frozen = MemoryTable()
        for item in self.all_items():
            self._frozen.write(Put(item))

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        return None if self.is_stale and not consistent else super().get(key, consistent=consistent)

    def query(self, query: Query) -> QueryResult:
        if self._frozen and not query.consistent:
            return self._frozen.query(query)
        page = super().query(query)
        if self.meanwhile and query.consistent:
            happening, self.meanwhile = self.meanwhile, None
            happening()
        return page


@pytest.fixture
def table() -> StaleTable:
    return StaleTable()


@pytest.fixture
def shop(table: StaleTable) -> Shop:
    shop = with_customer(make_shop(table=table, clock=FakeClock()))
    add_product(shop, "shirt", 10)
    add_product(shop, "mug", 10)
    add_product(shop, "postage", trackStock=False)
    return shop


@pytest.fixture
def saga(shop: Shop) -> Saga:
    return Saga(shop)


@pytest.fixture
def order_id(shop: Shop, saga: Saga) -> str:
    """An order that is paid, sold and confirmed."""
    order_id = submit_order(shop, {"shirt": 2, "mug": 1, "postage": 1})
    assert saga.run(order_id).ended_in == "OrderDone"
    return order_id


def audit(
    saga: Saga, capsys: pytest.CaptureFixture[str], event_type: str = "order.done"
) -> tuple[bool, dict[str, Any]]:
    """Whether the consumer took the last event of this type, which tells of the order, and its line."""
    done = [event for event in with_aliases(events(saga.shop)) if event.type == event_type][-1]
    batch = {"Records": [{"messageId": "1", "body": msgspec.json.encode({"detail": done}).decode()}]}
    capsys.readouterr()
    taken = audit_order(batch, None, saga.shop) == {"batchItemFailures": []}
    return taken, msgspec.json.decode(capsys.readouterr().out.splitlines()[-1])


def verdict(saga: Saga, capsys: pytest.CaptureFixture[str], event_type: str = "order.done") -> str:
    taken, line = audit(saga, capsys, event_type)
    assert (taken, line["level"]) == (True, "INFO"), line
    message: str = line["message"]
    return message


def queues_of(event: Event) -> set[str]:
    """The queues that the bus sends an event to."""
    return {rule.queue for rule in RULES if matches(rule, event.type, {"data": event.data})}


def administer(shop: Shop, operation: Any, order_id: str, body: object = None) -> None:  # noqa: ANN401 - any endpoint
    assert call(operation, admin_event(body, path={"orderId": order_id}), shop)[0] in {200, 201}


@pytest.mark.usefixtures("order_id")
def test_done_order_adds_up_at_each_audit(saga: Saga, capsys: pytest.CaptureFixture[str]) -> None:
    assert [verdict(saga, capsys) for _ in range(2)] == ["AddsUp", "AddsUp"]


def test_order_adds_up_after_refunds_and_fulfilment(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = {"reason": "broken", "lines": [{"productId": "shirt", "quantity": 1}], "restock": True}
    administer(shop, refund_order, order_id, lines)
    assert verdict(saga, capsys) == "AddsUp"
    (wanted,) = [event for event in events(shop) if event.type == "RefundRequested"]
    issue_refund.handle(wanted, shop)
    assert verdict(saga, capsys) == "AddsUp"
    administer(shop, fulfil_order, order_id, {"carrier": "Royal Mail", "trackingNumber": "RM1"})
    assert verdict(saga, capsys) == "AddsUp"


def test_goods_back_for_nothing_are_audited_since_no_money_tells_of_them(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    back = {"reason": "broken", "lines": [{"productId": "shirt", "quantity": 1, "amount": 0}], "restock": True}
    administer(shop, refund_order, order_id, back)
    requested = next(event for event in events(shop) if event.type == "RefundRequested")
    assert AUDIT_QUEUE in queues_of(requested)
    assert verdict(saga, capsys, "RefundRequested") == "AddsUp"
    shop.table.transact([SPOIL["Units"](order_id)])
    assert audit(saga, capsys, "RefundRequested")[1]["metadata"]["mismatches"] == ["Units"]


def test_money_back_is_audited_once_it_has_moved(shop: Shop, saga: Saga, order_id: str) -> None:
    administer(shop, refund_order, order_id, {"reason": "broken", "amount": 1})
    requested = next(event for event in events(saga.shop) if event.type == "RefundRequested")
    assert AUDIT_QUEUE not in queues_of(requested)


def test_cancelled_order_is_settling_until_everything_is_given_back(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
    assert verdict(saga, capsys) == "Settling"
    saga.run(order_id)
    assert verdict(saga, capsys) == "AddsUp"


@pytest.mark.parametrize("wrong", SPOIL)
def test_mismatch_is_alarmed_with_the_order_id(
    shop: Shop, saga: Saga, order_id: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.table.write(SPOIL[wrong](order_id))
    taken, line = audit(saga, capsys)
    assert (taken, line["level"], line["message"], line["OrderMismatch"]) == (True, "ERROR", "OrderMismatch", 1)
    assert (line["metadata"]["orderId"], line["metadata"]["mismatches"]) == (order_id, [wrong])
    assert CUSTOMER_ID not in msgspec.json.encode(line).decode()


def test_missing_ledger_entry_is_a_mismatch(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (entry,) = shop.table.query(Query(f"ORDER#{order_id}", begins="LEDGER#")).items
    shop.table.write(Delete(Key(entry["PK"], entry["SK"])))
    assert audit(saga, capsys)[1]["metadata"]["mismatches"] == ["Money"]


@pytest.mark.usefixtures("order_id")
def test_stale_read_is_not_alarmed(table: StaleTable, saga: Saga, capsys: pytest.CaptureFixture[str]) -> None:
    table.is_stale = True
    assert verdict(saga, capsys) == "AddsUp"


def test_audit_is_retried_when_the_order_changes_meanwhile(
    table: StaleTable, shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table.is_stale = True
    table.meanwhile = lambda: administer(shop, refund_order, order_id, {"reason": "broken", "restock": True})
    taken, line = audit(saga, capsys)
    assert (taken, line["level"], line["message"]) == (False, "INFO", "OrderChanged")
    assert verdict(saga, capsys) == "AddsUp"


def test_missing_order_is_a_fault(shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    shop.table.write(Delete(order_key(CUSTOMER_ID, order_id)))
    taken, line = audit(saga, capsys)
    assert (taken, line["level"], line["message"]) == (False, "ERROR", "OrderMissing")


def report_by_provider(shop: Shop, order_id: str, kind: str, **fields: Any) -> None:  # noqa: ANN401 - JSON
    """The provider reports what happened to the order's charge without the shop."""
    of_charge = {"payment_id": "", "charge_reference": charge_reference(f"{order_id}-1")}
    send_webhook(shop, webhook_for(shop, order_id, kind, **(of_charge | fields)))
    assert deliver(apply_webhook, received_webhooks(shop)[-1:], shop)


OPEN = DisputeStanding(DisputeState.OPEN, is_withdrawn=True)
WON = DisputeStanding(DisputeState.WON, is_withdrawn=True, is_reinstated=True)
LOST = DisputeStanding(DisputeState.LOST, is_withdrawn=True)


def test_audit_runs_after_a_cancelled_order_is_settled_and_after_its_refunds(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report_by_provider(shop, order_id, "refund.succeeded", reference="re_1", amount_minor=100)
    assert verdict(saga, capsys, "RefundIssued") == "AddsUp"
    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
    saga.run(order_id)
    assert verdict(saga, capsys, "OrderSettled") == "AddsUp"


def test_order_whose_money_moves_before_it_is_done_is_not_alarmed(
    shop: Shop, saga: Saga, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = submit_order(shop, {"shirt": 1}, "tok_async")
    saga.run(order_id)
    send_webhook(shop, webhook_for(shop, order_id))
    assert deliver(apply_webhook, received_webhooks(shop)[-1:], shop)
    report_by_provider(shop, order_id, "refund.succeeded", reference="re_1", amount_minor=100)
    assert verdict(saga, capsys, "RefundIssued") == "NotDone"


def test_order_that_keeps_less_than_nothing_rings(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shop refunded all of it, and then a bank takes it back once more."""
    administer(shop, refund_order, order_id, {"reason": "all of it"})
    (wanted,) = [event for event in events(shop) if event.type == "RefundRequested"]
    issue_refund.handle(wanted, shop)
    report_by_provider(shop, order_id, "dispute.updated", reference="dp_1", dispute=OPEN)
    _, line = audit(saga, capsys, "DisputeOpened")
    assert (line["level"], line["metadata"]["mismatches"]) == ("ERROR", ["Overdrawn"])
    assert (line["OrderMismatch"], line["PaymentProblem"]) == (1, 1)


def test_movement_of_money_is_never_judged_by_what_a_cheaper_read_does_not_show_yet(
    table: StaleTable, shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two disputes, each about the whole charge; the audit of the second meets a copy that knows the first alone."""
    report_by_provider(shop, order_id, "dispute.updated", reference="dp_1", dispute=OPEN)
    table.freeze_queries()
    report_by_provider(shop, order_id, "dispute.updated", reference="dp_2", dispute=OPEN)
    _, line = audit(saga, capsys, "DisputeOpened")
    assert line["metadata"]["mismatches"] == ["Overdrawn"]


def test_order_refunded_at_the_provider_before_it_is_confirmed_is_cancelled_by_the_shop(shop: Shop) -> None:
    order_id = submit_order(shop, {"shirt": 2})
    with pytest.raises(ExecutionFailed):
        Saga(shop, failing={"checkout-update-inventory": TableBusy("throttled")}).run(order_id)
    report_by_provider(shop, order_id, "refund.succeeded", reference="re_1", amount_minor=2500)
    assert Saga(shop).run(order_id).ended_in == "OrderCancelled"
    assert order_of(shop, order_id).cancel_reason == CancelReason.SHOP_REQUEST
    assert stock(shop, "shirt") == (10, 0, 0)


def test_open_dispute_is_told_to_an_administrator_and_one_that_is_won_is_not(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report_by_provider(shop, order_id, "dispute.updated", reference="dp_1", dispute=OPEN, note="fraudulent")
    taken, line = audit(saga, capsys, "DisputeOpened")
    assert (taken, line["level"], line["PaymentProblem"]) == (True, "ERROR", 1)
    assert (line["metadata"]["orderId"], line["metadata"]["problem"]) == (order_id, "DisputeOpened")
    report_by_provider(shop, order_id, "dispute.updated", reference="dp_1", dispute=WON)
    assert verdict(saga, capsys, "DisputeClosed") == "AddsUp"
    assert verdict(saga, capsys, "DisputeOpened") == "AddsUp", "an old event, delivered again"


def test_dispute_that_is_lost_is_told_however_late_the_event_comes(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report_by_provider(shop, order_id, "dispute.updated", reference="dp_1", dispute=OPEN)
    report_by_provider(shop, order_id, "dispute.updated", reference="dp_1", dispute=LOST)
    _, line = audit(saga, capsys, "DisputeOpened")
    assert (line["level"], line["PaymentProblem"]) == ("ERROR", 1)


def test_dispute_that_is_first_heard_of_when_it_is_lost_is_told(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report_by_provider(shop, order_id, "dispute.updated", reference="dp_1", dispute=LOST)
    _, line = audit(saga, capsys, "DisputeOpened")
    assert (line["level"], line["PaymentProblem"]) == ("ERROR", 1)


def test_refund_that_failed_afterwards_is_told_to_an_administrator(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report_by_provider(shop, order_id, "refund.succeeded", reference="re_1", amount_minor=100)
    report_by_provider(shop, order_id, "refund.failed", reference="re_1", amount_minor=100, note="expired card")
    _, line = audit(saga, capsys, "RefundFailed")
    assert (line["level"], line["metadata"]["problem"], line["PaymentProblem"]) == ("ERROR", "RefundFailed", 1)
    assert "OrderMismatch" not in line


def test_cancelled_order_whose_refund_failed_keeps_money_that_is_not_its_own(
    shop: Shop, saga: Saga, order_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(cancel_order, customer_event(path={"orderId": order_id}), shop)[0] == 200
    saga.run(order_id)
    reference = f"fake_refund_{order_id}-1-refund-1"
    report_by_provider(shop, order_id, "refund.failed", reference=reference, refund_id=f"{order_id}-1-refund-1")
    _, line = audit(saga, capsys, "RefundFailed")
    assert line["metadata"]["mismatches"] == ["Money"]
    administer(shop, refund_order, order_id, {"reason": "by another way"})
    issue_refund.handle([event for event in events(shop) if event.type == "RefundRequested"][-1], shop)
    assert verdict(saga, capsys, "RefundIssued") == "AddsUp"
