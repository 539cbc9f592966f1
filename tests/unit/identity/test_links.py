from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import CUSTOMER_ID, START, FakeSecrets, make_shop
from tests.unit.identity.people import EMAIL

from tradewind.identity.links import (
    VERIFY,
    LinkToken,
    about_password,
    is_genuine,
    issue_reset_token,
    issue_verification_token,
    link_url,
    parse_link_token,
)
from tradewind.identity.model import LINK_LIFETIME
from tradewind.kernel.clock import epoch_seconds
from tradewind.shop import Shop

NAME = "tradewind/local/verification-key"


@pytest.fixture
def token(shop: Shop) -> LinkToken:
    return issue_verification_token(CUSTOMER_ID, EMAIL, START, shop)


def test_token_written_out_and_parsed_is_the_same(shop: Shop, token: LinkToken) -> None:
    assert parse_link_token(str(token)) == token
    assert is_genuine(token, EMAIL, shop)
    assert (token.user_id, token.expiry) == (CUSTOMER_ID, epoch_seconds(START + LINK_LIFETIME))


def test_token_depends_on_the_moment_of_the_request_alone(shop: Shop, token: LinkToken) -> None:
    assert issue_verification_token(CUSTOMER_ID, EMAIL, START, shop) == token
    assert issue_verification_token(CUSTOMER_ID, EMAIL, START + timedelta(seconds=1), shop) != token


def test_token_is_valid_for_one_account_address_and_expiry(shop: Shop, token: LinkToken) -> None:
    assert not is_genuine(token, "eve@example.com", shop)
    assert not is_genuine(token._replace(user_id="01KAJ0THER0000000000000001"), EMAIL, shop)
    assert not is_genuine(token._replace(expiry=token.expiry + 1), EMAIL, shop)


def test_token_signed_by_another_key_is_not_genuine(token: LinkToken) -> None:
    assert not is_genuine(token, EMAIL, make_shop(secrets=FakeSecrets({NAME: "another"})))


def test_previous_key_verifies_until_the_next_rotation(shop: Shop, secrets: FakeSecrets, token: LinkToken) -> None:
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
    assert link_url(VERIFY, token, shop_url) == f"{begins}{token}"


@given(st.text(max_size=200))
def test_malformed_token_is_refused(text: str) -> None:
    assert parse_link_token(text) is None


def test_token_followed_by_a_newline_is_refused(token: LinkToken) -> None:
    assert parse_link_token(f"{token}\n") is None


def test_token_of_one_kind_of_link_is_not_genuine_for_the_other(shop: Shop, token: LinkToken) -> None:
    reset = issue_reset_token(CUSTOMER_ID, EMAIL, 1, START, shop)
    assert is_genuine(reset, about_password(EMAIL, 1), shop)
    assert not is_genuine(reset, about_password(EMAIL, 2), shop)
    assert not is_genuine(reset, EMAIL, shop)
    assert not is_genuine(token, about_password(EMAIL, 1), shop)
