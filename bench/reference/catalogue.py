"""GET /products/{productId}."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext
from shared import Model, Product, Stock, app, logger, metrics, product_keys, read_together


class ProductView(Model):
    product_id: str
    name: str
    description: str
    price: float
    currency: str
    category: str
    track_stock: bool
    is_active: bool
    image_url: str | None
    sku: str | None
    variant_of: str | None
    options: dict[str, str]
    tags: list[str]
    version: int
    created_at: datetime
    updated_at: datetime
    stock: int | None


@app.get("/products/<product_id>")
def get_product(product_id: str) -> dict[str, Any]:
    wanted, stock = product_keys(product_id)
    found = read_together([wanted, stock])
    if tuple(wanted.values()) not in found:
        raise NotFoundError(f"There is no product {product_id!r}.")
    product = Product.model_validate(found[tuple(wanted.values())])
    counted = found.get(tuple(stock.values()))
    available = Stock.model_validate(counted).available if counted else 0
    fields = product.model_dump(exclude={"price_minor"})
    view = ProductView(**fields, price=float(product.price), stock=available if product.track_stock else None)
    return view.model_dump(mode="json", by_alias=True)


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    answer = app.resolve(event, context)
    logger.info("get_product")
    return answer
