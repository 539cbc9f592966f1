"""Requests and responses of the address book."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, structs

from tradewind.edge.messages import AddressId, RequestMessage
from tradewind.edge.postal_address import PostalAddress
from tradewind.identity.address_book import AddressBook, SavedAddress


class SaveAddress(PostalAddress, frozen=True):
    """An address as a whole, with the rules of its country.

    With `isDefault` it becomes the default; the default stays it until another one is.
    """

    is_default: bool = False

    def as_saved(self, address_id: str, created_at: datetime, now: datetime) -> SavedAddress:
        fields = structs.asdict(self)
        del fields["is_default"]
        return SavedAddress(address_id=address_id, created_at=created_at, updated_at=now, **fields)


class AddressPath(RequestMessage, frozen=True):
    address_id: AddressId


class SavedAddressView(Struct, frozen=True, rename="camel"):
    """One address of an account; of all its addresses one is the default."""

    address_id: str
    is_default: bool
    name: str
    street: str
    street2: str
    city: str
    postal_code: str
    region: str
    country: str
    phone: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, address: SavedAddress, book: AddressBook) -> SavedAddressView:
        return cls(is_default=address.address_id == book.default_id, **structs.asdict(address))


class AddressList(Struct, frozen=True, rename="camel"):
    items: list[SavedAddressView]
