"""A product and its stock, in one round trip."""

from __future__ import annotations

from tradewind.aws.table import Table
from tradewind.catalog.errors import ProductNotFound
from tradewind.catalog.model import Product
from tradewind.catalog.reads import product_from, product_key
from tradewind.inventory.public import Stock, stock_from, stock_key


def read_stocked_product(table: Table, product_id: str) -> tuple[Product, Stock | None]:
    """A product with its stock, if it tracks any. Raises ProductNotFound."""
    product, stock = product_key(product_id), stock_key(product_id)
    found = table.get_many([product, stock])
    if product not in found:
        raise product_not_found(product_id)
    return product_from(found[product]), stock_from(found[stock]) if stock in found else None


def product_not_found(product_id: str) -> ProductNotFound:
    return ProductNotFound(f"There is no product {product_id!r}.")
