"""The writes of products and variants, each with the condition under which it applies."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import Absent, Delete, Equals, Item, Put
from tradewind.catalog.model import NextNumbers, Product, Variant, VariantDetails
from tradewind.catalog.reads import (
    ACTIVE_PARTITION,
    INACTIVE_PARTITION,
    archived_key,
    category_partition,
    next_numbers_key,
    product_key,
    variant_key,
)
from tradewind.kernel.clock import iso


def insert_product(product: Product) -> Put:
    """The condition fails when there is a product with this id."""
    return Put(_item(product), when=(Absent(),))


def replace_product(product: Product, replaced_version: int) -> Put:
    """The condition fails when the product, or one of its variants, has changed since that version."""
    return Put(_item(product), when=(Equals("version", replaced_version),))


def delete_product(product: Product) -> Delete:
    """The condition fails when the product, or one of its variants, has changed since."""
    return Delete(product_key(product.product_id), when=(Equals("version", product.version),))


def keep_numbers(product: Product) -> Put:
    """Let another product of the same id go on from the numbers of this one, which is deleted."""
    pk, sk = next_numbers_key(product.product_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(NextNumbers(product.next_number, product.next_id))})


def take_numbers(product_id: str, kept: NextNumbers | None) -> Delete:
    """Go on from the numbers of a deleted product; the condition fails where they are not those that were read."""
    when = (Equals("nextNumber", kept.next_number), Equals("nextId", kept.next_id)) if kept else (Absent(),)
    return Delete(next_numbers_key(product_id), when=when)


def put_details(details: VariantDetails) -> Put:
    """Write what a page shows of a variant; the product's version guards it."""
    pk, sk = variant_key(details.variant_id)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(details)})


def delete_details(wanted_id: str) -> Delete:
    return Delete(variant_key(wanted_id))


def put_archived(details: VariantDetails, variant: Variant) -> Put:
    """Keep a variant that is not sold any more, as it was."""
    pk, sk = archived_key(details.variant_id)
    kept = msgspec.structs.replace(details, archived=variant)
    return Put({"PK": pk, "SK": sk, **msgspec.to_builtins(kept)})


def delete_archived(wanted_id: str) -> Delete:
    return Delete(archived_key(wanted_id))


def _item(product: Product) -> Item:
    pk, sk = product_key(product.product_id)
    index = _active_index(product) if product.is_active else _inactive_index(product)
    return {"PK": pk, "SK": sk, **msgspec.to_builtins(product), **index}


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
