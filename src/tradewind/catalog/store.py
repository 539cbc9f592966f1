"""Products in the table: `PRODUCT#<id>` / `METADATA`, listed by GSI1 (category) and GSI2 (all, newest first)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec

from tradewind.aws.table import (
    Absent,
    Conditions,
    Delete,
    Equals,
    Item,
    Key,
    Present,
    Put,
    Query,
    Table,
    query_pages,
)
from tradewind.catalog.model import Product
from tradewind.kernel.clock import iso

_SHARD = 0
"""Products are written seldom: one partition (1,000 writes/s) lists them all, so a page is one round trip."""


def key(product_id: str) -> Key:
    return Key(partition(product_id), "METADATA")


def partition(product_id: str) -> str:
    return f"PRODUCT#{product_id}"


def from_item(item: Item) -> Product:
    return msgspec.convert(item, Product)


def new(product: Product) -> Put:
    return Put(_item(product), when=(Absent(),))


def replacement(product: Product, replaced_version: int) -> Put:
    return Put(_item(product), when=(Equals("version", replaced_version),))


def removal(product_id: str) -> Delete:
    return Delete(key(product_id), when=(Present(),))


def newest_first(where: Conditions) -> Query:
    return Query(f"CATALOG#{_SHARD}", index="GSI2", descending=True, where=where)


def in_category(category: str, where: Conditions) -> Query:
    return Query(f"CATEGORY#{category}", begins="PRODUCT#", index="GSI1", where=where)


def product_ids(table: Table) -> Iterator[str]:
    """Every product, sold or not; the index may be a moment behind."""
    queries = (Query(f"{kind}#{_SHARD}", index="GSI2") for kind in ("CATALOG", "INACTIVE"))
    pages = chain.from_iterable(query_pages(table, query) for query in queries)
    return (item["productId"] for page in pages for item in page)


def _item(product: Product) -> Item:
    pk, sk = key(product.product_id)
    item = {"PK": pk, "SK": sk, **msgspec.to_builtins(product)}
    return item | (_listing(product) if product.is_active else _shelved(product))


def _listing(product: Product) -> Item:
    """What puts a product in the lists that customers see."""
    return {
        "GSI1PK": f"CATEGORY#{product.category}",
        "GSI1SK": f"PRODUCT#{product.product_id}",
        "GSI2PK": f"CATALOG#{_SHARD}",
        "GSI2SK": _position(product),
    }


def _shelved(product: Product) -> Item:
    """An inactive product is in none of those, but it is found."""
    return {"GSI2PK": f"INACTIVE#{_SHARD}", "GSI2SK": _position(product)}


def _position(product: Product) -> str:
    return f"{iso(product.created_at)}#{product.product_id}"
