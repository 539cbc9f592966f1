"""The demo shop: an administrator, a customer and a small catalogue, loaded through the shop's own API."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tradewind_tools.http_client import call
from tradewind_tools.localcloud.errors import SeedFailed
from tradewind_tools.localcloud.state import AdminLogin

if TYPE_CHECKING:
    from httpx2 import Response


def load(front_door_url: str, endpoint_url: str, admin: AdminLogin) -> None:
    """Load what is missing; a complete shop costs one request. Raises `SeedFailed` with the shop's answer."""
    api = f"{front_door_url}/v1"
    if not admin.is_new and _is_complete(api):
        return
    create_admin(endpoint_url, admin)
    token = _login(api, admin)
    _expect(call("POST", f"{api}/auth/register", demo_shop()["customer"]), "register the demo customer")
    for product in demo_shop()["products"]:
        _expect(call("POST", f"{api}/products", product, token), f"create {product['name']}")


def create_admin(endpoint_url: str, login: AdminLogin) -> None:
    """Make the first administrator, whom no API can make: only an administrator may appoint another."""
    from tradewind_tools.localcloud.admin import create  # noqa: PLC0415 - identity's store loads only for a first start

    create(endpoint_url, login.email, login.password)


@cache
def demo_shop() -> dict[str, Any]:
    """`customer` as `POST /auth/register` wants it, and `products` as `POST /products` does."""
    content: dict[str, Any] = json.loads(files(__package__).joinpath("demo_shop.json").read_text())
    return content


def _is_complete(api: str) -> bool:
    last = demo_shop()["products"][-1]["productId"]
    return call("GET", f"{api}/products/{last}").status_code == HTTPStatus.OK


def _login(api: str, login: AdminLogin) -> str:
    response = call("POST", f"{api}/auth/login", {"email": login.email, "password": login.password})
    _expect(response, "log in as the administrator")
    return str(response.json()["token"])


def _expect(response: Response, doing: str) -> None:
    """A conflict means that an earlier, interrupted start has already done it."""
    if response.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.CONFLICT}:
        raise SeedFailed(f"The demo shop could not be loaded: {doing}: {response.status_code} {response.text}")


def login_body() -> str:
    """The demo customer's login, as `curl` sends it."""
    customer = demo_shop()["customer"]
    return json.dumps({"email": customer["email"], "password": customer["password"]})


def order_body() -> str:
    """An order of the demo customer, as `curl` sends it."""
    return json.dumps(demo_shop()["order"])
