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
    """A product as an administrator describes it, without what its variants have."""

    name: str
    category: str
    currency: str
    description: str | None = None
    is_active: bool = True
    image_url: str | None = None
    vendor: str | None = None
    tags: tuple[str, ...] | None = None


class SoldFields(_Message, frozen=True, kw_only=True):
    """The details of a variant, but for its option values and its stock."""

    price: Decimal
    track_stock: bool = True
    sku: str | None = None
    barcode: str | None = None
    compare_at_price: Decimal | None = None
    cost: Decimal | None = None
    weight_grams: int | None = None
    image_url: str | None = None


class VariantFields(SoldFields, frozen=True, kw_only=True):
    """A variant as an administrator describes it; `options` are the words of its values by option."""

    options: dict[str, str] = {}


class NewVariant(VariantFields, frozen=True, kw_only=True):
    """A variant to be added; `stock` is the number on hand, where it tracks it."""

    stock: int | None = None


class NewVariants(_Message, frozen=True, kw_only=True):
    variants: tuple[NewVariant, ...]


class Variant(VariantFields, frozen=True, kw_only=True):
    """A variant as the shop has it; one that is archived is not on sale any more."""

    variant_id: str
    is_archived: bool = False


class VariantList(_Message, frozen=True, kw_only=True):
    items: tuple[Variant, ...]


class NewOption(_Message, frozen=True, kw_only=True):
    name: str
    values: tuple[str, ...]


class NewProduct(ProductFields, frozen=True, kw_only=True):
    """A product to be created."""

    product_id: str
    variants: tuple[NewVariant, ...]
    options: tuple[NewOption, ...] = ()


class OptionValue(_Message, frozen=True, kw_only=True):
    """A value of an option; one that is new has no id."""

    value: str
    value_id: int | None = None


class Option(_Message, frozen=True, kw_only=True):
    """An option with its values in their order; one that is new has no id.

    The variants there are have of a new one the value whose word is `initial`.
    """

    name: str
    values: tuple[OptionValue, ...]
    option_id: int | None = None
    initial: str | None = None


class NewOptions(_Message, frozen=True, kw_only=True):
    """All options of a product; `version` is that of the product they were made for."""

    options: tuple[Option, ...]
    version: int


class Product(ProductFields, frozen=True, kw_only=True):
    """A product as the shop has it."""

    product_id: str
    version: int
    options: tuple[Option, ...] = ()


class ProductPage(_Message, frozen=True, kw_only=True):
    """Products as lists show them."""

    items: tuple[Product, ...]
    next_cursor: str | None = None


class SimpleProductFields(ProductFields, frozen=True, kw_only=True):
    """A product that is sold in one variant, without options, with the details of that but its picture."""

    price: Decimal
    track_stock: bool = True
    sku: str | None = None
    barcode: str | None = None
    compare_at_price: Decimal | None = None
    cost: Decimal | None = None
    weight_grams: int | None = None


class Stock(_Message, frozen=True, kw_only=True):
    """A variant's stock in units: on hand is what is available and what is reserved."""

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
