"""What a customer does in the shop, as requests: each scenario is measured by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

from httpx2 import Response

from tradewind_tools.http_client import call

_PASSWORD = "a customer of the bench"  # noqa: S105 - of a shop that lives for a minute
_ADDRESS = {"name": "Ada", "street": "1 Lane", "city": "London", "postalCode": "N1 9GU", "country": "GB"}
_numbers = count(1)


@dataclass
class HttpTraffic:
    """Requests, and the bytes that came back."""

    requests: int = 0
    bytes_out: int = 0

    def copy(self) -> HttpTraffic:
        return HttpTraffic(self.requests, self.bytes_out)

    def since(self, earlier: HttpTraffic) -> HttpTraffic:
        return HttpTraffic(self.requests - earlier.requests, self.bytes_out - earlier.bytes_out)


@dataclass
class Shopper:
    """A customer at the API; `traffic` counts the requests."""

    api: str
    products: tuple[str, ...]
    traffic: HttpTraffic
    token: str = ""
    email: str = field(default_factory=lambda: f"bench-{next(_numbers)}@example.com")

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Response:
        """Raises RuntimeError with the shop's words when it refuses."""
        response = call(method, f"{self.api}{path}", body, self.token or None, headers)
        if response.is_error:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.text}")
        self.traffic.requests += 1
        self.traffic.bytes_out += _size(response)
        return response

    def register(self) -> None:
        account = {"email": self.email, "password": _PASSWORD, "firstName": "Ada", "lastName": "Lovelace"}
        self.ask("POST", "/auth/register", account)

    def sign_in(self) -> None:
        self.token = self.ask("POST", "/auth/login", {"email": self.email, "password": _PASSWORD}).json()["token"]

    def order_with_key(self) -> None:
        """As a client does that may have to ask again."""
        self.order({"idempotency-key": f"order-{next(_numbers)}"})

    def order(self, headers: Mapping[str, str] | None = None) -> None:
        """Three lines, paid by card."""
        lines = [{"productId": product, "quantity": 1} for product in self.products[:3]]
        self.ask(
            "POST",
            "/orders",
            {"items": lines, "shippingAddress": _ADDRESS, "paymentMethod": {"token": "tok_approved"}},
            headers,
        )


def _size(response: Response) -> int:
    """Bytes of the body and of the headers, as HTTP/1.1 writes them."""
    return len(response.content) + sum(len(name) + len(value) + 4 for name, value in response.headers.raw)


@dataclass(frozen=True)
class CostScenario:
    """What a customer does. It happens so `often` for each order of a shop; each run ends with so many `mails`."""

    name: str
    often: str
    run: Callable[[Shopper], object]
    as_new_customer: bool = False
    mails: int = 0


SCENARIOS = (
    CostScenario("an order of three lines, placed to mailed", "1", Shopper.order, mails=1),
    CostScenario("the same with an `Idempotency-Key`", "0", Shopper.order_with_key, mails=1),
    CostScenario("a product's page", "40", lambda customer: customer.ask("GET", f"/products/{customer.products[0]}")),
    CostScenario("a page of products", "12", lambda customer: customer.ask("GET", "/products?limit=20")),
    CostScenario(
        "adding to the cart",
        "4",
        lambda customer: customer.ask("POST", "/cart/items", {"productId": customer.products[0], "quantity": 1}),
    ),
    CostScenario("looking at the cart", "5", lambda customer: customer.ask("GET", "/cart")),
    CostScenario("signing in", "1.5", Shopper.sign_in),
    CostScenario("opening an account", "0.3", Shopper.register, as_new_customer=True, mails=1),
    CostScenario("looking at one's orders", "2", lambda customer: customer.ask("GET", "/orders?limit=10")),
    CostScenario(
        "reporting a product view",
        "10",
        lambda customer: customer.ask(
            "POST",
            "/analytics/events",
            {"events": [{"type": "product_view", "sessionId": f"visit-{next(_numbers):08}"}]},
        ),
    ),
)
ORDER = SCENARIOS[0]
