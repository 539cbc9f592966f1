"""Measures what the shop costs, says it, and writes docs/cost.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tradewind_tools.bench.costs.measuring import Bench, MeasuredScenario
from tradewind_tools.bench.costs.page import CHART, ORDER_BUDGET, chart, page, thousand_orders
from tradewind_tools.bench.costs.scenarios import SCENARIOS
from tradewind_tools.bench.costs.shops import SHOPS, monthly_usage
from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.shop import TradewindShop
from tradewind_tools.localcloud.state import ADMIN_EMAIL, AdminLogin
from tradewind_tools.localcloud.wide_limits import WIDE_LIMITS
from tradewind_tools.places import PROJECT

PIECES = 1_000
_ADMIN = AdminLogin(ADMIN_EMAIL, "an admin of the bench")


def measure(times: int, report: Callable[[str], object]) -> list[MeasuredScenario]:
    """Run each scenario so many times in a local cloud of its own; `report` is called with the name of each."""
    with LocalCloud() as cloud:
        cloud.deploy(settings=WIDE_LIMITS)
        TradewindShop().load(cloud.front_door_url, cloud.endpoint_url, _ADMIN)
        bench = Bench(cloud, _create_products(f"{cloud.front_door_url}/v1"))
        measured = []
        for scenario in SCENARIOS:
            report(scenario.name)
            measured.append(bench.measure(scenario, times))
        return measured


def verdicts(scenarios: list[MeasuredScenario]) -> Iterator[str]:
    """The figures that people ask for, in a line each."""
    order = thousand_orders(scenarios[0])
    yield f"1,000 orders of three lines, mail and traces apart: ${order.dollars:.4f} (budget ${ORDER_BUDGET})"
    for shop in SHOPS:
        yield f"a {shop.name} shop's month, {shop.orders:,} orders: ${monthly_usage(shop, scenarios).dollars:,.2f}"


def publish(scenarios: list[MeasuredScenario]) -> None:
    """Write docs/cost.md and its chart."""
    (PROJECT / "docs" / "cost.md").write_text(page(scenarios), encoding="utf-8")
    (PROJECT / "docs" / CHART).write_text(chart(scenarios), encoding="utf-8")


def _create_products(api: str) -> tuple[str, ...]:
    token = call("POST", f"{api}/auth/login", {"email": _ADMIN.email, "password": _ADMIN.password}).json()["token"]
    products = [
        {"productId": f"bench-{number}", "name": f"Bench {number}", "price": 12.5, "category": "bench", "stock": PIECES}
        for number in range(3)
    ]
    return tuple(call("POST", f"{api}/products", product, token).json()["productId"] for product in products)
