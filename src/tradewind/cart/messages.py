"""The messages of the cart's operations."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from tradewind.cart.model import Availability
from tradewind.edge.messages import NamedVariant, Quantity, RequestMessage, VariantId


class AddItem(NamedVariant, frozen=True, kw_only=True):
    """What is added: by `variantId`, or by the `productId` of a product that is sold in one variant."""

    quantity: Quantity


class SetQuantity(RequestMessage, frozen=True):
    quantity: Quantity


class ItemPath(RequestMessage, frozen=True):
    variant_id: VariantId


class AddedItem(Struct, frozen=True, rename="camel"):
    """`added` units were added to the line; `quantity` is what it then holds, as far as this request could see.

    Another request at the same moment may have added more: nothing is lost, and the cart shows it.
    """

    product_id: str
    variant_id: str
    name: str
    options: dict[str, str]
    unit_price: Decimal
    currency: str
    added: int
    quantity: int


class CartLineView(Struct, frozen=True, rename="camel"):
    product_id: str
    variant_id: str
    quantity: int
    added_at: datetime
    updated_at: datetime


class CartItem(Struct, frozen=True, rename="camel"):
    """A line at today's name and price, with its product's picture.

    What the product does not sell any more has no price and no options; name and picture are null once it is gone.

    `availability` is `insufficient` when fewer than `quantity` are left, and `unavailable` when none can be bought.
    `available` is how many can be bought; it is null when the product never runs out.
    """

    product_id: str
    variant_id: str
    quantity: int
    name: str | None
    options: dict[str, str]
    image_url: str | None
    unit_price: Decimal | None
    currency: str | None
    line_total: Decimal | None
    availability: Availability
    available: int | None
    added_at: datetime


class CurrencyTotal(Struct, frozen=True, rename="camel"):
    currency: str
    total: Decimal


class Cart(Struct, frozen=True, rename="camel"):
    """The items in the order in which they were added; `itemCount` is the sum of all quantities.

    `total` leaves out what is listed as `unavailable`, by its `variantId`. It is null, and so is `currency`, when the
    cart mixes currencies: `totals` has one entry for each, and each needs an order of its own.
    """

    items: list[CartItem]
    item_count: int
    currency: str | None
    total: Decimal | None
    totals: list[CurrencyTotal]
    unavailable: list[str]
