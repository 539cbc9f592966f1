from __future__ import annotations

import pytest
from tests.fakes import CUSTOMER_ID
from tests.unit.identity.people import EMAIL, PASSWORD, Member, login, refresh, sign_in_member

from tradewind.aws.table import Update
from tradewind.identity import reads
from tradewind.identity.administrators import create_admin
from tradewind.identity.errors import InvalidEmail
from tradewind.identity.public import contact_from, contact_key, find_contact
from tradewind.identity.tokens import AccessTokens
from tradewind.kernel.caller import Role
from tradewind.shop import Shop

ADMIN = "admin@example.com"


def test_contact_has_the_users_name_and_address(shop: Shop, ada: Member) -> None:
    found = find_contact(shop.table, ada.user_id)
    assert found is not None
    assert (found.user_id, found.email, found.first_name, found.last_name) == (ada.user_id, EMAIL, "Ada", "Lovelace")
    assert found.is_active


def test_a_closed_account_is_a_contact_that_is_not_active(shop: Shop, ada: Member) -> None:
    item = shop.table.write(Update(contact_key(ada.user_id), set={"status": "disabled"}))
    assert item is not None
    assert not contact_from(item).is_active


def test_contact_of_an_unknown_user_is_none(shop: Shop) -> None:
    assert find_contact(shop.table, CUSTOMER_ID) is None


def test_creating_an_administrator_again_changes_nothing(shop: Shop) -> None:
    made = create_admin(shop, ADMIN, "keeper of the keys", "Grace", "Hopper")
    before = reads.find_user(shop.table, made)
    assert create_admin(shop, " ADMIN@example.com", "keeper of the keys", "Grace", "Hopper") == made
    assert reads.find_user(shop.table, made) == before


def test_an_administrator_signs_in_with_the_role(shop: Shop) -> None:
    made = create_admin(shop, ADMIN, "keeper of the keys", "Grace", "Hopper")
    member = sign_in_member(shop, ADMIN, "keeper of the keys")
    claims = AccessTokens.of(shop).verify(member.token)
    assert (claims.sub, claims.role) == (made, Role.ADMIN)


def test_creating_an_administrator_with_another_password_replaces_it(shop: Shop) -> None:
    made = create_admin(shop, ADMIN, "keeper of the keys", "Grace", "Hopper")
    assert create_admin(shop, ADMIN, "keeper of new keys", "Grace", "Hopper") == made
    assert login(shop, ADMIN, "keeper of the keys")[0] == 401
    assert login(shop, ADMIN, "keeper of new keys")[0] == 200


def test_customer_who_becomes_administrator_loses_their_sessions(shop: Shop, ada: Member) -> None:
    assert create_admin(shop, EMAIL, PASSWORD, "Ada", "Lovelace") == ada.user_id
    assert refresh(shop, ada.refresh_token)[0] == 401
    assert AccessTokens.of(shop).verify(sign_in_member(shop).token).role is Role.ADMIN


def test_administrator_needs_a_valid_address(shop: Shop) -> None:
    with pytest.raises(InvalidEmail):
        create_admin(shop, "admin", "keeper of the keys", "Grace", "Hopper")
