"""The address book in the table: how it is read, and its writes. `reads` lists its items; few functions need it."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import Absent, Delete, Equals, Item, Key, Present, Put, Query, Table, Update, query_all
from tradewind.identity.address_book import AddressBook, SavedAddress
from tradewind.kernel.partitions import user_partition
from tradewind.shop import prepare_types

_BOOK = "ADDRESSBOOK"

prepare_types(SavedAddress)


def address_key(user_id: str, address_id: str) -> Key:
    return Key(user_partition(user_id), f"ADDRESS#{address_id}")


def address_book_key(user_id: str) -> Key:
    """It sorts behind the addresses, and is read with them."""
    return Key(user_partition(user_id), _BOOK)


def read_address_book(table: Table, user_id: str) -> AddressBook:
    """Read an account's addresses and which is the default, at one go and consistently.

    A query is no snapshot: where it meets a change half way, the default may be of an address that is gone, and then
    the newest is.
    """
    items = query_all(table, Query(user_partition(user_id), begins="ADDRESS", descending=True, consistent=True))
    book = next((item for item in items if item["SK"] == _BOOK), {})
    addresses = tuple(msgspec.convert(item, SavedAddress) for item in items if item is not book)
    ids = [each.address_id for each in addresses]
    default_id = book.get("defaultId", "")
    return AddressBook(addresses, default_id if default_id in ids else next(iter(ids), ""), book.get("version", 0))


def insert_address(user_id: str, address: SavedAddress) -> Put:
    return Put(_address_item(user_id, address), when=(Absent(),))


def replace_address(user_id: str, address: SavedAddress) -> Put:
    """The condition fails when it was removed."""
    return Put(_address_item(user_id, address), when=(Present(),))


def delete_address(user_id: str, address_id: str) -> Delete:
    return Delete(address_key(user_id, address_id), when=(Present(),))


def change_address_book(user_id: str, seen: AddressBook, book: AddressBook) -> Update:
    """Say which address is the default from now on; the condition fails when any of them was changed since `seen`."""
    return Update(
        address_book_key(user_id),
        set={"defaultId": book.default_id, "version": book.version},
        when=(Equals("version", seen.version) if seen.version else Absent(),),
    )


def _address_item(user_id: str, address: SavedAddress) -> Item:
    pk, sk = address_key(user_id, address.address_id)
    return {"PK": pk, "SK": sk, **msgspec.to_builtins(address)}
