"""Products in the table: their keys, and how they are read.

All that a page shows lies between two sort keys: the product, the stock of its variants, and their details. What else
is in the partition sorts before or after, so that no page pays for it.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from tradewind.aws.table import Conditions, Item, ItemKind, Key, Query, Table
from tradewind.catalog.model import NextNumbers, Product, VariantDetails
from tradewind.kernel.partitions import product_partition
from tradewind.kernel.privacy import NOT_PERSONAL
from tradewind.kernel.variant_ids import number_of, product_of
from tradewind.shop import prepare_types

_VARIANT = "VARIANT#"
_PAGE = "METADATA", "VARIANT#~"

ITEMS = (
    ItemKind(
        "Product",
        "PRODUCT#<productId>",
        "METADATA",
        gsi1="CATEGORY#<category> / PRODUCT#<productId>",
        gsi2="<CATALOG or INACTIVE>#<shard> / <createdAt>#<productId>",
        note="with what selling its variants needs; an inactive product is in GSI2 alone",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Variant",
        "PRODUCT#<productId>",
        "VARIANT#<nnnnnn>",
        note="what a page shows of a variant besides",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Archived variant",
        "PRODUCT#<productId>",
        "ARCHIVED#<nnnnnn>",
        note="one that is not sold any more",
        privacy=NOT_PERSONAL,
    ),
    ItemKind(
        "Next numbers",
        "PRODUCT#<productId>",
        "DELETED",
        note="of a deleted product: another one of its id goes on from them",
        privacy=NOT_PERSONAL,
    ),
)

prepare_types(Product, VariantDetails)

_SHARD = 0
"""Products are written seldom: one partition (1,000 writes/s) lists them all, so a page is one round trip."""

ACTIVE_PARTITION = f"CATALOG#{_SHARD}"
INACTIVE_PARTITION = f"INACTIVE#{_SHARD}"


class Position(NamedTuple):
    """Where a page of all products begins."""

    partition: str
    key: Item | None


class VariantIds(NamedTuple):
    """The ids of variants, and where the next page begins, if anything follows."""

    variant_ids: list[str]
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


def variant_key(wanted_id: str) -> Key:
    return _numbered_key(_VARIANT, wanted_id)


def archived_key(wanted_id: str) -> Key:
    return _numbered_key("ARCHIVED#", wanted_id)


def next_numbers_key(product_id: str) -> Key:
    return Key(product_partition(product_id), "DELETED")


def product_from(item: Item) -> Product:
    return msgspec.convert(item, Product)


def details_from(item: Item) -> VariantDetails:
    return msgspec.convert(item, VariantDetails)


def next_numbers_from(item: Item) -> NextNumbers:
    return msgspec.convert(item, NextNumbers)


def is_details(item: Item) -> bool:
    """Whether an item of a product's page has the details of a variant."""
    return str(item["SK"]).startswith(_VARIANT)


def query_page(product_id: str, *, consistent: bool = False) -> Query:
    """The product, its stock and the details of its variants."""
    return Query(product_partition(product_id), between=_PAGE, consistent=consistent)


def query_archived(product_id: str) -> Query:
    return Query(product_partition(product_id), begins="ARCHIVED#")


def query_newest() -> Query:
    """Active products, newest first; never filtered, since a filter would read the whole catalogue."""
    return Query(ACTIVE_PARTITION, index="GSI2", descending=True)


def query_category(category: str, where: Conditions) -> Query:
    """Active products of a category, by id."""
    return Query(category_partition(category), begins="PRODUCT#", index="GSI1", where=where)


def page_variant_ids(table: Table, start: Position | None) -> VariantIds:
    """The variants of a page of all products, active or not, on sale or archived; the index may be a moment behind."""
    partition, key = start or _FIRST
    page = table.query(Query(partition, index="GSI2", start=key))
    following = Position(partition, page.last) if page.last else _AFTER[partition]
    products = list(map(product_from, page.items))
    return VariantIds([each for product in products for each in product.all_variant_ids], following)


def _numbered_key(prefix: str, wanted_id: str) -> Key:
    return Key(product_partition(product_of(wanted_id)), f"{prefix}{number_of(wanted_id):06d}")
