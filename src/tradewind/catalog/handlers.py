"""The catalogue's operations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from tradewind.aws.events import record_event
from tradewind.aws.table import AtLeast, AtMost, ConditionFailed, Conditions, Put, Query, Write
from tradewind.catalog import reads, views, writes
from tradewind.catalog.errors import CategoryRequired, ProductChanged, ProductExists, ProductInUse, ProductNotFound
from tradewind.catalog.messages import (
    CreateProduct,
    ListCategory,
    ListProducts,
    ProductPath,
    ProductSummary,
    ProductView,
    UpdateProduct,
)
from tradewind.catalog.model import Product, ProductCreated, ProductDeleted, ProductUpdated
from tradewind.edge.cursor import seal, unseal
from tradewind.edge.errors import InvalidCursor
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.paging import Page, read_page
from tradewind.inventory.public import Stock, delete_stock, open_stock, stock_from, stock_key
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import ulid
from tradewind.kernel.errors import Detail, InvalidAmount
from tradewind.kernel.events import EventData, event
from tradewind.kernel.money import price_to_minor
from tradewind.kernel.partitions import product_partition
from tradewind.shop import Shop

_MAX_ROUND_TRIPS = 3
"""Of a page with a price range, each of 200 products: a category of 600 products is filtered in one request."""


@endpoint(role=Role.ADMIN, body=CreateProduct, status=201, errors=(ProductExists, InvalidAmount))
def create_product(request: Request[CreateProduct, Empty], shop: Shop) -> ProductView:
    """Add a product to the catalogue.

    Its opening stock is recorded as the first of its movements.
    """
    body, now = request.body, shop.clock.now()
    product = views.product(
        body,
        product_id=body.product_id or ulid(shop.clock),
        currency=body.currency or shop.settings.currency,
        created_at=now,
        now=now,
        version=1,
    )
    stock = _open_stock(product, body.stock, request.caller.user_id, shop)
    created = _record_event(ProductCreated, product, request, shop)
    try:
        shop.table.transact([writes.insert_product(product), *stock, created])
    except ConditionFailed as error:
        raise ProductExists(f"There is already a product with the id {product.product_id!r}.") from error
    return views.view(product, body.stock)


@endpoint(params=ProductPath, errors=(ProductNotFound,))
def get_product(request: Request[Empty, ProductPath], shop: Shop) -> ProductView:
    """Get a product and how many can be bought now."""
    product, stock = _read_product_and_stock(request.params.product_id, shop)
    return views.view(product, stock.available if stock else 0)


@endpoint(
    role=Role.ADMIN, params=ProductPath, body=UpdateProduct, errors=(ProductNotFound, ProductChanged, InvalidAmount)
)
def update_product(request: Request[UpdateProduct, ProductPath], shop: Shop) -> ProductView:
    """Replace a product's details.

    Its stock stays as it is.
    """
    body = request.body
    before, stock = _read_product_and_stock(request.params.product_id, shop)
    if body.version not in (None, before.version):
        raise ProductChanged(f"The product is at version {before.version} now, not {body.version}.")
    product = views.product(
        body,
        product_id=before.product_id,
        currency=body.currency or before.currency,
        created_at=before.created_at,
        now=shop.clock.now(),
        version=before.version + 1,
    )
    missing_stock = [] if stock else _open_stock(product, 0, request.caller.user_id, shop)
    replaced = writes.replace_product(product, before.version)
    try:
        shop.table.transact([replaced, *missing_stock, _record_event(ProductUpdated, product, request, shop)])
    except ConditionFailed as error:
        raise ProductChanged("Somebody else changed the product just now. Read it again and repeat.") from error
    return views.view(product, stock.available if stock else 0)


@endpoint(role=Role.ADMIN, params=ProductPath, status=204, errors=(ProductNotFound, ProductInUse))
def delete_product(request: Request[Empty, ProductPath], shop: Shop) -> None:
    """Delete a product.

    Orders keep the name and price at which they were placed. A product that orders hold or have taken is not deleted.
    """
    product, _ = _read_product_and_stock(request.params.product_id, shop)
    product_writes: list[Write] = [
        writes.delete_product(product.product_id),
        delete_stock(product.product_id),
        _record_deletion(product, request, shop),
    ]
    try:
        shop.table.transact(product_writes)
    except ConditionFailed as error:
        if 0 in error.positions:
            raise _not_found(product.product_id) from error
        raise ProductInUse("Orders hold or have taken units of it. Set isActive to false instead.") from error


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


def _read_product_and_stock(product_id: str, shop: Shop) -> tuple[Product, Stock | None]:
    """Both in one round trip. Raises ProductNotFound."""
    product, stock = reads.product_key(product_id), stock_key(product_id)
    found = shop.table.get_many([product, stock])
    if product not in found:
        raise _not_found(product_id)
    return reads.product_from(found[product]), stock_from(found[stock]) if stock in found else None


def _not_found(product_id: str) -> ProductNotFound:
    return ProductNotFound(f"There is no product {product_id!r}.")


def _category_required() -> CategoryRequired:
    message = "A price range needs a category."
    return CategoryRequired(
        f"{message} Name one, or list all products without a range.", (Detail("category", message),)
    )


def _open_stock(product: Product, units: int, by: str, shop: Shop) -> list[Put]:
    return open_stock(product.product_id, units, by=by, clock=shop.clock) if product.track_stock else []


def _record_event(
    kind: type[ProductCreated | ProductUpdated], product: Product, request: Request[Any, Any], shop: Shop
) -> Put:
    data = kind(
        product_id=product.product_id,
        name=product.name,
        category=product.category,
        price_minor=product.price_minor,
        currency=product.currency,
        is_active=product.is_active,
    )
    return _record(data, product.product_id, product.version, request, shop)


def _record_deletion(product: Product, request: Request[Any, Any], shop: Shop) -> Put:
    data = ProductDeleted(product_id=product.product_id)
    return _record(data, product.product_id, product.version + 1, request, shop)


def _record(data: EventData, product_id: str, version: int, request: Request[Any, Any], shop: Shop) -> Put:
    """The write of an event, whose sequence is the version of the product."""
    product_event = event(
        data, about=product_id, sequence=version, clock=shop.clock, correlation_id=request.log.correlation_id
    )
    return record_event(product_event, product_partition(product_id))


def _price_range(lowest: Decimal | None, highest: Decimal | None, shop: Shop) -> Conditions:
    """In the shop's own currency. Raises InvalidAmount."""
    currency = shop.settings.currency
    above = () if lowest is None else (AtLeast("priceMinor", price_to_minor(lowest, currency, "minPrice")),)
    below = () if highest is None else (AtMost("priceMinor", price_to_minor(highest, currency, "maxPrice")),)
    return above + below


def _read_products(query: Query, limit: int, cursor: str | None, shop: Shop) -> Page[ProductSummary]:
    scope = f"{query.index}|{query.pk}|{query.where}"
    start = unseal(cursor, scope, shop)
    query = msgspec.structs.replace(query, start=start)
    items, following = read_page(shop.table, query, limit, max_round_trips=_MAX_ROUND_TRIPS)
    products = [views.summary(reads.product_from(item)) for item in items]
    return Page(items=products, next_cursor=seal(following, scope, shop))
