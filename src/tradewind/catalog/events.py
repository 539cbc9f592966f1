"""The events of products, each as the write that records it; its sequence is the product's version."""

from __future__ import annotations

from tradewind.aws.events import record_event
from tradewind.aws.table import Put
from tradewind.catalog.model import Product, ProductCreated, ProductDeleted, ProductUpdated
from tradewind.kernel.events import EventData, event
from tradewind.kernel.partitions import product_partition
from tradewind.shop import Shop


def record_product(
    kind: type[ProductCreated | ProductUpdated], product: Product, correlation_id: str, shop: Shop
) -> Put:
    """Record that a product is new, or that it or what is sold of it has changed."""
    data = kind(
        product_id=product.product_id,
        name=product.name,
        category=product.category,
        price_minor=product.lowest_minor,
        currency=product.currency,
        is_active=product.is_active,
    )
    return _record(data, product.product_id, product.version, correlation_id, shop)


def record_deletion(product: Product, correlation_id: str, shop: Shop) -> Put:
    data = ProductDeleted(product_id=product.product_id)
    return _record(data, product.product_id, product.version + 1, correlation_id, shop)


def _record(data: EventData, product_id: str, version: int, correlation_id: str, shop: Shop) -> Put:
    product_event = event(data, about=product_id, sequence=version, clock=shop.clock, correlation_id=correlation_id)
    return record_event(product_event, product_partition(product_id))
