"""The messages of the operations that place orders."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, structs

from tradewind.edge.messages import Price, ProductId, Quantity, RequestMessage, UserId
from tradewind.kernel.errors import InvalidFields
from tradewind.kernel.text import END, NO_LINK, ONE_LINE, VISIBLE, Identifier
from tradewind.ordering.messages import Text
from tradewind.ordering.model import MAX_LINES, Address
from tradewind.shop import prepare_in_init

AddressLine = Annotated[
    str,
    Meta(
        pattern=rf"^(?:{END}|{NO_LINK}{ONE_LINE}{VISIBLE})",
        description="one line of visible text without links (write a blank after a full stop)",
    ),
]
"""What a customer writes and mails repeat."""
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


def _load_countries() -> None:
    from tradewind.kernel.countries import load_countries  # noqa: PLC0415 - only what takes an address

    load_countries()


prepare_in_init(_load_countries)


class PaymentMethod(RequestMessage, frozen=True):
    """What the payment provider gave the client for a card; never card data itself."""

    token: PaymentToken


class OrderItem(RequestMessage, frozen=True):
    """`unitPrice` is for administrators, who may agree on another price than that of the catalogue."""

    product_id: ProductId
    quantity: Quantity
    unit_price: Price | None = None


class ShippingAddress(RequestMessage, frozen=True):
    """Where an order is sent; `country` is an ISO 3166-1 alpha-2 code.

    The country decides whether `city`, `region` and `postalCode` are required, and what its postal codes look like.
    """

    street: Annotated[AddressLine, Meta(min_length=1, max_length=200)]
    country: Annotated[
        str, Meta(max_length=2, pattern=f"^[A-Z]{{2}}{END}", description="a country's code of two capitals")
    ]
    city: Annotated[AddressLine, Meta(max_length=200)] = ""
    postal_code: Annotated[AddressLine, Meta(max_length=20)] = ""
    name: Annotated[AddressLine, Meta(max_length=200)] = ""
    street2: Annotated[AddressLine, Meta(max_length=200)] = ""
    region: Annotated[AddressLine, Meta(max_length=200)] = ""
    phone: Annotated[AddressLine, Meta(max_length=40)] = ""

    def __post_init__(self) -> None:
        from tradewind.kernel.countries import check_address  # noqa: PLC0415 - only what takes an address

        problems = tuple(
            check_address(
                self.country, street=self.street, city=self.city, region=self.region, postal_code=self.postal_code
            )
        )
        if problems:
            raise InvalidFields(*problems)

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
