"""What a customer does in the shop, as requests: each story is measured by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

from httpx2 import Response

from tradewind_tools.http_client import call

_PASSWORD = "a customer of the bench"  # noqa: S105 - of a shop that lives for a minute
_ADDRESS = {"name": "Ada", "street": "1 Lane", "city": "London", "postalCode": "N1", "country": "GB"}
_numbers = count(1)


@dataclass
class Traffic:
    """Requests, and the bytes that came back."""

    requests: int = 0
    bytes_out: int = 0

    def copy(self) -> Traffic:
        return Traffic(self.requests, self.bytes_out)

    def since(self, earlier: Traffic) -> Traffic:
        return Traffic(self.requests - earlier.requests, self.bytes_out - earlier.bytes_out)


@dataclass
class Customer:
    """Somebody at the API, who is counted in `traffic`."""

    api: str
    products: tuple[str, ...]
    traffic: Traffic
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

    def registers(self) -> None:
        account = {"email": self.email, "password": _PASSWORD, "firstName": "Ada", "lastName": "Lovelace"}
        self.ask("POST", "/auth/register", account)

    def signs_in(self) -> None:
        self.token = self.ask("POST", "/auth/login", {"email": self.email, "password": _PASSWORD}).json()["token"]

    def orders_with_key(self) -> None:
        """As a client does that may have to ask again."""
        self.orders({"idempotency-key": f"order-{next(_numbers)}"})

    def orders(self, headers: Mapping[str, str] | None = None) -> None:
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
class Story:
    """`often` is how many times a shop lives it for each order; each life ends with so many `mails`."""

    name: str
    often: str
    live: Callable[[Customer], object]
    as_stranger: bool = False
    mails: int = 0


STORIES = (
    Story("an order of three lines, placed to mailed", "1", Customer.orders, mails=1),
    Story("the same with an `Idempotency-Key`", "0", Customer.orders_with_key, mails=1),
    Story("a product's page", "40", lambda customer: customer.ask("GET", f"/products/{customer.products[0]}")),
    Story("a page of products", "12", lambda customer: customer.ask("GET", "/products?limit=20")),
    Story(
        "adding to the cart",
        "4",
        lambda customer: customer.ask("POST", "/cart/items", {"productId": customer.products[0], "quantity": 1}),
    ),
    Story("looking at the cart", "5", lambda customer: customer.ask("GET", "/cart")),
    Story("signing in", "1.5", Customer.signs_in),
    Story("opening an account", "0.3", Customer.registers, as_stranger=True, mails=1),
    Story("looking at one's orders", "2", lambda customer: customer.ask("GET", "/orders?limit=10")),
    Story(
        "telling what was looked at",
        "10",
        lambda customer: customer.ask(
            "POST",
            "/analytics/events",
            {"events": [{"type": "product_view", "sessionId": f"visit-{next(_numbers):08}"}]},
        ),
    ),
)
ORDER = STORIES[0]
