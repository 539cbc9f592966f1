"""What an operation costs, counted in front of the local cloud's DynamoDB: DESIGN's budgets as tests."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from tests.e2e.browserless import Visitor, until
from tests.e2e.function_logs import everything
from tests.integration.localcloud.workbench import Workbench

from tradewind_tools.localcloud.cloud import LocalCloud

pytestmark = pytest.mark.metered

MAX_WRITE_UNITS = 54
MAX_READ_UNITS = 18
MAX_LOG_BYTES = 8 * 1024

_WHILE_SECONDS = 1.0
"""What comes last, such as the audit of an order that is done, may still be starting its function."""


@pytest.fixture(scope="module", autouse=True)
def no_job_begins_by_itself(cloud: LocalCloud) -> Iterator[None]:
    """Each five minutes some do, and would be counted with whatever goes on."""
    events = Workbench(cloud).events
    clocked = [rule["Name"] for rule in events.list_rules()["Rules"] if "ScheduleExpression" in rule]
    for rule in clocked:
        events.disable_rule(Name=rule)
    yield
    for rule in clocked:
        events.enable_rule(Name=rule)


def test_an_order_of_three_lines_stays_within_its_capacity_and_log_volume(
    cloud: LocalCloud, admin: Visitor, customer: Visitor
) -> None:
    products = {admin.add_product(f"budget-{number}", 100): 1 for number in range(3)}
    _confirmed(customer, products)
    _quiet(cloud)
    started = int(time.time() * 1000)

    with cloud.meter() as usage:
        order_id = customer.order(products, key="budget").ok()["orderId"]
        _mailed(customer, order_id)
        _quiet(cloud)

    assert usage.write_units <= MAX_WRITE_UNITS, usage.calls
    assert usage.read_units <= MAX_READ_UNITS, usage.calls
    assert 0 < _log_bytes(cloud, started, order_id) <= MAX_LOG_BYTES


@pytest.mark.parametrize(
    ("path", "round_trips"),
    [("/products/tide-mug", 1), ("/products?limit=10", 1), ("/products/category/galley", 1)],
)
def test_reading_the_catalogue_is_one_round_trip(
    cloud: LocalCloud, visitor: Visitor, path: str, round_trips: int
) -> None:
    _quiet(cloud)
    with cloud.meter() as usage:
        visitor.get(path).ok()
    assert usage.round_trips == round_trips, usage.calls


def test_who_is_calling_is_looked_up_once_and_then_kept(cloud: LocalCloud, customer: Visitor) -> None:
    _quiet(cloud)
    with cloud.meter() as usage:
        for _ in range(3):
            customer.get("/users/profile").ok()
    assert [call.operation for call in usage.calls] == ["BatchGetItem", *["GetItem"] * 3], usage.calls


def test_adding_to_the_cart_is_two_round_trips(cloud: LocalCloud, customer: Visitor) -> None:
    customer.get("/users/profile").ok()
    _quiet(cloud)
    with cloud.meter() as usage:
        customer.post("/cart/items", {"productId": "tide-mug", "quantity": 1}).ok()
    own, following = usage.calls[:2], usage.calls[2:]
    assert [call.operation for call in own] == ["BatchGetItem", "TransactWriteItems"], usage.calls
    assert [call.operation for call in following] in ([], ["PutItem"]), "at most the log of what happened"


def test_placing_an_order_is_at_most_four_round_trips(cloud: LocalCloud, customer: Visitor) -> None:
    customer.post("/cart/items", {"productId": "tide-mug", "quantity": 1}).ok()
    body = {
        "shippingAddress": {"street": "1 Lane", "city": "London", "postalCode": "N1 9GU", "country": "GB"},
        "paymentMethod": {"token": "tok_async"},
    }
    _quiet(cloud)
    with cloud.meter() as usage:
        customer.post("/checkout", body, {"idempotency-key": "budget"}).ok()
    assert usage.calls[0].operation == "Query"
    wanted = ["Query", "BatchGetItem", "UpdateItem", "TransactWriteItems"]
    assert [call.operation for call in usage.calls[:4]] == wanted, usage.calls


def test_looking_at_a_cart_is_two_round_trips_and_a_unit_for_each_line(
    cloud: LocalCloud, admin: Visitor, customer: Visitor
) -> None:
    products = [admin.add_product(f"looked-at-{number}") for number in range(20)]
    for product_id in products:
        customer.post("/cart/items", {"productId": product_id, "quantity": 1}).ok()
    _quiet(cloud)
    with cloud.meter() as usage:
        customer.get("/cart").ok()
    assert [call.operation for call in usage.calls] == ["Query", "BatchGetItem"]
    assert usage.read_units <= len(products) + 2, usage.calls


@pytest.mark.parametrize("lines", [160, 320])
def test_a_large_orders_capacity_grows_with_its_lines(
    cloud: LocalCloud, admin: Visitor, customer: Visitor, lines: int
) -> None:
    products = {admin.add_product(f"linear-{lines}-{number}", 1): 1 for number in range(lines)}
    with cloud.meter() as usage:
        customer.order(products, "tok_async").ok()
    assert usage.write_units / lines <= 4


def _confirmed(customer: Visitor, products: dict[str, int]) -> None:
    _mailed(customer, customer.order(products).ok()["orderId"])


def _mailed(customer: Visitor, order_id: str) -> None:
    """Wait until the order's whole story is over: the mail is its last word."""
    email = customer.user["email"]
    until(lambda: [mail for mail in customer.mails(email) if order_id in str(mail)], lambda sent: len(sent) == 1)
    time.sleep(0.3)


def _quiet(cloud: LocalCloud) -> None:
    """Wait until the consumers have done what follows from the requests before: they are not what is counted."""

    def calls_in_a_while() -> int:
        with cloud.meter() as usage:
            time.sleep(_WHILE_SECONDS)
        return usage.round_trips

    until(calls_in_a_while, lambda calls: calls == 0)


def _log_bytes(cloud: LocalCloud, since_ms: int, order_id: str) -> int:
    """The size of every log line since then but those of our own polling; one of them must tell of the order."""
    lines = [line for group, line in everything(cloud, since_ms) if not group.endswith("-order-status")]
    assert any(order_id in line for line in lines)
    return sum(len(line.encode()) for line in lines if line.startswith("{"))
