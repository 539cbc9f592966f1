"""The shop, as an administrator sees it through the public HTTP API."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec
from httpx2 import Response

from tradewind.kernel.variant_ids import product_of
from tradewind_tools.data.errors import LoginRefusedError, ShopRefusedError, UnknownCurrencyError
from tradewind_tools.data.messages import (
    Account,
    AccountPage,
    Credentials,
    NewAccount,
    NewOptions,
    NewOrder,
    NewProduct,
    NewVariants,
    Order,
    Problem,
    Product,
    ProductFields,
    ProductPage,
    Session,
    Status,
    Stock,
    StockCount,
    Variant,
    VariantFields,
    VariantList,
)
from tradewind_tools.data.transport import Transport

_API = "/v1"
_PAGE_PRODUCTS = 100
_IN_PROGRESS = "InProgress"
_IN_PROGRESS_ATTEMPTS = 120
_IN_PROGRESS_SECONDS = 0.25

_Shape = TypeVar("_Shape")
_encoder = msgspec.json.Encoder(decimal_format="number")


class ShopClient:
    """The operations that importing and replaying need; safe to use from several threads.

    Each raises ShopRefusedError for an error answer, ShopUnreachableError for none, LoginRefusedError when the login
    is not (or no longer) an administrator's.
    """

    def __init__(self, transport: Transport, credentials: Credentials, wait: Callable[[float], object]) -> None:
        self.url = transport.url
        self._transport = transport
        self._credentials = credentials
        self._wait = wait
        self._token = ""
        self._logging_in = threading.Lock()

    def log_in(self) -> None:
        """Get a token. Raises LoginRefusedError."""
        response = self._send("POST", "/auth/login", self._credentials)
        if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise LoginRefusedError(
                f"{self.url} does not accept this e-mail and password for {self._credentials.email}"
            )
        self._token = _read(response, Session).token

    def currency(self) -> str:
        """Return the shop's own currency. Raises UnknownCurrencyError when it does not say, being an older one."""
        currency = self._call("GET", "/status", Status).currency
        if currency is None:
            raise UnknownCurrencyError(f"{self.url} does not say which currency is its own; say --currency")
        return currency

    def product(self, product_id: str) -> Product | None:
        return self._find(f"/products/{quote(product_id)}", Product)

    def list_products(self) -> Iterator[Product]:
        """The products on sale, newest first."""
        cursor: str | None = ""
        while cursor is not None:
            query = {"limit": _PAGE_PRODUCTS, **({"cursor": cursor} if cursor else {})}
            page = self._call("GET", f"/products?{urlencode(query)}", ProductPage)
            yield from page.items
            cursor = page.next_cursor

    def variants(self, product_id: str) -> tuple[Variant, ...]:
        """Return a product's variants, also those that are archived; none when there is no such product."""
        found = self._find(f"/products/{quote(product_id)}/variants", VariantList)
        return found.items if found else ()

    def create_product(self, product: NewProduct) -> None:
        self._call("POST", "/products", msgspec.Raw, product)

    def replace_product(self, product_id: str, fields: ProductFields) -> None:
        self._call("PUT", f"/products/{quote(product_id)}", msgspec.Raw, fields)

    def replace_options(self, product_id: str, options: NewOptions) -> None:
        self._call("PUT", f"/products/{quote(product_id)}/options", msgspec.Raw, options)

    def add_variants(self, product_id: str, variants: NewVariants) -> None:
        self._call("POST", f"/products/{quote(product_id)}/variants", msgspec.Raw, variants)

    def replace_variant(self, variant_id: str, fields: VariantFields) -> None:
        self._call("PUT", _variant_path(variant_id), msgspec.Raw, fields)

    def remove_variant(self, variant_id: str) -> None:
        """Take a variant off sale; one that is not any more stays so."""
        self._find(_variant_path(variant_id), type(None), "DELETE")

    def stock(self, variant_id: str) -> Stock | None:
        return self._find(f"/variants/{quote(variant_id)}/stock", Stock)

    def set_on_hand(self, variant_id: str, on_hand: int) -> None:
        count = StockCount(on_hand=on_hand, reason="import")
        self._call("PUT", f"/variants/{quote(variant_id)}/stock", msgspec.Raw, count)

    def register(self, email: str, name: str) -> Account:
        """Register a customer with a password nobody knows; an existing account is returned as it is."""
        new = NewAccount(email=email, password=secrets.token_urlsafe(24), first_name=name)
        try:
            return self._call("POST", "/auth/register", Account, new)
        except ShopRefusedError as refusal:
            if refusal.status != HTTPStatus.CONFLICT:
                raise
        return self.account(email)

    def account(self, email: str) -> Account:
        """Return the account with this e-mail address. Raises ShopRefusedError when there is none."""
        page = self._call("GET", f"/users?{urlencode({'email': email})}", AccountPage)
        found = next((account for account in page.items if account.email.casefold() == email.casefold()), None)
        if found is None:
            raise ShopRefusedError(HTTPStatus.NOT_FOUND, "UserNotFound", f"no account has the address {email}")
        return found

    def place_order(self, order: NewOrder, idempotency_key: str) -> Order:
        """Place an order; the same key and order again return the order that was placed."""
        for _ in range(_IN_PROGRESS_ATTEMPTS):
            try:
                return self._call("POST", "/orders", Order, order, {"Idempotency-Key": idempotency_key})
            except ShopRefusedError as refusal:
                if refusal.code != _IN_PROGRESS:
                    raise
            self._wait(_IN_PROGRESS_SECONDS)
        raise ShopRefusedError(HTTPStatus.CONFLICT, _IN_PROGRESS, "the same request is still being worked on")

    def order(self, order_id: str) -> Order | None:
        return self._find(f"/orders/{quote(order_id)}", Order)

    def read(self, path: str, shape: type[_Shape]) -> _Shape:
        """What `GET <path>` answers, for readers with shapes of their own."""
        return self._call("GET", path, shape)

    def _find(self, path: str, shape: type[_Shape], method: str = "GET") -> _Shape | None:
        """What is answered; None when there is no such thing."""
        try:
            return self._call(method, path, shape)
        except ShopRefusedError as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def _call(
        self,
        method: str,
        path: str,
        shape: type[_Shape],
        message: msgspec.Struct | None = None,
        headers: dict[str, str] | None = None,
    ) -> _Shape:
        token = self._token
        response = self._send(method, path, message, headers)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            self._log_in_again(token)
            response = self._send(method, path, message, headers)
        if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise LoginRefusedError(
                f"{self._credentials.email} may not do this at {self.url}: it takes an administrator"
            )
        return _read(response, shape)

    def _log_in_again(self, refused_token: str) -> None:
        with self._logging_in:
            if self._token == refused_token:
                self.log_in()

    def _send(
        self, method: str, path: str, message: msgspec.Struct | None = None, headers: dict[str, str] | None = None
    ) -> Response:
        sent = {"Accept": "application/json", **(headers or {})}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        if message is None:
            return self._transport.request(method, _API + path, sent)
        sent["Content-Type"] = "application/json"
        return self._transport.request(method, _API + path, sent, _encoder.encode(message))


def _variant_path(variant_id: str) -> str:
    return f"/products/{quote(product_of(variant_id))}/variants/{quote(variant_id)}"


def _read(response: Response, shape: type[_Shape]) -> _Shape:
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise _refusal(response)
    try:
        return msgspec.json.decode(response.content or b"null", type=shape)
    except msgspec.DecodeError as error:
        raise ShopRefusedError(HTTPStatus.BAD_GATEWAY, "UnexpectedAnswer", f"{error}: {_excerpt(response)}") from error


def _refusal(response: Response) -> ShopRefusedError:
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError:
        return ShopRefusedError(response.status_code, f"HTTP {response.status_code}", _excerpt(response))
    return ShopRefusedError(response.status_code, problem.error, problem.message, problem.details, problem.request_id)


def _excerpt(response: Response) -> str:
    return " ".join(response.content[:200].decode(errors="replace").split())
