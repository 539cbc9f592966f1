"""GET /products/{productId}."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext
from boto3.dynamodb.conditions import Key
from shared import Model, Product, Stock, Variant, VariantDetails, app, logger, metrics, price, table


class OptionValueView(Model):
    value_id: int
    value: str


class OptionView(Model):
    option_id: int
    name: str
    values: list[OptionValueView]


class PriceRange(Model):
    min: float
    max: float


class VariantView(Model):
    variant_id: str
    options: dict[str, str]
    price: float
    sku: str | None
    barcode: str | None
    image_url: str | None
    weight_grams: int | None
    track_stock: bool
    stock: int | None


class ProductView(Model):
    product_id: str
    name: str
    description: str
    price: float
    price_range: PriceRange
    currency: str
    category: str
    is_active: bool
    image_url: str | None
    vendor: str | None
    options: list[OptionView]
    variant_count: int
    tags: list[str]
    version: int
    created_at: datetime
    updated_at: datetime
    stock: int | None
    variants: list[VariantView]


@app.get("/products/<product_id>")
def get_product(product_id: str) -> dict[str, Any]:
    page = Key("PK").eq(f"PRODUCT#{product_id}") & Key("SK").between("METADATA", "VARIANT#~")
    items = table.query(KeyConditionExpression=page)["Items"]
    found = next((item for item in items if item["SK"] == "METADATA"), None)
    if found is None:
        raise NotFoundError(f"There is no product {product_id!r}.")
    product = Product.model_validate(found)
    stocks = _by_variant(Stock, "STOCK#", items)
    details = _by_variant(VariantDetails, "VARIANT#", items)
    variants = [_view(product, variant, details, stocks) for variant in product.variants]
    counts = [each.stock for each in variants]
    view = ProductView(
        **product.model_dump(exclude={"variants", "options", "lowest_minor", "highest_minor"}),
        price=float(price(product.lowest_minor)),
        price_range=PriceRange(min=float(price(product.lowest_minor)), max=float(price(product.highest_minor))),
        options=[OptionView.model_validate(each.model_dump(exclude={"initial"})) for each in product.options],
        variant_count=len(variants),
        stock=None if None in counts else sum(count or 0 for count in counts),
        variants=variants,
    )
    return view.model_dump(mode="json", by_alias=True)


def _by_variant(kind: type[Any], prefix: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    found = [kind.model_validate(item) for item in items if item["SK"].startswith(prefix)]
    return {each.variant_id: each for each in found}


def _view(
    product: Product, variant: Variant, details: dict[str, VariantDetails], stocks: dict[str, Stock]
) -> VariantView:
    variant_id = product.variant_id(variant)
    told = details.get(variant_id) or VariantDetails(variant_id=variant_id)
    counted = stocks.get(variant_id)
    available = counted.available if counted else 0
    return VariantView(
        **told.model_dump(),
        options=product.describe(variant),
        price=float(price(variant.price_minor)),
        track_stock=variant.track_stock,
        stock=available if variant.track_stock else None,
    )


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    answer = app.resolve(event, context)
    logger.info("get_product")
    return answer
