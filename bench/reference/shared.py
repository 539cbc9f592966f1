"""What the reference functions share: clients made while the function initialises, as AWS advises."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple
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


class OptionValue(Model):
    value_id: int
    value: str


class Option(Model):
    option_id: int
    name: str
    values: list[OptionValue]
    initial: int


class Variant(NamedTuple):
    number: int
    price_minor: int
    values: list[int]
    track_stock: bool


class Product(Model):
    product_id: str
    name: str
    description: str = ""
    currency: str
    category: str
    is_active: bool = True
    image_url: str | None = None
    vendor: str | None = None
    options: list[Option] = []
    variants: list[Variant]
    lowest_minor: int
    highest_minor: int
    tags: list[str] = []
    version: int
    created_at: datetime
    updated_at: datetime

    def variant_id(self, variant: Variant) -> str:
        return f"{self.product_id}.{variant.number}" if variant.number else self.product_id

    def describe(self, variant: Variant) -> dict[str, str]:
        return {option.name: _word(option, variant) for option in self.options}


def _word(option: Option, variant: Variant) -> str:
    words = {each.value_id: each.value for each in option.values}
    return next((words[each] for each in variant.values if each in words), words[option.initial])


def price(minor: int) -> Decimal:
    return Decimal(minor) / 100


class VariantDetails(Model):
    variant_id: str
    sku: str | None = None
    barcode: str | None = None
    image_url: str | None = None
    weight_grams: int | None = None


class Stock(Model):
    variant_id: str
    available: int
    reserved: int
    sold: int
    version: int


def read_together(keys: list[dict[str, str]], *, consistent: bool = False) -> dict[tuple[str, str], dict[str, Any]]:
    """Items by their keys, in one round trip."""
    answer = dynamodb.batch_get_item(RequestItems={TABLE_NAME: {"Keys": keys, "ConsistentRead": consistent}})
    return {(item["PK"], item["SK"]): item for item in answer["Responses"][TABLE_NAME]}


def product_keys(variant_id: str) -> list[dict[str, str]]:
    product_id, _, number = variant_id.partition(".")
    stock = f"STOCK#main#{int(number or 0):06d}"
    return [{"PK": f"PRODUCT#{product_id}", "SK": sk} for sk in ("METADATA", stock)]


def user_id() -> str:
    authorizer = app.current_event.request_context.authorizer
    return authorizer.raw_event["userId"]


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return uuid4().hex
