"""Products in the table: their keys, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec

from tradewind.aws.table import Conditions, Item, ItemKind, Key, Query, Table, query_pages
from tradewind.catalog.model import Product
from tradewind.kernel.partitions import product_partition

ITEMS = (
    ItemKind(
        "Product",
        "PRODUCT#<productId>",
        "METADATA",
        gsi1="CATEGORY#<category> / PRODUCT#<productId>",
        gsi2="<CATALOG or INACTIVE>#<shard> / <createdAt>#<productId>",
        note="an inactive product is in GSI2 alone",
    ),
)

_SHARD = 0
"""Products are written seldom: one partition (1,000 writes/s) lists them all, so a page is one round trip."""

ACTIVE_PARTITION = f"CATALOG#{_SHARD}"
INACTIVE_PARTITION = f"INACTIVE#{_SHARD}"


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


def list_product_ids(table: Table) -> Iterator[str]:
    """Every product, active or not; the index may be a moment behind."""
    queries = (Query(partition, index="GSI2") for partition in (ACTIVE_PARTITION, INACTIVE_PARTITION))
    pages = chain.from_iterable(query_pages(table, query) for query in queries)
    return (item["productId"] for page in pages for item in page)
