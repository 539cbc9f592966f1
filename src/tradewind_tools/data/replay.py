"""Historical invoices placed as orders, in the order of time, and followed until each is confirmed or cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from tradewind.kernel.money import to_minor
from tradewind_tools.data.customers import Customer, customer_of
from tradewind_tools.data.errors import ShopRefusedError
from tradewind_tools.data.journal import CustomerEntry, Journal, LostEntry, OrderEntry, StatusEntry, StockEntry
from tradewind_tools.data.messages import Order, OrderStatus, Stock
from tradewind_tools.data.online_retail import CURRENCY, Invoice, RefusalReason, Sales, refuse_lines
from tradewind_tools.data.orders import idempotency_key, order_for, units_of
from tradewind_tools.data.parallel import in_parallel
from tradewind_tools.data.progress import Advance, progress
from tradewind_tools.data.reconciliation import (
    OrderOutcome,
    Reconciliation,
    ReplayStatus,
    StockReconciliation,
    count_stock,
    reconcile,
)
from tradewind_tools.data.shop import ShopClient

_CUSTOMER_NOT_FOUND = "CustomerNotFound"
_FIRST_LOOK_SECONDS = 0.5
_LONGEST_LOOK_SECONDS = 5.0

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
ShowProgress = Callable[[str, int], AbstractContextManager[Advance]]


@dataclass(slots=True)
class Timing:
    """How long the two parts of a replay took, in seconds."""

    placing_seconds: float = 0.0
    settling_seconds: float = 0.0


@dataclass(slots=True)
class Replay:
    """One run over the invoices of some files. Its steps are to be taken in this order; each may be taken again."""

    shop: ShopClient
    sales: Sales
    journal: Journal
    workers: int = 8
    stall_seconds: float = 120.0
    show: ShowProgress = progress
    sleep: Callable[[float], None] = time.sleep
    timing: Timing = field(default_factory=Timing)
    placed_now: set[str] = field(default_factory=set)
    refusals: dict[str, ShopRefusedError] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    def run(self) -> Reconciliation:
        """Take all steps. Raises DataError when the shop cannot be worked with."""
        self.recognise_shop()
        self.count_stock_before()
        self.register_customers()
        self.place_orders()
        self.follow_orders()
        return self.reconcile()

    def recognise_shop(self) -> None:
        """Clear the journal when it is about a shop that has been started over at the same address."""
        known = next(iter(self.journal.customers.items()), None)
        if known is not None and not self._is_known(*known):
            self.journal.start_over()

    def count_stock_before(self) -> None:
        """Count each product's stock before its first order; rows of products the shop lacks are refused."""
        uncounted = sorted(self._products() - self.journal.counted.keys())
        unknown = {product for product, is_known in self._each("products", self._count, uncounted) if not is_known}
        if unknown:
            _refuse_unknown(self.sales, unknown)

    def register_customers(self) -> None:
        """Give every customer of the invoices an account."""
        customers = dict.fromkeys(customer_of(invoice) for invoice in self.sales.invoices)
        new = [customer for customer in customers if customer.email not in self.journal.customers]
        self._each("customers", self._register, new)

    def place_orders(self) -> None:
        """Place each invoice that is no order yet."""
        began = time.monotonic()
        waiting = [invoice for invoice in self.sales.invoices if invoice.number not in self.journal.orders]
        try:
            self._each("orders placed", self._place, waiting)
        finally:
            self.timing.placing_seconds = time.monotonic() - began

    def follow_orders(self) -> None:
        """Look at the orders until each has its final state, or none has moved for `stall_seconds`."""
        began = time.monotonic()
        placed = [invoice for invoice in self.sales.invoices if invoice.number in self.journal.orders]
        with self.show("orders settled", len(placed)) as advance:
            self._follow(placed, advance)
        self.timing.settling_seconds = time.monotonic() - began

    def reconcile(self) -> Reconciliation:
        """Compare the shop's figures with the files'."""
        return reconcile(self.sales, map(self.outcome, self.sales.invoices), self._count_stock_now())

    def outcome(self, invoice: Invoice) -> OrderOutcome:
        """Return the outcome of an invoice, as far as it is known."""
        number, ours = invoice.number, invoice.total_minor
        if refusal := self.refusals.get(number):
            return OrderOutcome(number, ReplayStatus.REFUSED, ours, reason=refusal.code, detail=str(refusal))
        placed = self.journal.orders.get(number)
        if placed is None:
            return OrderOutcome(number, ReplayStatus.NOT_PLACED, ours)
        if number in self.lost and number not in self.orders:
            return OrderOutcome(number, ReplayStatus.LOST, ours, order_id=placed.order_id)
        return _outcome(number, ours, placed, self.orders.get(number), is_new=number in self.placed_now)

    def _is_known(self, email: str, user_id: str) -> bool:
        try:
            return self.shop.account(email).user_id == user_id
        except ShopRefusedError:
            return False

    def _products(self) -> set[str]:
        return {line.product_id for invoice in self.sales.invoices for line in invoice.lines}

    def _each(self, title: str, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
        if not items:
            return []
        with self.show(title, len(items)) as advance, in_parallel(work, items, self.workers) as results:
            return list(_report_each(results, advance))

    def _count(self, product_id: str) -> tuple[str, bool]:
        """Count a product's stock; whether the shop has it."""
        stock = self.shop.stock(product_id)
        is_known = stock is not None or self.shop.product(product_id) is not None
        if is_known:
            self.journal.record(StockEntry(product_id, stock))
        return product_id, is_known

    def _register(self, customer: Customer) -> None:
        account = self.shop.register(customer.email, customer.name)
        self.journal.record(CustomerEntry(customer.email, account.user_id))

    def _place(self, invoice: Invoice) -> None:
        try:
            order = self._order(invoice)
        except ShopRefusedError as refusal:
            self.refusals[invoice.number] = refusal
            return
        was_there = _is_older(order, self.journal.begun_at)
        self.journal.record(OrderEntry(invoice.number, order.order_id, units_of(invoice.lines), was_there))
        if not was_there:
            self.placed_now.add(invoice.number)

    def _order(self, invoice: Invoice) -> Order:
        customer, key = customer_of(invoice), idempotency_key(invoice)
        try:
            return self.shop.place_order(order_for(invoice, self.journal.customers[customer.email]), key)
        except ShopRefusedError as refusal:
            if refusal.code != _CUSTOMER_NOT_FOUND:
                raise
        self._register(customer)
        return self.shop.place_order(order_for(invoice, self.journal.customers[customer.email]), key)

    def _follow(self, pending: list[Invoice], advance: Advance) -> None:
        pause, moved_at = _FIRST_LOOK_SECONDS, time.monotonic()
        while pending := self._look_at(before := pending, advance):
            if len(pending) < len(before):
                pause, moved_at = _FIRST_LOOK_SECONDS, time.monotonic()
            if time.monotonic() - moved_at > self.stall_seconds:
                return
            self.sleep(pause)
            pause = min(pause * 2, _LONGEST_LOOK_SECONDS)

    def _look_at(self, invoices: list[Invoice], advance: Advance) -> list[Invoice]:
        """Look at each order once; the invoices whose order is still pending."""
        pending = []
        with in_parallel(self._look, invoices, self.workers) as looks:
            for invoice, is_settled in looks:
                if is_settled:
                    advance()
                else:
                    pending.append(invoice)
        return pending

    def _look(self, invoice: Invoice) -> tuple[Invoice, bool]:
        order_id = self.journal.orders[invoice.number].order_id
        order = self.shop.order(order_id)
        if order is None:
            return invoice, not self._place_again(invoice)
        self.orders[invoice.number] = order
        if order.status == "pending":
            return invoice, False
        if self.journal.statuses.get(order_id) != order.status:
            self.journal.record(StatusEntry(order_id, order.status))
        return invoice, True

    def _place_again(self, invoice: Invoice) -> bool:
        """Place once more what the shop lost in a crash; whether there is an order now."""
        if invoice.number in self.lost:
            return False
        self.lost.add(invoice.number)
        self.journal.record(LostEntry(invoice.number))
        self._place(invoice)
        return invoice.number in self.journal.orders

    def _count_stock_now(self) -> StockReconciliation:
        products = self._products()
        before = {product: stock for product, stock in self.journal.counted.items() if stock and product in products}
        now = dict(self._each("stock counted", self._stock_now, sorted(before)))
        return count_stock(before, self.journal.units_sold(), now)

    def _stock_now(self, product_id: str) -> tuple[str, Stock | None]:
        return product_id, self.shop.stock(product_id)


def _report_each(results: Iterable[_Result], advance: Advance) -> Iterator[_Result]:
    for result in results:
        advance()
        yield result


def _outcome(number: str, ours_minor: int, placed: OrderEntry, order: Order | None, *, is_new: bool) -> OrderOutcome:
    if order is None:
        return OrderOutcome(number, ReplayStatus.PENDING, ours_minor, order_id=placed.order_id, is_new=is_new)
    return OrderOutcome(
        invoice=number,
        status=_STATUSES[order.status],
        ours_minor=ours_minor,
        shops_minor=to_minor(order.total, order.currency) if order.currency == CURRENCY else 0,
        order_id=order.order_id,
        reason=(order.cancel_reason or "") if order.status == "cancelled" else "",
        is_new=is_new,
    )


_STATUSES: dict[OrderStatus, ReplayStatus] = {
    "pending": ReplayStatus.PENDING,
    "processing": ReplayStatus.CONFIRMED,
    "completed": ReplayStatus.CONFIRMED,
    "cancelled": ReplayStatus.CANCELLED,
}


def _is_older(order: Order, moment: datetime) -> bool:
    return order.created_at is not None and order.created_at < moment


def _refuse_unknown(sales: Sales, unknown: AbstractSet[str]) -> None:
    for invoice in sales.invoices:
        for line in (line for line in invoice.lines if line.product_id in unknown):
            refuse_lines(sales, invoice, [line], RefusalReason.UNKNOWN_PRODUCT, line.product_id)
        invoice.lines = [line for line in invoice.lines if line.product_id not in unknown]
    sales.invoices = [invoice for invoice in sales.invoices if invoice.lines]
