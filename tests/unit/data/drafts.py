"""Products as files say them, made by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tradewind_tools.data.catalogue import Catalogue, Draft, DraftVariant, Words
from tradewind_tools.data.importing import Importer, ImportResult
from tradewind_tools.data.messages import ProductFields, SoldFields
from tradewind_tools.data.product_import import ImportRules
from tradewind_tools.data.remarks import FilePosition
from tradewind_tools.data.shop import ShopClient

PLACE = FilePosition(Path("f.csv"), 2)


def sold(
    *values: str, price: int | str = 3, stock: int | None = 5, sku: str | None = None, **fields: object
) -> DraftVariant:
    told = SoldFields(price=Decimal(price), track_stock=stock is not None, sku=sku, **fields)  # type: ignore[arg-type]
    return DraftVariant(PLACE, told, stock, values)


def draft(
    *variants: DraftVariant,
    options: tuple[str, ...] | None = None,
    product_id: str = "cup",
    unusable: tuple[Words, ...] = (),
    **fields: object,
) -> Draft:
    """Without variants it is sold as one thing; options are `Size` and `Colour` unless they are given."""
    variants = variants or (sold(),)
    named = ("Size", "Colour")[: len(variants[0].values)] if options is None else options
    told = {"name": "Cup", "category": "kitchen", "currency": "GBP", "tags": ("a",)} | fields
    return Draft(PLACE, product_id, ProductFields(**told), variants, named, unusable)  # type: ignore[arg-type]


def bring_in(shop: ShopClient, *drafts: Draft, rules: ImportRules | None = None) -> ImportResult:
    result = ImportResult(Catalogue(drafts=list(drafts)))
    Importer(shop, rules, workers=4).bring_in(result, lambda: None)
    return result
