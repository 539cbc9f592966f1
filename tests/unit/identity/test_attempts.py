"""A spray of guesses over many accounts ends at its address; who calls from another one does not notice."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from tests.fakes import FakeClock, call, make_shop, public_event

from tradewind.aws.table import Item, TableBusy, Update, Write
from tradewind.identity import sign_in
from tradewind.identity.reads import sign_in_attempts_key
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

LIMIT = 5
PASSWORD = "salt-and-lanterns"
SECRET = "the distribution's own"


class BusyTable(MemoryTable):
    """The counts of addresses are throttled, where they are."""

    is_busy = False

    def write(self, write: Write) -> Item | None:
        if self.is_busy and isinstance(write, Update) and write.key.pk.startswith("ADDRESS#"):
            raise TableBusy("throttled")
        return super().write(write)  # type: ignore[arg-type]


@pytest.fixture
def table() -> BusyTable:
    return BusyTable()


@pytest.fixture
def shop(table: BusyTable, clock: FakeClock) -> Shop:
    settings = Settings(sign_in_attempts_limit=LIMIT, origin_secret_sha256=sha256(SECRET.encode()).hexdigest())
    shop = make_shop(table=table, clock=clock, settings=settings)
    registration = {"email": "ada@example.com", "password": PASSWORD, "firstName": "Ada"}
    assert call(sign_in.register, public_event(registration), shop)[0] == 201
    return shop


def sign_in_from(
    address: str, shop: Shop, email: str = "ada@example.com", password: str = "wrong", viewer: str = ""
) -> int:
    event: dict[str, Any] = public_event({"email": email, "password": password})
    event["requestContext"]["identity"] = {"sourceIp": address}
    if viewer:
        event["headers"] |= {"X-Origin-Verify": SECRET, "CloudFront-Viewer-Address": f"{viewer}:1234"}
    return call(sign_in.login, event, shop)[0]


def spray(address: str, shop: Shop, accounts: int = LIMIT) -> list[int]:
    return [sign_in_from(address, shop, f"somebody-{number}@example.com") for number in range(accounts)]


def test_a_spray_over_many_accounts_is_refused_at_the_limit_and_writes_nothing_to_an_account(shop: Shop) -> None:
    assert spray("192.0.2.1", shop, LIMIT + 2) == [401] * LIMIT + [429] * 2
    assert sign_in_from("192.0.2.1", shop, password=PASSWORD) == 429
    assert shop.table.get(sign_in_attempts_key(f"somebody-{LIMIT}@example.com")) is None
    assert shop.table.get(sign_in_attempts_key("ada@example.com")) is None


def test_another_address_does_not_notice_a_spray(shop: Shop) -> None:
    spray("192.0.2.1", shop)
    assert sign_in_from("192.0.2.2", shop, password=PASSWORD) == 200


def test_two_customers_behind_one_distribution_are_two(shop: Shop) -> None:
    for number in range(LIMIT):
        sign_in_from("192.0.2.9", shop, f"somebody-{number}@example.com", viewer="198.51.100.1")
    assert sign_in_from("192.0.2.9", shop, password=PASSWORD, viewer="198.51.100.1") == 429
    assert sign_in_from("192.0.2.9", shop, password=PASSWORD, viewer="198.51.100.2") == 200


def test_a_network_of_ipv6_is_one_address(shop: Shop) -> None:
    spray("2001:db8::1", shop)
    assert sign_in_from("2001:db8::2", shop, password=PASSWORD) == 429


def test_the_right_password_counts_nothing(shop: Shop) -> None:
    assert {sign_in_from("192.0.2.1", shop, password=PASSWORD) for _ in range(LIMIT * 2)} == {200}


def test_the_hour_ends(shop: Shop, clock: FakeClock) -> None:
    spray("192.0.2.1", shop)
    clock.advance(3_600)
    assert sign_in_from("192.0.2.1", shop, password=PASSWORD) == 200


def test_what_cannot_be_counted_is_not_verified(shop: Shop, table: BusyTable) -> None:
    table.is_busy = True
    assert sign_in_from("192.0.2.1", shop, password=PASSWORD) == 429


@pytest.mark.parametrize("address", ["", "192.0.2.1"])
def test_nothing_is_counted_without_an_address_or_a_limit(shop: Shop, address: str) -> None:
    if address:
        shop.settings = Settings(sign_in_attempts_limit=0)
    assert spray(address, shop, LIMIT * 2) == [401] * LIMIT * 2
