"""Visitors of a running shop: each browses, fills a cart, or orders, and remembers which orders were answered."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Mapping
from itertools import count
from random import Random
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit
from uuid import uuid4

from tradewind_tools.bench.errors import FunctionFailed
from tradewind_tools.bench.load.loop import UNANSWERED
from tradewind_tools.bench.load.schedule import Kind
from tradewind_tools.http_client import call

PRODUCTS: Final = 20
STOCK: Final = 1_000_000
CUSTOMERS: Final = 8
PASSWORD: Final = "a crowd of visitors"  # noqa: S105 - of customers who live for one measurement
PATIENCE_SECONDS: Final = 60
ADDRESS: Final = {"name": "Ada", "street": "1 Lane", "city": "London", "postalCode": "N1 9GU", "country": "GB"}
_CREATED: Final = 201
_REFUSED: Final = 300


class Placed(NamedTuple):
    """An order by its key; `order_id` is None while it was not answered with success, and `status` says how."""

    key: str
    body: Mapping[str, Any]
    token: str
    status: int
    order_id: str | None


class Visitors:
    """`url` is the shop's API, `nothing_url` the address of the function that does nothing."""

    def __init__(self, url: str, nothing_url: str, random: Random) -> None:
        self.placed: list[Placed] = []
        self._url = url
        self._nothing_url = nothing_url
        self._random = random
        self._run = uuid4().hex[:8]
        self._numbers = count(1)
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []
        self.products = [f"load-{self._run}-{number}" for number in range(PRODUCTS)]
        self._tokens: list[str] = []

    def arrive(self, admin_token: str) -> None:
        """Make what they buy, and their accounts. Raises FunctionFailed."""
        for product_id in self.products:
            product = {"productId": product_id, "name": "Load", "price": 10, "category": "load", "stock": STOCK}
            _expect(call("POST", f"{self._url}/products", product, admin_token).status_code, _CREATED)
        for number in range(CUSTOMERS):
            email = f"load-{self._run}-{number}@example.com"
            account = {"email": email, "password": PASSWORD, "firstName": "Ada", "lastName": "Load"}
            _expect(call("POST", f"{self._url}/auth/register", account).status_code, _CREATED)
            login = call("POST", f"{self._url}/auth/login", {"email": email, "password": PASSWORD})
            self._tokens.append(login.json()["token"])

    def leave(self) -> None:
        """Close every connection."""
        for connection in self._connections:
            connection.close()

    def act(self, kind: Kind) -> int:
        """Do what a visitor of this kind does; the status of the answer, or UNANSWERED."""
        product_id, token = self._random.choice(self.products), self._random.choice(self._tokens)
        match kind:
            case Kind.NOTHING:
                return self._ask("GET", self._nothing_url)[0]
            case Kind.BROWSE:
                return self._ask("GET", f"{self._url}/products/{product_id}")[0]
            case Kind.CART:
                line = {"productId": product_id, "quantity": 1}
                return self._ask("POST", f"{self._url}/cart/items", line, token)[0]
            case Kind.ORDER:
                return self._order(product_id, token)

    def place(self, key: str, body: Mapping[str, Any], token: str) -> Placed:
        """Place an order under its key: asked again, it is the same order."""
        status, answer = self._ask("POST", f"{self._url}/orders", body, token, {"idempotency-key": key})
        order_id = json.loads(answer)["orderId"] if status == _CREATED else None
        return Placed(key, body, token, status, order_id)

    def _order(self, product_id: str, token: str) -> int:
        body = {
            "items": [{"productId": product_id, "quantity": 1}],
            "shippingAddress": ADDRESS,
            "paymentMethod": {"token": "tok_approved"},
        }
        placed = self.place(f"{self._run}-{next(self._numbers)}", body, token)
        self.placed.append(placed)
        return placed.status

    def _ask(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        token: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        own = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
        target = urlsplit(url)
        connection = self._connection(target.netloc)
        content = None if body is None else json.dumps(body)
        try:
            connection.request(method, target.path, content, {**own, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return UNANSWERED, b""

    def _connection(self, host: str) -> http.client.HTTPConnection:
        """Each thread keeps its own."""
        kept: dict[str, http.client.HTTPConnection] = self._local.__dict__.setdefault("kept", {})
        if host not in kept:
            kept[host] = http.client.HTTPConnection(host, timeout=PATIENCE_SECONDS)
            self._connections.append(kept[host])
        return kept[host]


def _expect(status: int, wanted: int) -> None:
    if status != wanted:
        raise FunctionFailed(f"the shop answered {status} instead of {wanted}")
