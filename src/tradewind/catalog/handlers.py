"""The operations that change the catalogue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tradewind.aws.events import record_event
from tradewind.aws.table import ConditionFailed, Put, Write
from tradewind.catalog import views, writes
from tradewind.catalog.change_messages import CreateProduct, ProductFields, UpdateProduct
from tradewind.catalog.errors import ProductChanged, ProductExists, ProductInUse, ProductNotFound
from tradewind.catalog.messages import ProductPath, ProductView
from tradewind.catalog.model import Product, ProductCreated, ProductDeleted, ProductUpdated
from tradewind.catalog.stocked_products import product_not_found, read_stocked_product
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.inventory.public_writes import delete_stock, open_stock
from tradewind.kernel.caller import Permission
from tradewind.kernel.clock import ulid
from tradewind.kernel.errors import InvalidAmount
from tradewind.kernel.events import EventData, event
from tradewind.kernel.money import price_to_minor
from tradewind.kernel.partitions import product_partition
from tradewind.shop import Shop

_COPIED = tuple(name for name in ProductFields.__struct_fields__ if name not in {"price", "currency"})


@endpoint(permission=Permission.CATALOGUE, body=CreateProduct, status=201, errors=(ProductExists, InvalidAmount))
def create_product(request: Request[CreateProduct, Empty], shop: Shop) -> ProductView:
    """Add a product to the catalogue.

    Its opening stock is recorded as the first of its movements.
    """
    body, now = request.body, shop.clock.now()
    product = _product_from(
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


@endpoint(
    permission=Permission.CATALOGUE,
    params=ProductPath,
    body=UpdateProduct,
    errors=(ProductNotFound, ProductChanged, InvalidAmount),
)
def update_product(request: Request[UpdateProduct, ProductPath], shop: Shop) -> ProductView:
    """Replace a product's details.

    Its stock stays as it is.
    """
    body = request.body
    before, stock = read_stocked_product(shop.table, request.params.product_id)
    if body.version not in (None, before.version):
        raise ProductChanged(f"The product is at version {before.version} now, not {body.version}.")
    product = _product_from(
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


@endpoint(permission=Permission.CATALOGUE, params=ProductPath, status=204, errors=(ProductNotFound, ProductInUse))
def delete_product(request: Request[Empty, ProductPath], shop: Shop) -> None:
    """Delete a product.

    Orders keep the name and price at which they were placed. A product that orders hold or have taken is not deleted.
    """
    product, _ = read_stocked_product(shop.table, request.params.product_id)
    product_writes: list[Write] = [
        writes.delete_product(product.product_id),
        delete_stock(product.product_id),
        _record_deletion(product, request, shop),
    ]
    try:
        shop.table.transact(product_writes)
    except ConditionFailed as error:
        if 0 in error.positions:
            raise product_not_found(product.product_id) from error
        raise ProductInUse("Orders hold or have taken units of it. Set isActive to false instead.") from error


def _product_from(
    fields: ProductFields,
    *,
    product_id: str,
    currency: str,
    created_at: datetime,
    now: datetime,
    version: int,
) -> Product:
    """The product that `fields` describe. Raises InvalidAmount."""
    return Product(
        product_id=product_id,
        price_minor=price_to_minor(fields.price, currency),
        currency=currency,
        created_at=created_at,
        updated_at=now,
        version=version,
        **{name: getattr(fields, name) for name in _COPIED},
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
