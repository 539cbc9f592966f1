"""The catalogue's operations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from tradewind.aws.events import recorded
from tradewind.aws.table import AtLeast, AtMost, ConditionFailed, Conditions, Put, Query, Write
from tradewind.catalog import store, views
from tradewind.catalog.errors import ProductChanged, ProductExists, ProductInUse, ProductNotFound
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
from tradewind.edge.cursor import InvalidCursor, seal, unseal
from tradewind.edge.http import Nothing, Request, endpoint
from tradewind.edge.paging import Listed, read_page
from tradewind.inventory.public import Stock, delete_stock, open_stock, stock_from, stock_key
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import ulid
from tradewind.kernel.events import EventData, event
from tradewind.kernel.money import InvalidAmount, price_to_minor
from tradewind.shop import Shop


@endpoint(role=Role.ADMIN, body=CreateProduct, status=201, errors=(ProductExists, InvalidAmount))
def create_product(request: Request[CreateProduct, Nothing], shop: Shop) -> ProductView:
    """Add a product to the catalogue, with its opening stock."""
    wanted, now = request.body, shop.clock.now()
    product = views.product(
        wanted,
        product_id=wanted.product_id or ulid(shop.clock),
        currency=wanted.currency or shop.settings.currency,
        created_at=now,
        now=now,
        version=1,
    )
    stock = _opening_stock(product, wanted.stock, request.caller.user_id, shop)
    try:
        shop.table.transact([store.new(product), *stock, _told(ProductCreated, product, request, shop)])
    except ConditionFailed as error:
        raise ProductExists(f"There is already a product with the id {product.product_id!r}.") from error
    return views.view(product, wanted.stock)


@endpoint(params=ProductPath, errors=(ProductNotFound,))
def get_product(request: Request[Nothing, ProductPath], shop: Shop) -> ProductView:
    """Read a product and what can be bought of it now."""
    product, stock = _product_and_stock(request.params.product_id, shop)
    return views.view(product, stock.available if stock else 0)


@endpoint(
    role=Role.ADMIN, params=ProductPath, body=UpdateProduct, errors=(ProductNotFound, ProductChanged, InvalidAmount)
)
def update_product(request: Request[UpdateProduct, ProductPath], shop: Shop) -> ProductView:
    """Replace what is known of a product; its stock stays."""
    wanted = request.body
    before, stock = _product_and_stock(request.params.product_id, shop)
    if wanted.version not in (None, before.version):
        raise ProductChanged(f"The product is at version {before.version} now, not {wanted.version}.")
    product = views.product(
        wanted,
        product_id=before.product_id,
        currency=wanted.currency or before.currency,
        created_at=before.created_at,
        now=shop.clock.now(),
        version=before.version + 1,
    )
    missing_stock = [] if stock else _opening_stock(product, 0, request.caller.user_id, shop)
    replaced = store.replacement(product, before.version)
    try:
        shop.table.transact([replaced, *missing_stock, _told(ProductUpdated, product, request, shop)])
    except ConditionFailed as error:
        raise ProductChanged("Somebody else changed the product just now. Read it again and repeat.") from error
    return views.view(product, stock.available if stock else 0)


@endpoint(role=Role.ADMIN, params=ProductPath, status=204, errors=(ProductNotFound, ProductInUse))
def delete_product(request: Request[Nothing, ProductPath], shop: Shop) -> None:
    """Remove a product for good; orders keep the name and price that they were placed with."""
    product, _ = _product_and_stock(request.params.product_id, shop)
    gone = event(
        ProductDeleted(product_id=product.product_id),
        about=product.product_id,
        sequence=product.version + 1,
        clock=shop.clock,
        correlation_id=request.journal.correlation_id,
    )
    writes: list[Write] = [
        store.removal(product.product_id),
        delete_stock(product.product_id),
        recorded(gone, store.partition(product.product_id)),
    ]
    try:
        shop.table.transact(writes)
    except ConditionFailed as error:
        if 0 in error.positions:
            raise _not_found(product.product_id) from error
        raise ProductInUse("Orders hold or have taken pieces of it. Set isActive to false instead.") from error


@endpoint(params=ListProducts, errors=(InvalidCursor, InvalidAmount))
def list_products(request: Request[Nothing, ListProducts], shop: Shop) -> Listed[ProductSummary]:
    """List products, newest first."""
    wanted = request.params
    where = _price_range(wanted.min_price, wanted.max_price, shop)
    query = store.in_category(wanted.category, where) if wanted.category else store.newest_first(where)
    return _listed(query, wanted.limit, wanted.cursor, shop)


@endpoint(params=ListCategory, errors=(InvalidCursor, InvalidAmount))
def list_category(request: Request[Nothing, ListCategory], shop: Shop) -> Listed[ProductSummary]:
    """List the products of a category."""
    wanted = request.params
    query = store.in_category(wanted.category, _price_range(wanted.min_price, wanted.max_price, shop))
    return _listed(query, wanted.limit, wanted.cursor, shop)


def _product_and_stock(product_id: str, shop: Shop) -> tuple[Product, Stock | None]:
    """Both in one round trip. Raises ProductNotFound."""
    wanted, stock = store.key(product_id), stock_key(product_id)
    found = shop.table.get_many([wanted, stock])
    if wanted not in found:
        raise _not_found(product_id)
    return store.from_item(found[wanted]), stock_from(found[stock]) if stock in found else None


def _not_found(product_id: str) -> ProductNotFound:
    return ProductNotFound(f"There is no product {product_id!r}.")


def _opening_stock(product: Product, units: int, by: str, shop: Shop) -> list[Put]:
    return open_stock(product.product_id, units, by=by, clock=shop.clock) if product.track_stock else []


def _told(kind: type[ProductCreated | ProductUpdated], product: Product, request: Request[Any, Any], shop: Shop) -> Put:
    data: EventData = kind(
        product_id=product.product_id,
        name=product.name,
        category=product.category,
        price_minor=product.price_minor,
        currency=product.currency,
        is_active=product.is_active,
    )
    fact = event(
        data,
        about=product.product_id,
        sequence=product.version,
        clock=shop.clock,
        correlation_id=request.journal.correlation_id,
    )
    return recorded(fact, store.partition(product.product_id))


def _price_range(lowest: Decimal | None, highest: Decimal | None, shop: Shop) -> Conditions:
    """In the shop's own currency. Raises InvalidAmount."""
    currency = shop.settings.currency
    above = () if lowest is None else (AtLeast("priceMinor", price_to_minor(lowest, currency, "minPrice")),)
    below = () if highest is None else (AtMost("priceMinor", price_to_minor(highest, currency, "maxPrice")),)
    return above + below


def _listed(query: Query, limit: int, cursor: str | None, shop: Shop) -> Listed[ProductSummary]:
    scope = f"{query.index}|{query.pk}|{query.where}"
    start = unseal(cursor, scope, shop)
    items, following = read_page(shop.table, msgspec.structs.replace(query, start=start), limit)
    products = [views.summary(store.from_item(item)) for item in items]
    return Listed(items=products, next_cursor=seal(following, scope, shop))
