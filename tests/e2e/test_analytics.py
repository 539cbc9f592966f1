"""Sales, top products and the funnel through the front door, and the figures held against the orders."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.e2e.browserless import Visitor, until
from tests.e2e.conftest import ADMIN
from tests.e2e.timing import within_one

from tradewind.analytics.jobs import roll_up
from tradewind.shop import Shop
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.inside import shop_at


@pytest.fixture(autouse=True)
def one_day() -> None:
    within_one(timedelta(days=1))


@pytest.fixture
def shop(cloud: LocalCloud) -> Shop:
    """The shop from inside, to fold its figures without waiting for the schedule."""
    return shop_at(cloud.endpoint_url)


def today() -> dict[str, str]:
    day = f"{datetime.now(UTC).date()}"
    return {"from": day, "to": day}


def sold(admin: Visitor, currency: str, shop: Shop) -> Mapping[str, Any]:
    roll_up.handle(shop)
    rows = [row for row in admin.get("/analytics/sales", **today()).ok()["items"] if row["currency"] == currency]
    return rows[0] if rows else {"orders": 0, "revenue": 0, "units": 0, "cancelled": 0, "refunded": 0}


def reached(admin: Visitor, shop: Shop) -> dict[str, int]:
    roll_up.handle(shop)
    steps = admin.get("/analytics/funnel", **today()).ok()["steps"]
    return {step["step"]: step["sessions"] for step in steps}


def test_orders_become_sales(admin: Visitor, customer: Visitor, shop: Shop) -> None:
    product = admin.add_product("counted", 100, currency="CHF", price=7.35)
    confirmed, cancelled = (customer.order({product: units}).ok()["orderId"] for units in (3, 2))
    declined = customer.order({product: 1}, "tok_declined").ok()["orderId"]
    for order_id in (confirmed, cancelled, declined):
        customer.wait_until_settled(order_id)
    customer.put(f"/orders/{cancelled}/cancel", None).ok()
    admin.post(f"/orders/{confirmed}/refunds", {"reason": "one was broken", "amount": 7.35}).ok()
    counted = until(
        lambda: sold(admin, "CHF", shop), lambda row: (row["orders"], row["cancelled"], row["refunded"]) == (1, 2, 7.35)
    )
    assert (counted["units"], counted["revenue"], counted["averageOrderValue"]) == (3, 22.05, 22.05)
    [best] = admin.get("/analytics/top-products", **today(), currency="CHF").ok()["items"]
    assert (best["productId"], best["name"], best["units"], best["revenue"]) == (product, "Counted", 3, 22.05)


def test_visitors_become_a_funnel(admin: Visitor, visitor: Visitor, shop: Shop) -> None:
    before = reached(admin, shop)
    steps = [{"type": kind, "sessionId": "visit-of-the-test"} for kind in ("page_view", "product_view", "page_view")]
    for _ in range(2):
        assert visitor.post("/analytics/events", {"events": steps}).status == 202
    after = reached(admin, shop)
    assert {step: after[step] - before[step] for step in after if after[step] != before[step]} == {
        "page_view": 1,
        "product_view": 1,
    }
    assert visitor.post("/analytics/events", {"events": steps * 9}).error == (422, "InvalidRequest")


def test_figures_are_not_for_customers(customer: Visitor, visitor: Visitor) -> None:
    for report in ("sales", "top-products", "funnel"):
        assert customer.get(f"/analytics/{report}", **today()).error == (403, "PermissionRequired")
        assert visitor.get(f"/analytics/{report}", **today()).error == (401, "SignInRequired")


def test_the_figures_equal_a_recount_of_every_order(cloud: LocalCloud, shop: Shop) -> None:
    roll_up.handle(shop)
    person = {"TRADEWIND_EMAIL": ADMIN.email, "TRADEWIND_PASSWORD": ADMIN.password, "COLUMNS": "160"}
    command = [sys.executable, "-m", "tradewind_tools.cli", "analytics", "verify", "--url", cloud.front_door_url]
    done = subprocess.run(command, env=os.environ | person, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "agrees" in done.stdout
    assert "differs" not in done.stdout
