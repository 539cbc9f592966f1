from __future__ import annotations

import pytest
from tests.fakes import CUSTOMER_ID, START, FakeClock, FakeSecrets, make_shop

from tradewind.identity.challenges import Challenges
from tradewind.identity.errors import InvalidChallenge, InvalidToken
from tradewind.identity.tokens import AccessTokens
from tradewind.kernel.caller import Role
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.access import make_user, signed_in

USER = make_user(CUSTOMER_ID, Role.CUSTOMER, START)


def test_challenge_names_user_and_password(shop: Shop) -> None:
    claims = Challenges.of(shop).verify(Challenges.of(shop).issue(USER))
    assert (claims.sub, claims.ver, claims.exp - claims.iat) == (CUSTOMER_ID, 1, 5 * 60)


def test_challenge_expires(shop: Shop, clock: FakeClock) -> None:
    challenge = Challenges.of(shop).issue(USER)
    clock.advance(5 * 60 + 6)
    with pytest.raises(InvalidChallenge):
        Challenges.of(shop).verify(challenge)


def test_challenge_is_no_access_token_and_the_other_way_round(shop: Shop) -> None:
    with pytest.raises(InvalidToken):
        AccessTokens.of(shop).verify(Challenges.of(shop).issue(USER))
    with pytest.raises(InvalidChallenge):
        Challenges.of(shop).verify(AccessTokens.of(shop).issue(signed_in(CUSTOMER_ID, Role.CUSTOMER)))


def test_challenge_of_another_stage_is_refused(secrets: FakeSecrets, shop: Shop) -> None:
    prod = make_shop(secrets=secrets, settings=Settings(stage="prod"))
    with pytest.raises(InvalidChallenge):
        Challenges.of(shop).verify(Challenges.of(prod).issue(USER))


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "ü.ü.ü"])
def test_anything_else_is_refused(shop: Shop, text: str) -> None:
    with pytest.raises(InvalidChallenge):
        Challenges.of(shop).verify(text)
