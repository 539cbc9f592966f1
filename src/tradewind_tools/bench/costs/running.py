"""Measures what the shop costs, says it, and writes docs/cost.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tradewind_tools.bench.costs.measuring import Bench, Measured
from tradewind_tools.bench.costs.page import CHART, ORDER_BUDGET, chart, page, thousand_orders
from tradewind_tools.bench.costs.shops import SHOPS, month
from tradewind_tools.bench.costs.stories import STORIES
from tradewind_tools.http_client import call
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.shop import TradewindShop
from tradewind_tools.localcloud.state import ADMIN_EMAIL, Login
from tradewind_tools.places import PROJECT

PIECES = 1_000
_ADMIN = Login(ADMIN_EMAIL, "an admin of the bench")


def measure(times: int, tell: Callable[[str], object]) -> list[Measured]:
    """Live each story so many times in a local cloud of its own; `tell` hears of each."""
    with LocalCloud() as cloud:
        cloud.deploy()
        TradewindShop().load(cloud.front_door_url, cloud.endpoint_url, _ADMIN)
        bench = Bench(cloud, _stocked(f"{cloud.front_door_url}/v1"))
        measured = []
        for story in STORIES:
            tell(story.name)
            measured.append(bench.measure(story, times))
        return measured


def verdicts(stories: list[Measured]) -> Iterator[str]:
    """The figures that people ask for, in a line each."""
    order = thousand_orders(stories[0])
    yield f"1,000 orders of three lines, mail apart: ${order.dollars:.4f} (budget ${ORDER_BUDGET})"
    for shop in SHOPS:
        yield f"a {shop.name} shop's month, {shop.orders:,} orders: ${month(shop, stories).dollars:,.2f}"


def publish(stories: list[Measured]) -> None:
    """Write docs/cost.md and its chart."""
    (PROJECT / "docs" / "cost.md").write_text(page(stories), encoding="utf-8")
    (PROJECT / "docs" / CHART).write_text(chart(stories), encoding="utf-8")


def _stocked(api: str) -> tuple[str, ...]:
    token = call("POST", f"{api}/auth/login", {"email": _ADMIN.email, "password": _ADMIN.password}).json()["token"]
    products = [
        {"productId": f"bench-{number}", "name": f"Bench {number}", "price": 12.5, "category": "bench", "stock": PIECES}
        for number in range(3)
    ]
    return tuple(call("POST", f"{api}/products", product, token).json()["productId"] for product in products)
