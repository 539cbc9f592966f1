from __future__ import annotations

import pytest
from tests.fakes import ADMIN_ID, CUSTOMER_ID, FakeClock
from tests.trading import with_people
from tests.unit.identity.factors import Authenticator, add_factor, wrong_code
from tests.unit.identity.people import EMAIL, PASSWORD, Member, login, refresh, register

from tradewind.aws.table import ConditionFailed
from tradewind.identity.closing import close_account, confirm_owner
from tradewind.identity.errors import OwnAccount, TooManyAttempts, UserNotFound, WrongCode, WrongPassword
from tradewind.identity.model import FREE_ATTEMPTS, Proof
from tradewind.identity.reads import find_user, require_user
from tradewind.identity.writes import remove_account
from tradewind.kernel.caller import AccountStatus
from tradewind.shop import Shop

NOTHING = Proof()


@pytest.fixture
def app(shop: Shop, ada: Member, clock: FakeClock) -> Authenticator:
    """Ada has a second factor."""
    return add_factor(shop, clock, ada)


def close(shop: Shop, member: Member) -> None:
    shop.table.transact(close_account(require_user(shop.table, member.user_id), shop))


def test_owner_shows_the_password(shop: Shop, ada: Member) -> None:
    owner = confirm_owner(ada.user_id, PASSWORD, NOTHING, shop)
    assert (owner.user.user_id, owner.spending) == (ada.user_id, [])
    with pytest.raises(WrongPassword):
        confirm_owner(ada.user_id, "a guess", NOTHING, shop)


def test_guesses_at_the_password_are_counted(shop: Shop, ada: Member) -> None:
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(WrongPassword):
            confirm_owner(ada.user_id, "a guess", NOTHING, shop)
    with pytest.raises(TooManyAttempts):
        confirm_owner(ada.user_id, PASSWORD, NOTHING, shop)


def test_owner_of_a_second_factor_shows_it_too(shop: Shop, ada: Member, app: Authenticator, clock: FakeClock) -> None:
    for proof in (NOTHING, Proof(wrong_code(app.secret, clock)), Proof(recovery_code="AAAA-AAAA-AAAA-AAAA")):
        with pytest.raises(WrongCode):
            confirm_owner(ada.user_id, PASSWORD, proof, shop)
    for proof in (Proof(app.code(clock)), Proof(recovery_code=app.recovery_codes[0])):
        assert confirm_owner(ada.user_id, PASSWORD, proof, shop).user.has_second_factor


@pytest.mark.parametrize("is_code", [True, False], ids=["code", "recovery code"])
def test_what_was_shown_is_good_for_one_act(
    shop: Shop, ada: Member, app: Authenticator, clock: FakeClock, *, is_code: bool
) -> None:
    proof = Proof(app.code(clock)) if is_code else Proof(recovery_code=app.recovery_codes[0])
    first, second = (confirm_owner(ada.user_id, PASSWORD, proof, shop) for _ in range(2))
    shop.table.transact(first.spending)
    with pytest.raises(ConditionFailed):
        shop.table.transact(second.spending)
    with pytest.raises(WrongCode):
        confirm_owner(ada.user_id, PASSWORD, proof, shop)
    assert confirm_owner(ada.user_id, PASSWORD, Proof(recovery_code=app.recovery_codes[1]), shop).spending


def test_guesses_at_a_second_factor_are_counted(shop: Shop, ada: Member, app: Authenticator, clock: FakeClock) -> None:
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(WrongCode):
            confirm_owner(ada.user_id, PASSWORD, Proof(wrong_code(app.secret, clock)), shop)
    with pytest.raises(TooManyAttempts):
        confirm_owner(ada.user_id, PASSWORD, Proof(app.code(clock)), shop)


def test_administrators_and_strangers_are_refused(shop: Shop) -> None:
    with pytest.raises(OwnAccount):
        confirm_owner(ADMIN_ID, PASSWORD, NOTHING, with_people(shop))
    with pytest.raises(UserNotFound):
        confirm_owner("01KAJ0CSTMR000000000000099", PASSWORD, NOTHING, shop)


def test_closed_account_loses_its_sessions(shop: Shop, ada: Member) -> None:
    close(shop, ada)
    assert refresh(shop, ada.refresh_token)[0] == 401
    assert login(shop)[1]["error"] == "AccountDisabled"
    assert require_user(shop.table, ada.user_id).status is AccountStatus.DELETING


def test_account_is_closed_as_it_was_seen(shop: Shop, ada: Member) -> None:
    seen = require_user(shop.table, ada.user_id)
    close(shop, ada)
    with pytest.raises(ConditionFailed):
        shop.table.transact(close_account(seen, shop))


def test_removed_account_leaves_its_address_free(shop: Shop, ada: Member) -> None:
    close(shop, ada)
    shop.table.transact(remove_account(ada.user_id, EMAIL))
    assert find_user(shop.table, ada.user_id) is None
    assert register(shop)[0] == 201


def test_open_account_is_not_removed_nor_the_address_of_another(shop: Shop, ada: Member) -> None:
    with pytest.raises(ConditionFailed):
        shop.table.transact(remove_account(ada.user_id, EMAIL))
    close(shop, ada)
    with pytest.raises(ConditionFailed):
        shop.table.transact(remove_account(CUSTOMER_ID, EMAIL))
