"""The messages of the operations that place orders."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, structs

from tradewind.edge.messages import NamedVariant, Price, Quantity, RequestMessage, UserId
from tradewind.edge.postal_address import PostalAddress
from tradewind.kernel.text import Identifier
from tradewind.ordering.messages import Text
from tradewind.ordering.model import MAX_LINES, Address

PaymentToken = Annotated[
    Identifier,
    Meta(
        min_length=1,
        max_length=255,
        description="The id that the payment provider gave the client for a card. With the provider `fake` it "
        "decides the outcome: tok_approved, tok_declined, tok_insufficient_funds, tok_timeout (no answer in time, "
        "though charged), tok_async (answers later, by webhook). With `stripe` it is a PaymentMethod's id: pm_….",
        examples=["tok_approved", "tok_declined", "tok_insufficient_funds", "tok_timeout", "tok_async"],
    ),
]


class PaymentMethod(RequestMessage, frozen=True):
    """What the payment provider gave the client for a card; never card data itself."""

    token: PaymentToken


class OrderItem(NamedVariant, frozen=True, kw_only=True):
    """What is ordered: by `variantId`, or by the `productId` of a product that is sold in one variant.

    `unitPrice` is for administrators, who may agree on another price than that of the catalogue.
    """

    quantity: Quantity
    unit_price: Price | None = None


class ShippingAddress(PostalAddress, frozen=True):
    """Where an order is sent; `country` is an ISO 3166-1 alpha-2 code.

    The country decides whether `city`, `region` and `postalCode` are required, and what its postal codes look like.
    """

    def as_address(self) -> Address:
        return Address(**structs.asdict(self))


class PlaceOrder(RequestMessage, frozen=True):
    """With `expectedTotal` the order is refused when its total is another.

    `customerId` is for administrators who take an order for a customer; `reference` is their own mark on it.
    """

    items: Annotated[list[OrderItem], Meta(min_length=1, max_length=MAX_LINES)]
    shipping_address: ShippingAddress
    payment_method: PaymentMethod
    expected_total: Price | None = None
    customer_id: UserId | None = None
    reference: Text | None = None


class CheckOut(RequestMessage, frozen=True):
    """Order what is in the cart."""

    shipping_address: ShippingAddress
    payment_method: PaymentMethod
    expected_total: Price | None = None
