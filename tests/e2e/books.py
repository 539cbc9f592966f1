"""The books of a shop after a crowd: what became of each order, of its stock, its money and its mails."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from tests.e2e.browserless import Visitor

from tradewind.analytics.jobs import roll_up
from tradewind.aws.table import query_all
from tradewind.checkout.model import ALERT_AFTER
from tradewind.checkout.stuck_orders import find_stuck_orders
from tradewind.edge.consumer import Report
from tradewind.inventory.public import ReservationStatus, list_reservations, stock_from, stock_key
from tradewind.ops.jobs import audit_inventory
from tradewind.ordering.model import Order, OrderStatus, PaymentStatus
from tradewind.ordering.public import read_order_with_lines
from tradewind.ordering.reads import order_from, query_orders
from tradewind.payments.fake import charge_reference
from tradewind.payments.model import FIRST_ATTEMPT, LedgerKind
from tradewind.payments.reads import list_ledger, list_payments
from tradewind.shop import Shop
from tradewind_tools.data.messages import Credentials
from tradewind_tools.data.shop import ShopClient
from tradewind_tools.data.transport import Transport
from tradewind_tools.localcloud.state import AdminLogin
from tradewind_tools.operations.figures_check import verify

_PAYING = {"tok_approved", "tok_timeout"}
_STANDING = {OrderStatus.PROCESSING, OrderStatus.COMPLETED}
_RESERVATION = dict.fromkeys(_STANDING, ReservationStatus.COMMITTED) | {
    OrderStatus.CANCELLED: ReservationStatus.RELEASED
}


class Books:
    """Every order of these customers; each check yields what is wrong, in a line."""

    def __init__(self, shop: Shop, customers: Sequence[str]) -> None:
        self.shop = shop
        self.orders = {order.order_id: order for customer in customers for order in _orders_of(customer, shop)}

    def wrong(self, opened: Mapping[str, int]) -> list[str]:
        """What does not add up; `opened` says with how many pieces of each product the shop began."""
        return [*self._orders(), *self._stock(opened), *self._left_over()]

    @property
    def standing(self) -> list[str]:
        return [order_id for order_id, order in self.orders.items() if order.status in _STANDING]

    def _orders(self) -> Iterator[str]:
        for order in self.orders.values():
            if order.status not in _RESERVATION:
                yield f"{order.order_id} is {order.status}"
                continue
            yield from self._money(order)
            held = {each.status for each in list_reservations(self.shop.table, order.order_id)}
            if held - {_RESERVATION[order.status]}:
                yield f"{order.order_id} is {order.status}, its stock {held}"

    def _money(self, order: Order) -> Iterator[str]:
        """The ledger has what the provider took, and what went back; and the order says the same."""
        recorded = [
            (entry.kind, entry.reference, entry.amount_minor) for entry in list_ledger(self.shop.table, order.order_id)
        ]
        taken = bool(list_payments(self.shop.table, order.order_id)) and order.payment_token in _PAYING
        if recorded != (due := _due(order) if taken else []):
            yield f"{order.order_id} is {order.status}, its ledger {recorded} instead of {due}"
        if order.payment_status is not (wanted := _payment_status(order, taken=taken)):
            yield f"{order.order_id} is {order.status} and {order.payment_status} instead of {wanted}"

    def _stock(self, opened: Mapping[str, int]) -> Iterator[str]:
        sold = self._sold()
        found = self.shop.table.get_many([stock_key(product_id) for product_id in opened], consistent=True)
        for stock in map(stock_from, found.values()):
            counted, sold_units = (stock.available, stock.reserved, stock.sold), sold[stock.variant_id]
            if counted != (opened[stock.variant_id] - sold_units, 0, sold_units):
                yield f"{stock.variant_id} is {counted}, of {opened[stock.variant_id]}, with {sold_units} on orders"

    def _sold(self) -> Counter[str]:
        sold: Counter[str] = Counter()
        for order_id in self.standing:
            found = read_order_with_lines(self.shop.table, self.orders[order_id].customer_id, order_id)
            for line in found.lines if found else []:
                sold[line.variant_id] += line.quantity
        return sold

    def _left_over(self) -> Iterator[str]:
        later = self.shop.clock.now() + 2 * ALERT_AFTER
        yield from (
            f"{stuck.order_id} is stuck" for stuck in find_stuck_orders(self.shop.table, later, timedelta(days=1))
        )
        yield from (f"the audit finds {wrong}" for wrong in _audited(self.shop))


def figures_that_differ(front_door_url: str, admin: AdminLogin, own: Shop) -> list[str]:
    """Days whose figures are not what their orders add up to; the shop's `own` job need not be waited for."""

    def wait(seconds: float) -> None:
        time.sleep(min(seconds, 1))
        roll_up.handle(own)

    transport = Transport(front_door_url)
    shop = ShopClient(transport, Credentials(email=admin.email, password=admin.password), time.sleep)
    shop.log_in()
    roll_up.handle(own)
    today = datetime.now(UTC).date()
    differing = [f"{each}" for each in verify(shop, today - timedelta(days=1), today, wait) if not each.agrees]
    transport.close()
    return differing


def confirmations(visitor: Visitor, order_ids: Sequence[str]) -> Counter[int]:
    """How often each order's confirmation was mailed: how many once, how many twice."""
    return Counter(_mails_of(visitor, order_id, "confirmed") for order_id in order_ids)


def _audited(shop: Shop) -> list[str]:
    report = audit_inventory.handle(shop)
    assert isinstance(report, Report)
    return list(report.facts.get("productIds", []))


def _mails_of(visitor: Visitor, order_id: str, word: str) -> int:
    """How many mails with this word in their subject tell of the order."""
    listed = visitor.page(f"/mail/messages.json?q={order_id}").ok()["items"]
    return sum(word in mail["subject"] for mail in listed)


def _orders_of(customer_id: str, shop: Shop) -> list[Order]:
    return [order_from(item) for item in query_all(shop.table, query_orders(customer_id))]


def _due(order: Order) -> list[tuple[LedgerKind, str, int]]:
    payment_id = f"{order.order_id}-{FIRST_ATTEMPT}"
    charged = (LedgerKind.CHARGED, charge_reference(payment_id), order.total_minor)
    returned = (LedgerKind.REFUNDED, f"fake_refund_{payment_id}-refund", order.total_minor)
    return [charged] if order.status in _STANDING else [charged, returned]


def _payment_status(order: Order, *, taken: bool) -> PaymentStatus:
    if order.status in _STANDING:
        return PaymentStatus.PAID
    return PaymentStatus.REFUNDED if taken else PaymentStatus.UNPAID
