"""The writes of products, each with the condition under which it applies."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import Absent, Delete, Equals, Item, Present, Put
from tradewind.catalog.model import Product
from tradewind.catalog.reads import ACTIVE_PARTITION, INACTIVE_PARTITION, category_partition, product_key
from tradewind.kernel.clock import iso


def insert_product(product: Product) -> Put:
    """The condition fails when there is a product with this id."""
    return Put(_item(product), when=(Absent(),))


def replace_product(product: Product, replaced_version: int) -> Put:
    """The condition fails when the product has another version by now."""
    return Put(_item(product), when=(Equals("version", replaced_version),))


def delete_product(product_id: str) -> Delete:
    """The condition fails when there is no such product."""
    return Delete(product_key(product_id), when=(Present(),))


def _item(product: Product) -> Item:
    pk, sk = product_key(product.product_id)
    index = _active_index(product) if product.is_active else _inactive_index(product)
    return {"PK": pk, "SK": sk, **msgspec.to_builtins(product), **_options(product), **index}


def _options(product: Product) -> Item:
    """As pairs: a map keeps no order in the table.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
    """
    return {"options": [list(option) for option in product.options.items()]} if product.options else {}


def _active_index(product: Product) -> Item:
    """An active product is in the lists that customers see."""
    return {
        "GSI1PK": category_partition(product.category),
        "GSI1SK": f"PRODUCT#{product.product_id}",
        "GSI2PK": ACTIVE_PARTITION,
        "GSI2SK": _position(product),
    }


def _inactive_index(product: Product) -> Item:
    """An inactive product is in none of those, but it is found."""
    return {"GSI2PK": INACTIVE_PARTITION, "GSI2SK": _position(product)}


def _position(product: Product) -> str:
    return f"{iso(product.created_at)}#{product.product_id}"
