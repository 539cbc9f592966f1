"""Thirty orders at once in an account of which ten functions may run at once, as a new one's of AWS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.e2e.aftermath import Aftermath, dead_letters
from tests.e2e.books import Books
from tests.e2e.browserless import Visitor
from tests.e2e.conftest import ADMIN
from tests.e2e.crowd import CUSTOMERS, PLENTY, STOCK, Crowd, Wish, opened

from tradewind.ordering.model import OrderStatus, PaymentStatus
from tradewind_tools.localcloud import seed as first_contents
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.ministack.environment import Account

ORDERS = 30
CONCURRENCY = 10


@pytest.fixture
def small_account() -> Iterator[LocalCloud]:
    with LocalCloud(account=Account(concurrency=CONCURRENCY)) as cloud:
        cloud.deploy()
        first_contents.create_admin(cloud.endpoint_url, ADMIN)
        yield cloud


def test_orders_beyond_the_accounts_concurrency_all_end_paid(small_account: LocalCloud) -> None:
    stranger = Visitor(small_account.front_door_url)
    aftermath = Aftermath(small_account.endpoint_url)
    opened(aftermath.shop)
    crowd = Crowd.of(stranger)
    crowd.shop([wish(number) for number in range(ORDERS)], at_once=ORDERS)
    admin = stranger.sign_in(ADMIN.email, ADMIN.password)
    aftermath.end(admin, crowd.customer_ids)

    books = Books(aftermath.shop, crowd.customer_ids)
    ends = {(order.status, order.payment_status) for order in books.orders.values()}
    assert ends == {(OrderStatus.PROCESSING, PaymentStatus.PAID)}
    assert set(books.orders) == set(crowd.answered())
    assert len(books.orders) == ORDERS
    assert books.wrong(STOCK) == []
    assert not dead_letters(admin), "once they were sent back"


def wish(number: int) -> Wish:
    return Wish(f"order-{number}", number % CUSTOMERS, {PLENTY[number]: 1}, "tok_approved", cancels=False)
