from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest
from httpx2 import Response

from tradewind.catalog.change_messages import CreateProduct
from tradewind.identity import messages as identity
from tradewind.ordering.placement_messages import PlaceOrder
from tradewind_tools.localcloud import seed
from tradewind_tools.localcloud.errors import SeedFailed
from tradewind_tools.localcloud.state import AdminLogin

ADMIN = AdminLogin("admin@tradewind.example", "a long password")


class Shop:
    """Answers as the API does, and remembers what it was asked."""

    def __init__(self, *, refuses: int | None = None) -> None:
        self.products: list[str] = []
        self.admins: list[AdminLogin] = []
        self.refuses = refuses

    def call(self, method: str, url: str, body: dict[str, str] | None = None, token: str | None = None) -> Response:
        if method == "GET":
            return Response(200 if url.rpartition("/")[2] in self.products else 404)
        if url.endswith("/products") and body is not None:
            assert token == "signed"
            return self._create(body["productId"])
        return Response(201, json={"token": "signed"})

    def create_admin(self, _endpoint_url: str, login: AdminLogin) -> None:
        self.admins.append(login)

    def _create(self, product_id: str) -> Response:
        status = self.refuses or (409 if product_id in self.products else 201)
        self.products += [product_id] if status == 201 else []
        return Response(status, json={"error": "InvalidRequest"})


def load_into(shop: Shop, monkeypatch: pytest.MonkeyPatch, admin: AdminLogin = ADMIN) -> None:
    monkeypatch.setattr(seed, "call", shop.call)
    monkeypatch.setattr(seed, "create_admin", shop.create_admin)
    seed.load("http://localhost:8080", "http://127.0.0.1:4566", admin)


def test_everything_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    load_into(shop, monkeypatch)
    load_into(shop, monkeypatch)
    assert shop.admins == [ADMIN]
    assert len(shop.products) == len(seed.demo_shop()["products"])


def test_new_administrator_is_made_in_a_complete_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    load_into(shop, monkeypatch)
    load_into(shop, monkeypatch, replace(ADMIN, is_new=True))
    assert len(shop.admins) == 2


def test_interrupted_loading_is_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    shop.products = ["harbour-jumper", "tide-mug"]
    load_into(shop, monkeypatch)
    assert len(shop.products) == len(seed.demo_shop()["products"])


def test_refusal_is_told_with_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SeedFailed, match=r"create Harbour Jumper: 422 .*InvalidRequest"):
        load_into(Shop(refuses=422), monkeypatch)


def test_demo_shop_is_varied() -> None:
    products = seed.demo_shop()["products"]
    assert len({product["productId"] for product in products}) == len(products) >= 20
    assert len({product["category"] for product in products}) == 5
    assert any(product.get("stock") == 1 for product in products), "one of which a single piece is left"


def test_demo_bodies_are_what_the_api_wants() -> None:
    shop = seed.demo_shop()
    msgspec.convert(shop["customer"], identity.Register)
    msgspec.json.decode(seed.login_body(), type=identity.Login)
    msgspec.json.decode(seed.order_body(), type=PlaceOrder)
    for product in shop["products"]:
        msgspec.json.decode(json.dumps(product), type=CreateProduct)
