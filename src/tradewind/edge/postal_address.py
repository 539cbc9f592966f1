"""Postal addresses in requests: their fields, and what the country of each needs."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tradewind.edge.messages import RequestMessage
from tradewind.kernel.errors import InvalidFields
from tradewind.kernel.text import END, NO_LINK, ONE_LINE, VISIBLE
from tradewind.shop import prepare_in_init

AddressLine = Annotated[
    str,
    Meta(
        pattern=rf"^(?:{END}|{NO_LINK}{ONE_LINE}{VISIBLE})",
        description="one line of visible text without links (write a blank after a full stop)",
    ),
]
"""What a customer writes and mails repeat."""


def _load_countries() -> None:
    from tradewind.kernel.countries import load_countries  # noqa: PLC0415 - only what takes an address

    load_countries()


prepare_in_init(_load_countries)


class PostalAddress(RequestMessage, frozen=True):
    """`country` is an ISO 3166-1 alpha-2 code.

    It decides whether `city`, `region` and `postalCode` are required, and what its postal codes look like.
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
