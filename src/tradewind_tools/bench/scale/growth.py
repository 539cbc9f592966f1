"""What each list, page and job costs at two sizes, and by which power of the size it grows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from typing import Any, NamedTuple

from tradewind.analytics.handlers import get_funnel, get_sales, get_top_products
from tradewind.analytics.jobs import roll_up
from tradewind.analytics.reads import read_as_of
from tradewind.catalog.read_handlers import list_category, list_products
from tradewind.checkout.jobs import resume_stuck
from tradewind.identity.list_handlers import list_users
from tradewind.kernel.caller import Role
from tradewind.ops.jobs import audit_inventory
from tradewind.ordering.read_handlers import list_orders
from tradewind.shop import Shop
from tradewind_tools.bench.scale.contents import CATEGORY, CUSTOMER, NOW, Size, make_shop
from tradewind_tools.bench.scale.counting import Cost, CountingTable
from tradewind_tools.memory.access import authorizer_context, signed_in
from tradewind_tools.memory.ports import MemoryBus

PRODUCTS, ORDERS, SESSIONS, ACCOUNTS = "products", "orders", "sessions", "accounts"
SMALL, LARGE = Size(), Size(products=10_000, orders=10_000, sessions=100_000, accounts=10_000)

_PERIOD = {"from": f"{NOW.date():%Y-%m-01}", "to": f"{NOW.date()}"}


class Subject(NamedTuple):
    """A request or job, and what of the shop grows in front of it."""

    name: str
    grows_with: str
    run: Callable[[Shop], object]
    is_job: bool = False


class Growth(NamedTuple):
    """The cost of a subject at both sizes, `sizes` apart."""

    subject: Subject
    sizes: tuple[int, int]
    small: Cost
    large: Cost

    @property
    def exponent(self) -> float:
        """The power of the size by which it grows: of round trips or of units, whichever is larger."""
        pairs = ((self.small.round_trips, self.large.round_trips), (self.small.units, self.large.units))
        return max(math.log(max(high, 1) / max(low, 1)) for low, high in pairs) / math.log(
            self.sizes[1] / self.sizes[0]
        )

    def at(self, size: int) -> Cost:
        """What it would take at another size: what each one adds, beyond what is there for the smallest."""
        steps = (size - self.sizes[1]) / (self.sizes[1] - self.sizes[0])
        round_trips = self.large.round_trips + steps * (self.large.round_trips - self.small.round_trips)
        return Cost(round(round_trips), self.large.units + steps * (self.large.units - self.small.units))


class MeasuredShop:
    """A shop of one size, and what it cost to fold its figures for the first time."""

    def __init__(self, size: Size) -> None:
        self.shop = make_shop(size)
        self.shop.bus = MemoryBus()
        self.fold_cost = self.cost_of(fold_all)

    def cost_of(self, run: Callable[[Shop], object]) -> Cost:
        table = self.shop.table
        assert isinstance(table, CountingTable)  # noqa: S101 - `make_shop` says so
        table.cost = Cost()
        with redirect_stdout(StringIO()):
            run(self.shop)
        return table.cost


def measure(small: Size = SMALL, large: Size = LARGE) -> Iterator[Growth]:
    """Measure each subject in a shop that is large in one respect, and small in the others."""
    make = cache(MeasuredShop)
    for subject in SUBJECTS:
        low, high = getattr(small, subject.grows_with), getattr(large, subject.grows_with)
        grown = small._replace(**{subject.grows_with: high})
        costs = (
            shop.fold_cost if subject.run is fold_all else shop.cost_of(subject.run)
            for shop in map(make, (small, grown))
        )
        yield Growth(subject, (low, high), *costs)


def fold_all(shop: Shop) -> None:
    """Run the job of the figures until it has caught up."""
    while read_as_of(shop.table) is None:
        roll_up.handle(shop)


def _asks(endpoint: Callable[..., Mapping[str, Any]], role: Role | None, **query: str) -> Callable[[Shop], object]:
    path = {"category": CATEGORY} if endpoint is list_category else None
    claims = authorizer_context(signed_in(CUSTOMER, role)) if role else {}
    event = {
        "httpMethod": "GET",
        "resource": "/scale",
        "headers": {},
        "pathParameters": path,
        "queryStringParameters": query or None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {"requestId": "scale", "authorizer": claims},
    }

    def ask(shop: Shop) -> None:
        answer = endpoint(event, None, shop)
        assert answer["statusCode"] == 200, answer  # noqa: S101, PLR2004 - a measurement of a refusal is none

    return ask


SUBJECTS = (
    Subject("products, newest first", PRODUCTS, _asks(list_products, None)),
    Subject("products of a category", PRODUCTS, _asks(list_category, None)),
    Subject(
        "a price range that ten products fit", PRODUCTS, _asks(list_category, None, minPrice="12.50", maxPrice="12.59")
    ),
    Subject("a customer's orders", ORDERS, _asks(list_orders, Role.CUSTOMER)),
    Subject("all orders, for an administrator", ORDERS, _asks(list_orders, Role.ADMIN)),
    Subject("all accounts, for staff", ACCOUNTS, _asks(list_users, Role.ADMIN)),
    Subject("accounts of a name, for staff", ACCOUNTS, _asks(list_users, Role.ADMIN, namePrefix="love")),
    Subject("sales of a month", ORDERS, _asks(get_sales, Role.ADMIN, **_PERIOD)),
    Subject("sales of a month, by sessions", SESSIONS, _asks(get_sales, Role.ADMIN, **_PERIOD)),
    Subject("funnel of a month", SESSIONS, _asks(get_funnel, Role.ADMIN, **_PERIOD)),
    Subject("top products of a month", ORDERS, _asks(get_top_products, Role.ADMIN, **_PERIOD)),
    Subject("figures-roll-up, all at once", SESSIONS, fold_all, is_job=True),
    Subject("inventory-audit", PRODUCTS, audit_inventory.handle, is_job=True),
    Subject("inventory-audit, by orders that are pending", ORDERS, audit_inventory.handle, is_job=True),
    Subject("checkout-sweeper, all orders stuck", ORDERS, resume_stuck.handle, is_job=True),
)
