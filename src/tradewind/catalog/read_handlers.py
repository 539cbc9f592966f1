"""The operations that read the catalogue."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tradewind.aws.table import AtLeast, AtMost, Conditions, Equals, Query
from tradewind.catalog import reads, views
from tradewind.catalog.errors import CategoryRequired, ProductNotFound
from tradewind.catalog.messages import ListCategory, ListProducts, ProductPath, ProductSummary, ProductView
from tradewind.catalog.product_pages import read_product_page
from tradewind.edge.cursor import seal, unseal
from tradewind.edge.errors import InvalidCursor
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.paging import Page, read_page
from tradewind.kernel.errors import Detail, InvalidAmount
from tradewind.kernel.money import price_to_minor
from tradewind.shop import Shop

_MAX_ROUND_TRIPS = 3
"""Of a page with a price range, each of 200 products: a category of 600 products is filtered in one request."""


@endpoint(params=ProductPath, errors=(ProductNotFound,))
def get_product(request: Request[Empty, ProductPath], shop: Shop) -> ProductView:
    """Get a product.

    With all that is sold of it, and how many can be bought now.
    """
    return views.view(read_product_page(shop.table, request.params.product_id))


@endpoint(params=ListProducts, errors=(InvalidCursor, InvalidAmount, CategoryRequired))
def list_products(request: Request[Empty, ListProducts], shop: Shop) -> Page[ProductSummary]:
    """List products.

    Newest first; within a category, in the order of their ids. A price range needs a category. A page looks at up to
    600 of its products, so one with a price range may be short or empty while there is a `nextCursor`.
    """
    params = request.params
    where = _price_range(params.min_price, params.max_price, shop)
    if params.category:
        return _read_products(reads.query_category(params.category, where), params.limit, params.cursor, shop)
    if where:
        raise _category_required()
    return _read_products(reads.query_newest(), params.limit, params.cursor, shop)


@endpoint(params=ListCategory, errors=(InvalidCursor, InvalidAmount))
def list_category(request: Request[Empty, ListCategory], shop: Shop) -> Page[ProductSummary]:
    """List the products of a category.

    A page looks at up to 600 products, so one with a price range may be short or empty while there is a `nextCursor`.
    """
    params = request.params
    query = reads.query_category(params.category, _price_range(params.min_price, params.max_price, shop))
    return _read_products(query, params.limit, params.cursor, shop)


def _category_required() -> CategoryRequired:
    message = "A price range needs a category."
    return CategoryRequired(
        f"{message} Name one, or list all products without a range.", (Detail("category", message),)
    )


def _price_range(lowest: Decimal | None, highest: Decimal | None, shop: Shop) -> Conditions:
    """In the shop's own currency: some variant may cost so much. Raises InvalidAmount."""
    currency = shop.settings.currency
    above = () if lowest is None else (AtLeast("highestMinor", price_to_minor(lowest, currency, "minPrice")),)
    below = () if highest is None else (AtMost("lowestMinor", price_to_minor(highest, currency, "maxPrice")),)
    bounds = above + below
    return (*bounds, Equals("currency", currency)) if bounds else ()


def _read_products(query: Query, limit: int, cursor: str | None, shop: Shop) -> Page[ProductSummary]:
    scope = f"{query.index}|{query.pk}|{query.where}"
    start = unseal(cursor, scope, shop)
    query = msgspec.structs.replace(query, start=start)
    items, following = read_page(shop.table, query, limit, max_round_trips=_MAX_ROUND_TRIPS)
    products = [views.summary(reads.product_from(item)) for item in items]
    return Page(items=products, next_cursor=seal(following, scope, shop))
