"""What goes over the wire, as the public HTTP API has it: camelCase JSON, prices as exact decimal numbers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

OrderStatus = Literal["pending", "processing", "completed", "cancelled"]


class _Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Absent and default are the same thing; fields we do not know are ignored."""


class Status(_Message, frozen=True, kw_only=True):
    """The shop's own currency, by its ISO 4217 code."""

    currency: str | None = None


class ProductFields(_Message, frozen=True, kw_only=True):
    """A product as an administrator describes it; everything but its id and its stock."""

    name: str
    price: Decimal
    currency: str
    category: str
    description: str | None = None
    track_stock: bool = True
    is_active: bool = True
    image_url: str | None = None
    sku: str | None = None
    variant_of: str | None = None
    options: dict[str, str] | None = None
    tags: tuple[str, ...] | None = None


class NewProduct(ProductFields, frozen=True, kw_only=True):
    """A product to be created; `stock` is the number on hand, for a product that tracks it."""

    product_id: str
    stock: int | None = None


class Stock(_Message, frozen=True, kw_only=True):
    """A product's stock in units: on hand is what is available and what is reserved."""

    available: int
    reserved: int = 0
    sold: int = 0

    @property
    def on_hand(self) -> int:
        return self.available + self.reserved


class StockCount(_Message, frozen=True, kw_only=True):
    """Sets the number on hand."""

    on_hand: int
    reason: str | None = None


class Credentials(_Message, frozen=True, kw_only=True):
    email: str
    password: str


class Session(_Message, frozen=True, kw_only=True):
    token: str


class NewAccount(_Message, frozen=True, kw_only=True):
    email: str
    password: str
    first_name: str


class Account(_Message, frozen=True, kw_only=True):
    user_id: str
    email: str = ""


class AccountPage(_Message, frozen=True, kw_only=True):
    items: tuple[Account, ...]
    next_cursor: str | None = None


class ShippingAddress(_Message, frozen=True, kw_only=True):
    name: str
    street: str
    city: str
    country: str
    postal_code: str = ""
    region: str = ""


class PaymentMethod(_Message, frozen=True, kw_only=True):
    token: str


class OrderItem(_Message, frozen=True, kw_only=True):
    product_id: str
    quantity: int
    unit_price: Decimal


class NewOrder(_Message, frozen=True, kw_only=True):
    """An order an administrator takes for a customer, at the prices given."""

    customer_id: str
    items: tuple[OrderItem, ...]
    shipping_address: ShippingAddress
    payment_method: PaymentMethod
    expected_total: Decimal | None = None
    reference: str | None = None


class Order(_Message, frozen=True, kw_only=True):
    order_id: str
    status: OrderStatus
    total: Decimal
    currency: str
    created_at: datetime | None = None
    cancel_reason: str | None = None


class Detail(_Message, frozen=True, kw_only=True):
    """One thing that is wrong: a field's path or a product, and what is wrong with it."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field} {self.message}"


class Problem(_Message, frozen=True, kw_only=True):
    """The API's error shape."""

    error: str
    message: str = ""
    details: tuple[Detail | str, ...] = ()
    request_id: str = ""
