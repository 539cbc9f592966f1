"""How a product is changed: by its next version, and what changes beside it, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tradewind.aws.table import ConditionFailed, Delete, Put, Write
from tradewind.catalog import writes
from tradewind.catalog.errors import ProductChanged
from tradewind.catalog.events import record_product
from tradewind.catalog.model import DescribedVariant, Product, ProductUpdated, VariantDetails
from tradewind.catalog.product_pages import ProductPage
from tradewind.edge.http import Request
from tradewind.inventory.public_writes import open_stock
from tradewind.shop import Shop


def check_version(product: Product, wanted: int | None) -> None:
    """Raises ProductChanged."""
    if wanted not in (None, product.version):
        raise ProductChanged(f"The product is at version {product.version} now, not {wanted}.")


def product_changed() -> ProductChanged:
    return ProductChanged("Somebody else changed the product just now. Read it again and repeat.")


def commit(before: Product, after: Product, beside: Sequence[Write], request: Request[Any, Any], shop: Shop) -> None:
    """Write the next version of a product and what changes beside it. Raises ProductChanged."""
    record = record_product(ProductUpdated, after, request.log.correlation_id, shop)
    try:
        shop.table.transact([writes.replace_product(after, before.version), *beside, record])
    except ConditionFailed as error:
        raise product_changed() from error


def begin_variants(described: Iterable[DescribedVariant], by: str, shop: Shop) -> list[Put]:
    """What is kept of new variants beside their product: details where there are any, and their opening stock."""
    return [
        write
        for each in described
        for write in (*_insert_details(each), *(_open_stock(each, by, shop) if each.variant.track_stock else ()))
    ]


def update_details(page: ProductPage, described: DescribedVariant, by: str, shop: Shop) -> list[Put | Delete]:
    """What changes beside the product when a variant is described anew: its details, and stock if it had none."""
    is_missing = described.variant.track_stock and described.variant_id not in page.stocks
    opened = _open_stock(described, by, shop) if is_missing else []
    forgotten = [writes.delete_details(described.variant_id)] if described.variant_id in page.details else []
    return [*(_insert_details(described) or forgotten), *opened]


def _insert_details(described: DescribedVariant) -> list[Put]:
    has_none = described.details == VariantDetails(described.variant_id)
    return [] if has_none else [writes.put_details(described.details)]


def _open_stock(described: DescribedVariant, by: str, shop: Shop) -> list[Put]:
    return open_stock(described.variant_id, described.units, by=by, clock=shop.clock)
