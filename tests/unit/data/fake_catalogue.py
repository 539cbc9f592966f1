"""The shop's own operations of products, variants and stock, on a table in memory."""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from decimal import Decimal
from typing import Any

import msgspec
from tests.fakes import Event, LambdaFunction, admin_event, make_shop

from tradewind.aws.table import Item, Put
from tradewind.catalog import handlers, read_handlers, variant_handlers
from tradewind.catalog.reads import product_key
from tradewind.inventory.handlers import get_stock, set_stock
from tradewind.inventory.model import Stock
from tradewind.inventory.reads import stock_from, stock_key
from tradewind.settings import Settings
from tradewind_tools.memory.table import MemoryTable

Json = dict[str, Any]
Answer = tuple[int, Any]


class FakeCatalogue:
    """Answers as the API does; stock can be changed as orders do."""

    def __init__(self, currency: str = "USD") -> None:
        self.table = MemoryTable()
        self._shop = make_shop(table=self.table, settings=Settings(currency=currency or "USD"))

    @property
    def products(self) -> dict[str, Json]:
        """All products as the API shows them, in the order of their ids."""
        ids = sorted(item["productId"] for item in self._items(product_key("x").sk))
        return {each: self._call(read_handlers.get_product, productId=each)[1] for each in ids}

    @property
    def stock(self) -> dict[str, Counter[str]]:
        """Of each variant that has one."""
        found = list(map(stock_from, self._items("STOCK#")))
        return {
            each.variant_id: Counter(available=each.available, reserved=each.reserved, sold=each.sold) for each in found
        }

    def list_variants(self, product_id: str) -> list[Json]:
        """As staff see them, also those that are archived."""
        items: list[Json] = self._call(variant_handlers.list_variants, productId=product_id)[1]["items"]
        return items

    def change_stock(self, variant_id: str, **changes: int) -> None:
        """Add to the counts of a variant."""
        before = self.find_stock(variant_id)
        assert before is not None, variant_id
        counts = {name: getattr(before, name) + change for name, change in changes.items()}
        key, after = stock_key(variant_id), msgspec.structs.replace(before, version=before.version + 1, **counts)
        self.table.write(Put({"PK": key.pk, "SK": key.sk, **msgspec.to_builtins(after)}))

    def find_stock(self, variant_id: str) -> Stock | None:
        item = self.table.get(stock_key(variant_id))
        return stock_from(item) if item else None

    def perform(self, method: str, parts: list[str], body: Json, query: Json | None = None) -> Answer:
        """What the API answers to a request for `/products/…` or `/variants/…`."""
        for (route_method, route), endpoint in _ROUTES.items():
            path = _match(route.split("/"), parts)
            if route_method == method and path is not None:
                return self._call(endpoint, None if method in {"GET", "DELETE"} else body, query, **path)
        raise LookupError(f"{method} /{'/'.join(parts)}")

    def _items(self, begins: str) -> list[Item]:
        return [item for item in self.table.all_items(begins) if item["PK"].startswith("PRODUCT#")]

    def _call(
        self, endpoint: LambdaFunction, body: Json | None = None, query: Json | None = None, **path: str
    ) -> Answer:
        event: Event = admin_event(body, path=path, query=query)
        with contextlib.redirect_stdout(io.StringIO()):
            answer = endpoint(event, None, self._shop)
        return answer["statusCode"], json.loads(answer["body"], parse_float=Decimal) if answer["body"] else {}


def _match(route: list[str], parts: list[str]) -> dict[str, str] | None:
    """The path parameters; None when it is another route."""
    if len(route) != len(parts) or any(name != part for name, part in zip(route, parts, strict=True) if name[0] != "{"):
        return None
    return {name.strip("{}"): part for name, part in zip(route, parts, strict=True) if name[0] == "{"}


_ROUTES: dict[tuple[str, str], LambdaFunction] = {
    ("GET", "products"): read_handlers.list_products,
    ("POST", "products"): handlers.create_product,
    ("GET", "products/{productId}"): read_handlers.get_product,
    ("PUT", "products/{productId}"): handlers.update_product,
    ("DELETE", "products/{productId}"): handlers.delete_product,
    ("PUT", "products/{productId}/options"): variant_handlers.replace_options,
    ("GET", "products/{productId}/variants"): variant_handlers.list_variants,
    ("POST", "products/{productId}/variants"): variant_handlers.add_variants,
    ("PUT", "products/{productId}/variants/order"): variant_handlers.order_variants,
    ("PUT", "products/{productId}/variants/{variantId}"): variant_handlers.update_variant,
    ("DELETE", "products/{productId}/variants/{variantId}"): variant_handlers.remove_variant,
    ("GET", "variants/{variantId}/stock"): get_stock,
    ("PUT", "variants/{variantId}/stock"): set_stock,
}
