from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import CUSTOMER_ID, START, FakeSecrets, make_shop
from tests.unit.identity.people import EMAIL

from tradewind.identity.errors import InvalidVerificationLink
from tradewind.identity.links import LinkToken, address, is_genuine, issued, parsed
from tradewind.identity.model import LINK_GOOD_FOR
from tradewind.kernel.clock import epoch_seconds
from tradewind.shop import Shop

NAME = "tradewind/local/verification-key"


@pytest.fixture
def token(shop: Shop) -> LinkToken:
    return issued(CUSTOMER_ID, EMAIL, START, shop)


def test_a_token_survives_the_mail(shop: Shop, token: LinkToken) -> None:
    assert parsed(str(token)) == token
    assert is_genuine(token, EMAIL, shop)
    assert (token.user_id, token.end) == (CUSTOMER_ID, epoch_seconds(START + LINK_GOOD_FOR))


def test_the_same_moment_gives_the_same_token_and_another_a_fresh_one(shop: Shop, token: LinkToken) -> None:
    assert issued(CUSTOMER_ID, EMAIL, START, shop) == token
    assert issued(CUSTOMER_ID, EMAIL, START + timedelta(seconds=1), shop) != token


def test_a_token_is_for_one_account_one_address_and_one_time(shop: Shop, token: LinkToken) -> None:
    assert not is_genuine(token, "eve@example.com", shop)
    assert not is_genuine(token._replace(user_id="01KAJ0THER0000000000000001"), EMAIL, shop)
    assert not is_genuine(token._replace(end=token.end + 1), EMAIL, shop)


def test_the_key_of_another_stage_signs_nothing_here(token: LinkToken) -> None:
    assert not is_genuine(token, EMAIL, make_shop(secrets=FakeSecrets({NAME: "another"})))


def test_a_rotated_key_is_good_until_it_is_rotated_again(shop: Shop, secrets: FakeSecrets, token: LinkToken) -> None:
    secrets.rotate(NAME, "second")
    assert is_genuine(token, EMAIL, shop)
    secrets.rotate(NAME, "third")
    assert not is_genuine(token, EMAIL, shop)


@pytest.mark.parametrize(
    ("shop_url", "begins"),
    [
        ("https://shop.example", "https://shop.example/?verify="),
        ("https://shop.example/", "https://shop.example/?verify="),
        ("https://shop.example/?lang=en", "https://shop.example/?lang=en&verify="),
    ],
)
def test_the_link_leads_to_the_shop(shop_url: str, begins: str, token: LinkToken) -> None:
    assert address(token, shop_url) == f"{begins}{token}"


@given(st.text(max_size=200))
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidVerificationLink):
        parsed(text)


def test_nothing_may_follow_a_token(token: LinkToken) -> None:
    with pytest.raises(InvalidVerificationLink):
        parsed(f"{token}\n")
