"""Products in the table: their keys, and how they are read."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from tradewind.aws.table import Conditions, Item, ItemKind, Key, Query, Table
from tradewind.catalog.model import Product
from tradewind.kernel.partitions import product_partition
from tradewind.kernel.privacy import NOT_PERSONAL
from tradewind.shop import prepare_types

ITEMS = (
    ItemKind(
        "Product",
        "PRODUCT#<productId>",
        "METADATA",
        gsi1="CATEGORY#<category> / PRODUCT#<productId>",
        gsi2="<CATALOG or INACTIVE>#<shard> / <createdAt>#<productId>",
        note="an inactive product is in GSI2 alone",
        privacy=NOT_PERSONAL,
    ),
)

prepare_types(Product)

_SHARD = 0
"""Products are written seldom: one partition (1,000 writes/s) lists them all, so a page is one round trip."""

ACTIVE_PARTITION = f"CATALOG#{_SHARD}"
INACTIVE_PARTITION = f"INACTIVE#{_SHARD}"


class Position(NamedTuple):
    """Where a page of all products begins."""

    partition: str
    key: Item | None


class ProductPage(NamedTuple):
    """Ids of products, and where the next page begins; None when nothing follows."""

    product_ids: list[str]
    following: Position | None


_FIRST = Position(ACTIVE_PARTITION, None)
_AFTER = {ACTIVE_PARTITION: Position(INACTIVE_PARTITION, None), INACTIVE_PARTITION: None}


def category_partition(category: str) -> str:
    """The same for a name in whichever Unicode form it was typed (NFC: UAX #15)."""
    if category.isascii():
        return f"CATEGORY#{category}"
    from unicodedata import normalize  # noqa: PLC0415 - most names are ASCII

    return f"CATEGORY#{normalize('NFC', category)}"


def product_key(product_id: str) -> Key:
    return Key(product_partition(product_id), "METADATA")


def product_from(item: Item) -> Product:
    """Options stand in the table as pairs, in their order."""
    return msgspec.convert({**item, "options": dict(item.get("options", ()))}, Product)


def query_newest() -> Query:
    """Active products, newest first; never filtered, since a filter would read the whole catalogue."""
    return Query(ACTIVE_PARTITION, index="GSI2", descending=True)


def query_category(category: str, where: Conditions) -> Query:
    """Active products of a category, by id."""
    return Query(category_partition(category), begins="PRODUCT#", index="GSI1", where=where)


def page_product_ids(table: Table, start: Position | None) -> ProductPage:
    """A page of all products, active or not, from a position on; the index may be a moment behind."""
    partition, key = start or _FIRST
    page = table.query(Query(partition, index="GSI2", start=key))
    following = Position(partition, page.last) if page.last else _AFTER[partition]
    return ProductPage([item["productId"] for item in page.items], following)
