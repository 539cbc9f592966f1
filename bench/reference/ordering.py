"""POST /orders with an Idempotency-Key: one read, one transaction."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Field
from shared import (
    TABLE_NAME,
    Model,
    Product,
    app,
    dynamodb,
    logger,
    metrics,
    new_id,
    now,
    product_keys,
    read_together,
    user_id,
)

Text = Annotated[str, Field(min_length=1, max_length=200)]


class Address(Model):
    name: str = ""
    street: Text
    city: Text
    postal_code: Annotated[str, Field(min_length=1, max_length=20)]
    country: Annotated[str, Field(min_length=2, max_length=100)]


class PaymentMethod(Model):
    token: Annotated[str, Field(min_length=1, max_length=255)]


class OrderItem(Model):
    product_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    quantity: Annotated[int, Field(ge=1, le=100_000)]


class PlaceOrder(Model):
    items: Annotated[list[OrderItem], Field(min_length=1, max_length=1_000)]
    shipping_address: Address
    payment_method: PaymentMethod


class Line(Model):
    variant_id: str
    name: str
    quantity: int
    unit_price_minor: int
    total_minor: int


class Order(Model):
    order_id: str
    customer_id: str
    status: str
    payment_status: str
    fulfilment_status: str
    total_minor: int
    currency: str
    line_count: int
    shipping_address: Address
    payment_token: str
    created_at: datetime
    updated_at: datetime
    version: int


@app.post("/orders")
def place_order() -> Response[str]:
    body = app.current_event.body or ""
    wanted = PlaceOrder.model_validate_json(body)
    customer = user_id()
    key = {"PK": f"IDEMPOTENCY#{customer}#{app.current_event.headers['Idempotency-Key']}", "SK": "REQUEST"}
    keys = [product_keys(item.product_id)[0] for item in wanted.items]
    found = read_together([*keys, key])
    if (stored := found.get(tuple(key.values()))) is not None:
        return Response(201, content_types.APPLICATION_JSON, stored["body"])
    lines = [_line(item, found) for item in wanted.items]
    order = _order(customer, wanted, lines)
    answer = _answer(order)
    fingerprint = hashlib.sha256(f"place_order\n{body}".encode()).hexdigest()
    _place(order, lines, {**key, "state": "done", "fingerprint": fingerprint, "status": 201, "body": answer})
    metrics.add_metric(name="OrderPlaced", unit=MetricUnit.Count, value=1)
    return Response(201, content_types.APPLICATION_JSON, answer)


def _line(item: OrderItem, found: dict[tuple[str, str], dict[str, Any]]) -> Line:
    metadata = found.get(tuple(product_keys(item.product_id)[0].values()))
    if metadata is None:
        raise BadRequestError(f"There is no product {item.product_id!r}.")
    product = Product.model_validate(metadata)
    [variant] = product.variants
    return Line(
        variant_id=product.variant_id(variant),
        name=product.name,
        quantity=item.quantity,
        unit_price_minor=variant.price_minor,
        total_minor=variant.price_minor * item.quantity,
    )


def _order(customer: str, wanted: PlaceOrder, lines: list[Line]) -> Order:
    moment = now()
    return Order(
        order_id=new_id(),
        customer_id=customer,
        status="pending",
        payment_status="unpaid",
        fulfilment_status="unfulfilled",
        total_minor=sum(line.total_minor for line in lines),
        currency="USD",
        line_count=len(lines),
        shipping_address=wanted.shipping_address,
        payment_token=wanted.payment_method.token,
        created_at=moment,
        updated_at=moment,
        version=1,
    )


def _answer(order: Order) -> str:
    hidden = {"shipping_address", "payment_token", "total_minor", "version"}
    shown = order.model_dump(mode="json", by_alias=True, exclude=hidden)
    return json.dumps({**shown, "total": order.total_minor / 100})


def _place(order: Order, lines: list[Line], intention: dict[str, Any]) -> None:
    partition = f"ORDER#{order.order_id}"
    event = {"orderId": order.order_id, "customerId": order.customer_id, "totalMinor": order.total_minor}
    reservation = {"status": "held", "units": {line.variant_id: line.quantity for line in lines}}
    items = [
        {
            "PK": partition,
            "SK": "RESERVATION#00",
            **reservation,
            "heldUntil": (now() + timedelta(minutes=15)).isoformat(),
        },
        {
            "PK": f"USER#{order.customer_id}",
            "SK": partition,
            "GSI1PK": partition,
            "GSI1SK": f"USER#{order.customer_id}",
            "GSI2PK": "STATUS#pending#0",
            "GSI2SK": f"ORDER#{order.created_at.isoformat()}",
            **order.model_dump(mode="json", by_alias=True),
        },
        {"PK": partition, "SK": "LINES#00", "lines": [line.model_dump(by_alias=True) for line in lines]},
        {"PK": partition, "SK": f"EVENT#{new_id()}", "type": "OrderPlaced", "data": event},
        {**intention, "expiresAt": int((now() + timedelta(hours=24)).timestamp())},
    ]
    puts = [
        {"Put": {"TableName": TABLE_NAME, "Item": item, "ConditionExpression": "attribute_not_exists(PK)"}}
        for item in items
    ]
    dynamodb.meta.client.transact_write_items(TransactItems=[*(_taking(line) for line in lines), *puts])


def _taking(line: Line) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": TABLE_NAME,
            "Key": product_keys(line.variant_id)[1],
            "UpdateExpression": "ADD available :minus, reserved :plus, version :one",
            "ConditionExpression": "available >= :plus",
            "ExpressionAttributeValues": {":minus": -line.quantity, ":plus": line.quantity, ":one": 1},
        }
    }


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    answer = app.resolve(event, context)
    logger.info("place_order")
    return answer
