"""The address book of an account, for its owner."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from tradewind.aws.table import ConditionFailed, TableBusy, Write
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity import address_store
from tradewind.identity.address_book import MAX_ADDRESSES, AddressBook, SavedAddress
from tradewind.identity.address_messages import AddressList, AddressPath, SaveAddress, SavedAddressView
from tradewind.identity.errors import AddressBookFull, AddressNotFound
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import ulid
from tradewind.shop import Shop

_ATTEMPTS = 5


class _Change(NamedTuple):
    """What becomes of one address, and of the book."""

    write: Write
    book: AddressBook


@endpoint(role=Role.CUSTOMER)
def list_addresses(request: Request[Empty, Empty], shop: Shop) -> AddressList:
    """List your addresses.

    The newest first; one of them is the default.
    """
    book = address_store.read_address_book(shop.table, request.caller.user_id)
    return AddressList([SavedAddressView.of(each, book) for each in book.addresses])


@endpoint(role=Role.CUSTOMER, body=SaveAddress, status=201, errors=(AddressBookFull, TableBusy))
def add_address(request: Request[SaveAddress, Empty], shop: Shop) -> SavedAddressView:
    """Add an address.

    The first one is the default. An account has at most 20.
    """
    user_id, now = request.caller.user_id, shop.clock.now()
    address = request.body.as_saved(ulid(shop.clock), created_at=now, now=now)

    def add(book: AddressBook) -> _Change:
        if book.is_full:
            raise AddressBookFull(f"You have {MAX_ADDRESSES} addresses. Please remove one that you do not need.")
        changed = book.save(address, is_default=request.body.is_default)
        return _Change(address_store.insert_address(user_id, address), changed)

    return SavedAddressView.of(address, _change_book(add, request, shop))


@endpoint(role=Role.CUSTOMER, params=AddressPath, body=SaveAddress, errors=(AddressNotFound, TableBusy))
def update_address(request: Request[SaveAddress, AddressPath], shop: Shop) -> SavedAddressView:
    """Update an address.

    It is replaced as a whole. Orders that were sent to it keep what they had.
    """
    user_id, address_id = request.caller.user_id, request.params.address_id

    def update(book: AddressBook) -> _Change:
        before = _find_address(book, address_id)
        address = request.body.as_saved(address_id, before.created_at, shop.clock.now())
        changed = book.save(address, is_default=request.body.is_default)
        return _Change(address_store.replace_address(user_id, address), changed)

    book = _change_book(update, request, shop)
    return SavedAddressView.of(_find_address(book, address_id), book)


@endpoint(role=Role.CUSTOMER, params=AddressPath, status=204, errors=(TableBusy,))
def remove_address(request: Request[Empty, AddressPath], shop: Shop) -> None:
    """Remove an address.

    The newest of the others becomes the default in place of it. Removing an address that is not there changes nothing.
    """
    user_id, address_id = request.caller.user_id, request.params.address_id

    def remove(book: AddressBook) -> _Change | None:
        if book.find(address_id) is None:
            return None
        return _Change(address_store.delete_address(user_id, address_id), book.remove(address_id))

    _change_book(remove, request, shop)


def _change_book(
    decide: Callable[[AddressBook], _Change | None], request: Request[Any, Any], shop: Shop
) -> AddressBook:
    """Change the book as `decide` says of what is in it; return what is in it then.

    Raises TableBusy, and what `decide` raises.
    """
    user_id = request.caller.user_id
    for _ in range(_ATTEMPTS):
        book = address_store.read_address_book(shop.table, user_id)
        change = decide(book)
        if change is None:
            return book
        with suppress(ConditionFailed):  # another change of the book was faster
            shop.table.transact([change.write, address_store.change_address_book(user_id, book, change.book)])
            return change.book
    raise TableBusy("Others are changing these addresses just now. Please try again.", retry_after_seconds=1)


def _find_address(book: AddressBook, address_id: str) -> SavedAddress:
    """Raises AddressNotFound."""
    address = book.find(address_id)
    if address is None:
        raise AddressNotFound(f"You have no address {address_id!r}.")
    return address
