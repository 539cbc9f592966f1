"""A shop in memory behind the public HTTP contract, with faults on demand.

Products, variants and stock are the shop's own operations; accounts and orders are imitated.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.unit.data.fake_catalogue import Answer, FakeCatalogue, Json

ADMIN = {"email": "admin@shop.example", "password": "correct horse"}


@dataclass
class Fault:
    """What comes instead of the next answer: a status, or a dropped connection when it is 0.

    With `after_work` the request is carried out first, and only its answer is lost.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    after_work: bool = False


class FakeShop:
    """The state, and one method an operation. Orders stay pending for `looks_until_settled` looks."""

    def __init__(self) -> None:
        self.catalogue = FakeCatalogue()
        self.users: dict[str, str] = {}
        self.orders: dict[str, Json] = {}
        self.answers: dict[str, tuple[Json, Answer]] = {}
        self.calls: Counter[str] = Counter()
        self.faults: list[Fault | None] = []
        self.connections = 0
        self.tokens = {"token-1"}
        self.looks_until_settled = 1
        self.cancels: Callable[[Json], bool] = lambda _order: False
        self.intercept: Callable[[str, str], Answer | None] = lambda _method, _path: None
        self.lock = threading.RLock()
        self.url = ""
        self.currency = "USD"

    @property
    def products(self) -> dict[str, Json]:
        return self.catalogue.products

    @property
    def stock(self) -> dict[str, Counter[str]]:
        return self.catalogue.stock

    def start_over(self) -> None:
        """Forget everything, as a new shop at the same address."""
        self.catalogue = FakeCatalogue()
        for forgotten in (self.orders, self.users, self.answers):
            forgotten.clear()

    def expire_tokens(self) -> None:
        self.tokens = {f"token-{len(self.calls) + 2}"}

    def answer(self, method: str, target: str, headers: dict[str, str], body: Json) -> Answer:
        path = urlsplit(target).path.removeprefix("/v1")
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        parts = [unquote(part) for part in path.strip("/").split("/")]
        with self.lock:
            self.calls[f"{method} /{parts[0]}"] += 1
            if parts[0] == "status":
                return 200, {"status": "ok"} | ({"currency": self.currency} if self.currency else {})
            if parts[0] == "auth":
                return self._auth(parts[1], body)
            if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
                return _error(401, "Unauthorized", "who are you?")
            return self.intercept(method, path) or self._route(method, parts, query, headers, body)

    def _auth(self, operation: str, body: Json) -> Answer:
        if operation == "login":
            right = body == ADMIN
            return (200, {"token": max(self.tokens)}) if right else _error(401, "InvalidCredentials", "no")
        if body["email"] in self.users:
            return _error(409, "EmailTaken", "taken")
        self.users[body["email"]] = f"user-{len(self.users) + 1}"
        return 201, {"userId": self.users[body["email"]], "email": body["email"]}

    def _route(self, method: str, parts: list[str], query: Json, headers: dict[str, str], body: Json) -> Answer:
        if parts[0] in {"products", "variants"}:
            return self.catalogue.perform(method, parts, body, query)
        match method, parts:
            case "GET", ["users"]:
                found = [email for email in self.users if email == query["email"]]
                return 200, {"items": [{"userId": self.users[email], "email": email} for email in found]}
            case "POST", ["orders"]:
                return self._place(headers["idempotency-key"], body)
            case "GET", ["orders", order_id]:
                return self._order(order_id)
        return _error(404, "NotFound", "no such route")

    def _place(self, key: str, body: Json) -> Answer:
        if key in self.answers:
            before, answer = self.answers[key]
            return answer if before == body else _error(422, "IdempotencyKeyReused", "another body")
        if body["customerId"] not in self.users.values():
            return _error(422, "CustomerNotFound", "no such customer")
        units = self._units(body)
        short = [product for product, wanted in units.items() if self._count_available(product) < wanted]
        if short:
            return _error(409, "OutOfStock", "not enough", [{"field": name, "message": "is out"} for name in short])
        for product, wanted in units.items():
            self.catalogue.change_stock(product, available=-wanted, reserved=wanted)
        self.answers[key] = body, self._new_order(body, units)
        return self.answers[key][1]

    def _new_order(self, body: Json, units: Counter[str]) -> Answer:
        total = sum(Decimal(item["quantity"]) * item["unitPrice"] for item in body["items"])
        order = {
            "orderId": f"order-{len(self.orders) + 1}",
            "status": "pending",
            "total": total,
            "currency": "GBP",
            "createdAt": datetime.now(UTC).isoformat(),
            "customerId": body["customerId"],
            "reference": body["reference"],
        }
        self.orders[order["orderId"]] = {**order, "units": units, "looks": 0}
        return 201, order

    def _units(self, body: Json) -> Counter[str]:
        units: Counter[str] = Counter()
        for item in body["items"]:
            if self.catalogue.find_stock(item["productId"]):
                units[item["productId"]] += item["quantity"]
        return units

    def _count_available(self, product_id: str) -> int:
        stock = self.catalogue.find_stock(product_id)
        return stock.available if stock else 0

    def _order(self, order_id: str) -> Answer:
        order = self.orders.get(order_id)
        if order is None:
            return _error(404, "OrderNotFound", "no such order")
        order["looks"] += 1
        if order["status"] == "pending" and order["looks"] >= self.looks_until_settled:
            self._settle(order)
        return 200, {name: value for name, value in order.items() if name not in {"units", "looks"}}

    def _settle(self, order: Json) -> None:
        is_cancelled = self.cancels(order)
        order["status"] = "cancelled" if is_cancelled else "processing"
        if is_cancelled:
            order["cancelReason"] = "CardDeclined"
        for product, units in order["units"].items():
            self.catalogue.change_stock(product, **{"reserved": -units, "available" if is_cancelled else "sold": units})


def _error(status: int, code: str, message: str, details: list[Any] | None = None) -> Answer:
    return status, {"error": code, "message": message, "details": details or [], "requestId": "r-1"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    shop: FakeShop

    def setup(self) -> None:
        super().setup()
        self.shop.connections += 1

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self._reply()

    def do_PUT(self) -> None:
        self._reply()

    def do_DELETE(self) -> None:
        self._reply()

    def _reply(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        fault = self.shop.faults.pop(0) if self.shop.faults and not self.path.endswith("/login") else None
        sent = json.loads(body, parse_float=Decimal) if body else {}
        if fault is None or fault.after_work:
            status, answer = self.shop.answer(self.command, self.path, headers, sent)
        if fault is None:
            self._send(status, answer, {})
        elif fault.status:
            self._send(fault.status, {"error": "Fault", "message": "on demand", "requestId": "r-2"}, fault.headers)
        else:
            self.close_connection = True

    def _send(self, status: int, answer: Json, headers: dict[str, str]) -> None:
        content = json.dumps(answer, default=float).encode() if status != HTTPStatus.NO_CONTENT else b""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(content), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep the tests quiet."""


@contextmanager
def running_fake() -> Iterator[FakeShop]:
    """Serve a new shop on a free port while the block runs."""
    shop = FakeShop()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"shop": shop}))
    server.daemon_threads = True
    shop.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
