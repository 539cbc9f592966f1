"""The smoke test of a shop that was just deployed: what a customer does, step by step, to the first failure."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx2

from tradewind_tools.deployment.access import OF_A_CUSTOMER, READS, Attempt, describe_grants
from tradewind_tools.deployment.errors import SmokeFailed, UnexpectedResponse
from tradewind_tools.http_client import call

APPROVED: Final = "tok_approved"
"""The fake provider's token of a card that is approved."""

PATIENCE_SECONDS: Final = 60.0
_LOOK_EVERY_SECONDS: Final = 0.5
_ADDRESS: Final = {
    "name": "Smoke Test",
    "street": "1 Quay Street",
    "city": "Bristol",
    "postalCode": "BS1 1AA",
    "country": "GB",
}

Step = Callable[[], None]
PrintLine = Callable[[str], None]


class Smoke:
    """A visit to the shop whose API is at `api_url` (…/v1), as a new customer.

    With a `payment_token` it buys what the catalogue shows first and can be had, and calls the order off again;
    without one it only reads.
    """

    def __init__(
        self,
        api_url: str,
        print_line: PrintLine,
        *,
        payment_token: str | None = None,
        api_key: str | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._print_line = print_line
        self._payment_token = payment_token
        self._headers = {"x-api-key": api_key} if api_key else {}
        self._patience_seconds = patience_seconds
        self._customer = _make_customer()
        self._token = ""
        self._product = ""
        self._order = ""

    def run(self) -> None:
        """Take every step. Raises SmokeFailed with the first that fails."""
        for title, step in self._steps():
            begin = time.monotonic()
            try:
                step()
            except httpx2.TransportError as reason:
                raise SmokeFailed(title, f"{self._api_url} does not answer ({reason})") from reason
            except UnexpectedResponse as reason:
                raise SmokeFailed(title, str(reason)) from reason
            self._print_line(f"✓ {title} ({(time.monotonic() - begin) * 1_000:.0f} ms)")

    def _steps(self) -> Iterator[tuple[str, Step]]:
        yield "The shop is up", self._check_status
        yield from self._attempts(READS)
        yield "It serves its OpenAPI document", self._check_openapi
        yield "The catalogue can be read", self._read_catalogue
        yield "Strangers see no orders", self._check_orders_are_private
        if self._payment_token is None:
            return
        yield "Somebody registers and signs in", self._sign_in
        yield from self._attempts(OF_A_CUSTOMER)
        if not self._product:
            self._print_line("- Nothing in the catalogue can be bought: no order was tried")
            return
        yield "A product goes into the cart", self._fill_cart
        yield "The cart is ordered", self._order_cart
        yield "The order is paid and confirmed", self._wait_until_confirmed
        yield "It is cancelled again", self._cancel_order

    def _attempts(self, attempts: Iterable[Attempt]) -> Iterator[tuple[str, Step]]:
        for attempt in attempts:
            yield f"Its functions may make {attempt.kind}", partial(self._attempt, attempt)

    def _attempt(self, attempt: Attempt) -> None:
        self._ask(attempt.method, attempt.path, attempt.body, expected=attempt.expected)

    def _check_status(self) -> None:
        self._ask("GET", "/status")

    def _check_openapi(self) -> None:
        _require("paths" in self._ask("GET", "/openapi.json"), "there are no paths in it")

    def _read_catalogue(self) -> None:
        for listed in self._ask("GET", "/products?limit=20")["items"]:
            product = self._ask("GET", f"/products/{quote(listed['productId'], safe='')}")
            if product["isActive"] and product["stock"] != 0:
                self._product = product["productId"]
                return

    def _check_orders_are_private(self) -> None:
        self._ask("GET", "/orders", expected=HTTPStatus.UNAUTHORIZED)

    def _sign_in(self) -> None:
        self._ask("POST", "/auth/register", self._customer, expected=HTTPStatus.CREATED)
        login = {name: self._customer[name] for name in ("email", "password")}
        self._token = self._ask("POST", "/auth/login", login)["token"]
        email = self._ask("GET", "/auth/me")["email"]
        _require(email == login["email"], f"the token is of another account: {email}")

    def _fill_cart(self) -> None:
        self._ask("POST", "/cart/items", {"productId": self._product, "quantity": 1})
        held = [item["productId"] for item in self._ask("GET", "/cart")["items"]]
        _require(held == [self._product], f"the cart holds {held}")

    def _order_cart(self) -> None:
        body = {"shippingAddress": _ADDRESS, "paymentMethod": {"token": self._payment_token}}
        key = {"idempotency-key": secrets.token_hex(16)}
        placed = self._ask("POST", "/checkout", body, headers=key, expected=HTTPStatus.CREATED)
        again = self._ask("POST", "/checkout", body, headers=key, expected=HTTPStatus.CREATED)
        _require(placed == again, "the same request, sent twice, was answered differently")
        self._order = placed["orderId"]

    def _wait_until_confirmed(self) -> None:
        self._wait_for("processing", "paid")

    def _cancel_order(self) -> None:
        self._ask("PUT", f"/orders/{self._order}/cancel", {})
        self._wait_for("cancelled", "refunded")

    def _wait_for(self, status: str, payment: str) -> None:
        deadline = time.monotonic() + self._patience_seconds
        while True:
            found = self._ask("GET", f"/orders/{self._order}/status")
            if (found["status"], found["paymentStatus"]) == (status, payment):
                return
            after = (
                f"order {self._order} after {self._patience_seconds:g} s: {found['status']}, {found['paymentStatus']}"
            )
            _require(time.monotonic() < deadline, f"{after}; reason: {found.get('cancelReason')}")
            time.sleep(_LOOK_EVERY_SECONDS)

    def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        expected: HTTPStatus | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        response = call(method, f"{self._api_url}{path}", body, self._token, {**self._headers, **(headers or {})})
        _require(_is(response, expected), _describe_answer(method, path, response))
        return response.json() if response.content else None


def _describe_answer(method: str, path: str, response: httpx2.Response) -> str:
    """The answer; of a fault of the shop's own also which statements may have refused it something."""
    answer = f"{method} {path} answered {response.status_code}: {response.text[:500]}"
    grants = describe_grants(method, path)
    if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR or not grants:
        return answer
    return f"{answer}\nIf the function's log says AccessDenied, it names what IAM refused of this. {grants}"


def _require(so: bool, otherwise: str) -> None:  # noqa: FBT001 - the condition
    if not so:
        raise UnexpectedResponse(otherwise)


def _is(response: httpx2.Response, expected: HTTPStatus | None) -> bool:
    status = response.status_code
    return status == expected if expected else status in {HTTPStatus.OK, HTTPStatus.CREATED}


def _make_customer() -> dict[str, str]:
    """A new account, at SES's own mailbox for tests: mails to it never bounce."""
    return {
        "email": f"success+{secrets.token_hex(8)}@simulator.amazonses.com",
        "password": secrets.token_urlsafe(24),
        "firstName": "Smoke",
        "lastName": "Test",
    }
