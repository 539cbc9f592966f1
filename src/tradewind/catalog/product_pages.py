"""All that a page shows of a product: it, the details of its variants, and their stock, by one Query."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tradewind.aws.table import Table, query_all
from tradewind.catalog.errors import ProductNotFound
from tradewind.catalog.model import DescribedVariant, Product, Variant, VariantDetails
from tradewind.catalog.reads import details_from, is_details, product_from, product_key, query_page
from tradewind.inventory.public import Stock, is_stock, stock_from


class ProductPage(msgspec.Struct, frozen=True):
    """A product with the details and the stock of its variants, by their ids; either may be missing."""

    product: Product
    details: dict[str, VariantDetails] = {}
    stocks: dict[str, Stock] = {}

    def after(self, product: Product, changed: Iterable[DescribedVariant] = ()) -> ProductPage:
        """The page once the product has changed, and variants are new or described anew."""
        described = list(changed)
        opened = {
            each.variant_id: Stock.opening(each.variant_id, each.units)
            for each in described
            if each.variant.track_stock and each.variant_id not in self.stocks
        }
        details = self.details | {each.variant_id: each.details for each in described}
        return ProductPage(product, details, self.stocks | opened)

    def details_of(self, variant: Variant) -> VariantDetails:
        wanted_id = self.product.variant_id(variant)
        return self.details.get(wanted_id) or VariantDetails(wanted_id)

    def count_available(self, variant: Variant) -> int | None:
        """How many units of a variant can be bought; None of what never runs out."""
        stock = self.stocks.get(self.product.variant_id(variant))
        if not variant.track_stock:
            return None
        return stock.available if stock else 0

    def sum_available(self) -> int | None:
        """The same of all variants together."""
        counts = [self.count_available(variant) for variant in self.product.variants]
        return None if None in counts else sum(filter(None, counts))


def read_product_page(table: Table, product_id: str, *, consistent: bool = False) -> ProductPage:
    """Raises ProductNotFound."""
    items = query_all(table, query_page(product_id, consistent=consistent))
    sk = product_key(product_id).sk
    found = next((item for item in items if item["SK"] == sk), None)
    if found is None:
        raise product_not_found(product_id)
    details = map(details_from, filter(is_details, items))
    stocks = map(stock_from, filter(is_stock, items))
    return ProductPage(
        product_from(found),
        {each.variant_id: each for each in details},
        {each.variant_id: each for each in stocks},
    )


def product_not_found(product_id: str) -> ProductNotFound:
    return ProductNotFound(f"There is no product {product_id!r}.")
