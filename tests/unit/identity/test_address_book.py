from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START

from tradewind.identity.address_book import MAX_ADDRESSES, AddressBook, SavedAddress


def address(number: int, street: str = "12 Harbour Road") -> SavedAddress:
    return SavedAddress(f"id-{number:02d}", street, "GB", created_at=START, updated_at=START + timedelta(hours=number))


def book_of(*numbers: int) -> AddressBook:
    book = AddressBook()
    for number in numbers:
        book = book.save(address(number), is_default=False)
    return book


def ids(book: AddressBook) -> list[str]:
    return [each.address_id for each in book.addresses]


def test_first_address_is_the_default() -> None:
    assert book_of(1).default_id == book_of(1, 2).default_id == "id-01"


def test_newest_address_stands_first() -> None:
    assert ids(book_of(1, 3, 2)) == ["id-03", "id-02", "id-01"]


def test_another_address_becomes_the_default() -> None:
    book = book_of(1, 2)
    assert book.save(address(2), is_default=True).default_id == "id-02"
    assert book.save(address(3), is_default=True).default_id == "id-03"


def test_default_stays_the_default_until_another_is() -> None:
    assert book_of(1, 2).save(address(1, "Elsewhere"), is_default=False).default_id == "id-01"


def test_address_is_replaced_as_a_whole() -> None:
    book = book_of(1, 2).save(address(1, "Elsewhere"), is_default=False)
    changed = book.find("id-01")
    assert changed
    assert changed.street == "Elsewhere"
    assert ids(book) == ["id-02", "id-01"]


def test_newest_of_the_others_takes_the_place_of_the_default() -> None:
    assert book_of(1, 2, 3).remove("id-01").default_id == "id-03"
    assert book_of(1, 2, 3).remove("id-02").default_id == "id-01"
    assert book_of(1).remove("id-01").default_id == ""


def test_book_is_full_at_its_limit() -> None:
    assert not book_of(*range(MAX_ADDRESSES - 1)).is_full
    assert book_of(*range(MAX_ADDRESSES)).is_full


@given(st.lists(st.tuples(st.sampled_from(["save", "default", "remove"]), st.integers(0, 5))))
def test_book_with_addresses_has_one_default_whatever_is_done(changes: list[tuple[str, int]]) -> None:
    book = AddressBook()
    for version, (change, number) in enumerate(changes, start=1):
        if change == "remove":
            book = book.remove(f"id-{number:02d}")
        else:
            book = book.save(address(number), is_default=change == "default")
        assert book.default_id in (ids(book) or [""])
        assert book.version == version
