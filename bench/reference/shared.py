"""What the reference functions share: clients made while the function initialises, as AWS advises."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

TABLE_NAME = os.environ["TABLE_NAME"]

logger = Logger(service="tradewind")
metrics = Metrics(namespace="Tradewind", service="tradewind")
app = APIGatewayRestResolver(cors=CORSConfig(allow_origin="*"))
dynamodb = boto3.resource("dynamodb")
table = dynamodb.Table(TABLE_NAME)


class Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Product(Model):
    product_id: str
    name: str
    description: str = ""
    price_minor: int
    currency: str
    category: str
    track_stock: bool = True
    is_active: bool = True
    image_url: str | None = None
    sku: str | None = None
    variant_of: str | None = None
    options: dict[str, str] = {}
    tags: list[str] = []
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def price(self) -> Decimal:
        return Decimal(self.price_minor) / 100


class Stock(Model):
    product_id: str
    available: int
    reserved: int
    sold: int
    version: int


def read_together(keys: list[dict[str, str]], *, consistent: bool = False) -> dict[tuple[str, str], dict[str, Any]]:
    """Items by their keys, in one round trip."""
    answer = dynamodb.batch_get_item(RequestItems={TABLE_NAME: {"Keys": keys, "ConsistentRead": consistent}})
    return {(item["PK"], item["SK"]): item for item in answer["Responses"][TABLE_NAME]}


def product_keys(product_id: str) -> list[dict[str, str]]:
    return [{"PK": f"PRODUCT#{product_id}", "SK": sk} for sk in ("METADATA", "STOCK")]


def user_id() -> str:
    authorizer = app.current_event.request_context.authorizer
    return authorizer.raw_event["userId"]


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return uuid4().hex
