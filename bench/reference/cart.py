"""GET /cart."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from boto3.dynamodb.conditions import Key
from shared import Model, Product, Stock, app, logger, metrics, price, product_keys, read_together, table, user_id


class CartLine(Model):
    variant_id: str
    quantity: int
    added_at: datetime


class CartItem(Model):
    product_id: str
    variant_id: str
    quantity: int
    name: str
    options: dict[str, str]
    image_url: str | None
    unit_price: float
    currency: str
    line_total: float
    available: int
    added_at: datetime


class CartView(Model):
    items: list[CartItem]
    item_count: int
    currency: str | None
    total: float | None


@app.get("/cart")
def get_cart() -> dict[str, Any]:
    condition = Key("PK").eq(f"USER#{user_id()}") & Key("SK").begins_with("CART#")
    answer = table.query(KeyConditionExpression=condition, ConsistentRead=True)
    lines = sorted(map(CartLine.model_validate, answer["Items"]), key=lambda line: line.added_at)
    found = read_together([key for line in lines for key in product_keys(line.variant_id)]) if lines else {}
    items = [_item(line, found) for line in lines]
    view = CartView(
        items=items,
        item_count=sum(item.quantity for item in items),
        currency=items[0].currency if items else None,
        total=round(sum(item.line_total for item in items), 2),
    )
    return view.model_dump(mode="json", by_alias=True)


def _item(line: CartLine, found: dict[tuple[str, str], dict[str, Any]]) -> CartItem:
    metadata, counted = (found[tuple(key.values())] for key in product_keys(line.variant_id))
    product, stock = Product.model_validate(metadata), Stock.model_validate(counted)
    variant = next(each for each in product.variants if product.variant_id(each) == line.variant_id)
    unit_price = price(variant.price_minor)
    return CartItem(
        product_id=product.product_id,
        variant_id=line.variant_id,
        quantity=line.quantity,
        name=product.name,
        options=product.describe(variant),
        image_url=product.image_url,
        unit_price=float(unit_price),
        currency=product.currency,
        line_total=float(unit_price * line.quantity),
        available=stock.available,
        added_at=line.added_at,
    )


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    answer = app.resolve(event, context)
    logger.info("get_cart")
    return answer
