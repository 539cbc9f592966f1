from __future__ import annotations

import base64
import hashlib

import pytest
from tests.fakes import FakeClock

from tradewind.identity.accounts import new_account
from tradewind.identity.errors import InvalidRefreshToken
from tradewind.identity.model import SessionStatus, User
from tradewind.identity.sessions import RefreshToken, opened, parsed, refreshed
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import epoch_seconds

WEEK_SECONDS = 7 * 86_400


@pytest.fixture
def user(clock: FakeClock) -> User:
    return new_account(
        email="ada@example.com",
        password_hash="-",
        first_name="Ada",
        last_name="Lovelace",
        role=Role.CUSTOMER,
        clock=clock,
    )


def test_a_refresh_token_holds_256_random_bits_and_is_kept_as_a_hash(user: User, clock: FakeClock) -> None:
    session, token = opened(user, clock)
    assert len(base64.urlsafe_b64decode(token.secret + "=")) == 32
    assert session.token_hash == hashlib.sha256(token.secret.encode()).hexdigest()
    assert token.secret not in repr(session)


def test_a_token_written_out_and_read_again_is_the_same(user: User, clock: FakeClock) -> None:
    _, token = opened(user, clock)
    assert parsed(str(token)) == token


def test_a_new_session_is_its_users_and_lasts_a_week(user: User, clock: FakeClock) -> None:
    session, token = opened(user, clock)
    assert (
        (session.user_id, session.session_id) == (token.user_id, token.session_id) == (user.user_id, token.session_id)
    )
    assert session.status is SessionStatus.ACTIVE
    assert session.expires_at == epoch_seconds(clock.now()) + WEEK_SECONDS


def test_a_refreshed_session_knows_its_newest_token_only(user: User, clock: FakeClock) -> None:
    session, first = opened(user, clock)
    clock.advance(3600)
    following, second = refreshed(session, clock)
    assert (first.is_newest_of(session), second.is_newest_of(session)) == (True, False)
    assert (first.is_newest_of(following), second.is_newest_of(following)) == (False, True)
    assert following.created_at == session.created_at
    assert following.expires_at == session.expires_at + 3600


def test_a_session_is_over_at_its_end(user: User, clock: FakeClock) -> None:
    session, _ = opened(user, clock)
    clock.advance(WEEK_SECONDS - 1)
    assert not session.is_over(user, clock.now())
    clock.advance(1)
    assert session.is_over(user, clock.now())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        "secret",
        f"{'0' * 26}.{'0' * 26}",
        f"{'0' * 26}.{'0' * 25}.secret",
        f"{'0' * 26}.{'0' * 26}.secret.more",
        f"{'é' * 26}.{'0' * 26}.secret",
    ],
)
def test_what_is_no_refresh_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidRefreshToken):
        parsed(text)


def test_the_form_alone_is_what_parsing_asks_for() -> None:
    assert parsed(f"{'0' * 26}.{'1' * 26}.s") == RefreshToken("0" * 26, "1" * 26, "s")
