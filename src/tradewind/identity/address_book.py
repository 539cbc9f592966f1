"""An account's addresses, of which one is the default: what a change makes of the book."""

from __future__ import annotations

from datetime import datetime

import msgspec

MAX_ADDRESSES = 20
"""In the book of one account."""


class SavedAddress(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An address that a customer keeps; `country` is an ISO 3166-1 alpha-2 code."""

    address_id: str
    street: str
    country: str
    created_at: datetime
    updated_at: datetime
    city: str = ""
    postal_code: str = ""
    name: str = ""
    street2: str = ""
    region: str = ""
    phone: str = ""


class AddressBook(msgspec.Struct, frozen=True):
    """The addresses, the newest first. `default_id` is "" in an empty book, and that of one of them in any other.

    `version` counts the changes of the book, 0 before the first: two changes at once do not see the same one.
    """

    addresses: tuple[SavedAddress, ...] = ()
    default_id: str = ""
    version: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.addresses) >= MAX_ADDRESSES

    def find(self, address_id: str) -> SavedAddress | None:
        return next((each for each in self.addresses if each.address_id == address_id), None)

    def save(self, address: SavedAddress, *, is_default: bool) -> AddressBook:
        """Return the book with an address, in place of the one with its id; the first becomes the default."""
        others = self._without(address.address_id)
        addresses = sorted((address, *others), key=lambda each: each.address_id, reverse=True)
        default_id = address.address_id if is_default or not self.default_id else self.default_id
        return AddressBook(tuple(addresses), default_id, self.version + 1)

    def remove(self, address_id: str) -> AddressBook:
        """Return the book without an address; the newest of the others takes the place of the default."""
        others = self._without(address_id)
        newest = others[0].address_id if others else ""
        default_id = newest if self.default_id == address_id else self.default_id
        return AddressBook(others, default_id, self.version + 1)

    def _without(self, address_id: str) -> tuple[SavedAddress, ...]:
        return tuple(each for each in self.addresses if each.address_id != address_id)
