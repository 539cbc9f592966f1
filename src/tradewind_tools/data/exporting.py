"""The shop's products as a file that imports back: Shopify's columns, and some of our own for what those cannot say."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from tradewind_tools.data.messages import Product, Variant
from tradewind_tools.data.parallel import in_parallel
from tradewind_tools.data.shop import ShopClient
from tradewind_tools.data.shopify_rows import OPTION_NUMBERS

_OPTION_COLUMNS = [f"Option{number} {part}" for number in OPTION_NUMBERS for part in ("Name", "Value")]
COLUMNS = [
    *("Handle", "Title", "Vendor", "Tags", "Published", "Status"),
    *("Tradewind Product ID", "Tradewind Category", "Tradewind Description", "Tradewind Tags"),
    *_OPTION_COLUMNS,
    *("Variant SKU", "Variant Barcode", "Variant Grams"),
    *("Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy"),
    *("Variant Price", "Variant Compare At Price", "Cost per item"),
    *("Image Src", "Image Position", "Variant Image"),
]
_AMBIGUOUS_DECIMALS = -3
"""The exponent of amounts that could have a thousands mark: `1.299`."""

Cells = dict[str, str]


class Sold(NamedTuple):
    """A variant, and how many units of it are on hand; None where nobody counts them."""

    variant: Variant
    on_hand: int | None


class Export(NamedTuple):
    """How much was written."""

    products: int
    variants: int


def write_products(
    shop: ShopClient, products: Iterable[Product], file: Path, advance: Callable[[], None], workers: int = 8
) -> Export:
    """Write products with their variants on sale, in the order of their ids."""
    currency = shop.currency()

    def read(product: Product) -> list[Cells]:
        return list(describe_product(product, read_sold(shop, product.product_id), currency))

    with in_parallel(read, products, workers) as described:
        by_id = sorted(_count(described, advance), key=lambda rows: rows[0]["Handle"])
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(row for rows in by_id for row in rows)
    return Export(len(by_id), sum(map(len, by_id)))


def read_sold(shop: ShopClient, product_id: str) -> Iterator[Sold]:
    """The variants on sale, in their order."""
    for variant in shop.variants(product_id):
        if not variant.is_archived:
            stock = shop.stock(variant.variant_id) if variant.track_stock else None
            yield Sold(variant, stock.on_hand if stock else None)


def describe_product(product: Product, sold: Iterable[Sold], currency: str) -> Iterator[Cells]:
    """A row for each variant; what the product has is in the first. Amounts in another currency than that say so."""
    sign = "" if product.currency == currency else f"{product.currency} "
    own = _describe_own(product)
    for each in sold:
        names = [option.name for option in product.options]
        yield {
            "Handle": product.product_id,
            "Tradewind Product ID": product.product_id,
            **own,
            **_describe_options(names, each.variant),
            **_describe_variant(each, sign),
        }
        own = {}


def _describe_own(product: Product) -> Cells:
    return {
        "Title": product.name,
        "Vendor": product.vendor or "",
        "Tags": ", ".join(product.tags or ()),
        "Published": "true" if product.is_active else "false",
        "Status": "active" if product.is_active else "draft",
        "Tradewind Category": product.category,
        "Tradewind Description": product.description or "",
        "Tradewind Tags": "\n".join(product.tags or ()),
        "Image Src": product.image_url or "",
        "Image Position": "1" if product.image_url else "",
    }


def _describe_options(names: Sequence[str], variant: Variant) -> Cells:
    cells: Cells = {}
    for number, name in enumerate(names, start=1):
        cells |= {f"Option{number} Name": name, f"Option{number} Value": variant.options[name]}
    return cells


def _describe_variant(sold: Sold, sign: str) -> Cells:
    variant, on_hand = sold
    return {
        "Variant SKU": variant.sku or "",
        "Variant Barcode": variant.barcode or "",
        "Variant Grams": "" if variant.weight_grams is None else str(variant.weight_grams),
        "Variant Inventory Tracker": "shopify" if variant.track_stock else "",
        "Variant Inventory Qty": "" if on_hand is None else str(on_hand),
        "Variant Inventory Policy": "deny",
        "Variant Price": _write_amount(variant.price, sign),
        "Variant Compare At Price": _write_amount(variant.compare_at_price, sign),
        "Cost per item": _write_amount(variant.cost, sign),
        "Variant Image": variant.image_url or "",
    }


def _write_amount(amount: Decimal | None, sign: str) -> str:
    """With a decimal point that can be read in one way only."""
    if amount is None:
        return ""
    tail = "0" if amount.as_tuple().exponent == _AMBIGUOUS_DECIMALS else ""
    return f"{sign}{amount:f}{tail}"


def _count(described: Iterable[list[Cells]], advance: Callable[[], None]) -> Iterator[list[Cells]]:
    for rows in described:
        advance()
        yield rows
