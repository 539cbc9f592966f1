"""What stops on its way comes to its end: by the jobs, or by a person who looks after dead letters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from tests.e2e.browserless import Visitor, until
from tests.e2e.function_logs import written
from tests.integration.localcloud.workbench import Workbench

from tradewind.kernel.clock import SystemClock
from tradewind.ordering.store import key, status_key
from tradewind_tools.localcloud.cloud import LocalCloud

SHOP = "tradewind-local"


@pytest.fixture(scope="module")
def bench(cloud: LocalCloud) -> Workbench:
    return Workbench(cloud)


@contextmanager
def disabled(bench: Workbench, rule: str) -> Iterator[None]:
    """Events that the rule would have passed on are lost meanwhile, as in a run that dies at its start."""
    bench.events.disable_rule(Name=f"{SHOP}-{rule}", EventBusName=SHOP)
    try:
        yield
    finally:
        bench.events.enable_rule(Name=f"{SHOP}-{rule}", EventBusName=SHOP)


def item_of(bench: Workbench, customer_id: str, order_id: str) -> dict[str, Any]:
    at = key(customer_id, order_id)
    return bench.dynamodb.get_item(TableName=SHOP, Key={"PK": {"S": at.pk}, "SK": {"S": at.sk}})["Item"]


def wait_until_told(cloud: LocalCloud, correlation_id: str) -> None:
    """The cart's consumer hears of every order; once it has, nothing of the event is under way any more."""
    until(lambda: written(cloud, "cart-emptier", correlationId=correlation_id), bool)


def look_old(bench: Workbench, customer_id: str, order_id: str) -> None:
    """Let the status index say that the order was placed an hour ago."""
    at = key(customer_id, order_id)
    bench.dynamodb.update_item(
        TableName=SHOP,
        Key={"PK": {"S": at.pk}, "SK": {"S": at.sk}},
        UpdateExpression="SET GSI2SK = :old",
        ExpressionAttributeValues={":old": {"S": status_key(SystemClock().now() - timedelta(hours=1), order_id)}},
    )


def test_an_order_whose_checkout_never_began_is_resumed_by_the_sweeper(
    cloud: LocalCloud, bench: Workbench, admin: Visitor, customer: Visitor
) -> None:
    product, customer_id = admin.stocked("swept", 3), customer.user["userId"]
    with disabled(bench, "order-checkout"):
        order_id = customer.order({product: 2}).ok()["orderId"]
        wait_until_told(cloud, item_of(bench, customer_id, order_id)["correlationId"]["S"])
    bench.invoke(f"{SHOP}-checkout-sweeper", {})
    assert customer.get(f"/orders/{order_id}").ok()["status"] == "pending", "nobody can be sure yet"

    look_old(bench, customer_id, order_id)
    bench.invoke(f"{SHOP}-checkout-sweeper", {})

    settled = customer.settled(order_id)
    assert settled["status"] == "processing", settled
    assert admin.get(f"/products/{product}/stock").ok()["sold"] == 2
