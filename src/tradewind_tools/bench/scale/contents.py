"""A shop of a given size: products, orders, sessions and accounts, written as the shop writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tradewind.analytics import writes as analytics
from tradewind.analytics.model import FunnelStep, ProductSales, SaleEntry
from tradewind.catalog import writes as catalog
from tradewind.identity.writes import insert_user
from tradewind.inventory.model import Reservation, ReservationStatus
from tradewind.inventory.public_writes import open_stock
from tradewind.inventory.writes import hold_stock
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import derive_ulid
from tradewind.ordering import writes as ordering
from tradewind.ordering.model import Address, FulfilmentStatus, Order, OrderLine, OrderStatus, PaymentStatus
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.bench.scale.counting import CountingTable
from tradewind_tools.memory.access import make_user, open_session
from tradewind_tools.memory.ports import MemorySecrets
from tradewind_tools.memory.products import make_product

CUSTOMER = "01KAJ0CSTMR000000000000001"
CATEGORY = "things"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_DESCRIPTION = "A line of what a product is. " * 12
_PRICE_MINOR = 1_250


class Size(NamedTuple):
    """How much there is in a shop; every order is pending and of one customer, which is the dearest."""

    products: int = 100
    orders: int = 10
    sessions: int = 1_000
    accounts: int = 200


class FixedClock:
    """A time that moves when it is told to."""

    def __init__(self) -> None:
        self.time = NOW
        self._number = 0

    def now(self) -> datetime:
        return self.time

    def entropy(self, size: int) -> bytes:
        self._number += 1
        return self._number.to_bytes(size, "big")

    def sleep(self, seconds: float) -> None:
        """Nobody waits."""


def make_shop(size: Size) -> Shop:
    """A shop of this size, of whose figures nothing is folded yet."""
    table, clock = CountingTable(), FixedClock()
    for number in range(size.products):
        _add_product(table, clock, number)
    for number in range(size.orders):
        _add_order(table, number, size.products)
    for number in range(size.sessions):
        for step in (FunnelStep.PAGE_VIEW, FunnelStep.PRODUCT_VIEW)[: 1 + number % 2]:
            for write in analytics.mark_steps(f"{number:020x}", NOW.date(), [step], NOW - timedelta(minutes=10)):
                table.write(write)
    for number in range(size.accounts):
        _add_account(table, number)
    table.transact([*insert_user(make_user(CUSTOMER, Role.ADMIN, NOW)), open_session(CUSTOMER, NOW)])
    table.stream.clear()
    return Shop(table=table, clock=clock, secrets=MemorySecrets(), settings=Settings())


def _add_product(table: CountingTable, clock: FixedClock, number: int) -> None:
    at = NOW - timedelta(days=1) + timedelta(milliseconds=number)
    product = make_product(
        _product_id(number),
        _PRICE_MINOR + number,
        at,
        name=f"Thing {number}",
        currency=Settings().currency,
        category=CATEGORY,
        description=_DESCRIPTION,
    )
    table.write(catalog.insert_product(product))
    for write in open_stock(product.product_id, 1_000_000, by=CUSTOMER, clock=clock):
        table.write(write)


def _add_order(table: CountingTable, number: int, products: int) -> None:
    at = NOW - timedelta(hours=1) + timedelta(milliseconds=number)
    order_id, product_id = derive_ulid(at, f"order {number}"), _product_id(number % products)
    order = Order(
        order_id=order_id,
        customer_id=CUSTOMER,
        status=OrderStatus.PENDING,
        payment_status=PaymentStatus.UNPAID,
        fulfilment_status=FulfilmentStatus.UNFULFILLED,
        currency=Settings().currency,
        total_minor=_PRICE_MINOR,
        refunded_minor=0,
        line_count=1,
        shipping_address=Address(street="1 Quay Street", country="GB", city="Bristol", postal_code="BS1 1AA"),
        payment_token="tok_approved",  # noqa: S106 - not a secret
        created_at=at,
        updated_at=at,
        version=1,
        correlation_id=order_id,
    )
    line = OrderLine(product_id, product_id, 1, _PRICE_MINOR, tracked=True)
    reservation = Reservation(order_id, 0, ReservationStatus.HELD, NOW + timedelta(hours=1), {product_id: 1})
    sale = SaleEntry(order_id, order.currency, _PRICE_MINOR, {product_id: ProductSales(1, _PRICE_MINOR)})
    logged = analytics.insert_entry(sale, NOW.date(), NOW - timedelta(minutes=10))
    for write in (ordering.insert_order(order), *ordering.insert_lines(order, [line]), logged):
        table.write(write)
    table.transact(hold_stock(reservation))


def _add_account(table: CountingTable, number: int) -> None:
    """All have one name, which is the dearest to search."""
    at = NOW - timedelta(days=1) + timedelta(milliseconds=number)
    table.transact(insert_user(make_user(derive_ulid(at, f"account {number}"), Role.CUSTOMER, at)))


def _product_id(number: int) -> str:
    return f"thing-{number:07}"
