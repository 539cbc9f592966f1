from __future__ import annotations

import base64
import hashlib

import pytest
from tests.fakes import FakeClock

from tradewind.identity.accounts import new_user
from tradewind.identity.errors import InvalidRefreshToken
from tradewind.identity.model import User
from tradewind.identity.sessions import (
    RefreshToken,
    open_session,
    parse_refresh_token,
    repeat_successor,
    rotate_session,
)
from tradewind.kernel.caller import Role, SessionStatus
from tradewind.kernel.clock import epoch_seconds

WEEK_SECONDS = 7 * 86_400


@pytest.fixture
def user(clock: FakeClock) -> User:
    return new_user(
        email="ada@example.com",
        password_hash="-",
        first_name="Ada",
        last_name="Lovelace",
        role=Role.CUSTOMER,
        clock=clock,
    )


def test_refresh_token_has_256_bits_beside_its_family_and_is_stored_as_hashes(user: User, clock: FakeClock) -> None:
    session, token = open_session(user, clock)
    assert len(base64.urlsafe_b64decode(token.family + "==")) == 16
    assert len(base64.urlsafe_b64decode(token.secret.removeprefix(token.family) + "=")) == 32
    assert session.token_hash == hashlib.sha256(token.secret.encode()).hexdigest()
    assert token.family not in repr(session)
    assert token.secret not in repr(session)


def test_token_written_out_and_parsed_is_the_same(user: User, clock: FakeClock) -> None:
    _, token = open_session(user, clock)
    assert parse_refresh_token(str(token)) == token


def test_new_session_belongs_to_its_user_and_lasts_a_week(user: User, clock: FakeClock) -> None:
    session, token = open_session(user, clock)
    assert (
        (session.user_id, session.session_id) == (token.user_id, token.session_id) == (user.user_id, token.session_id)
    )
    assert session.status is SessionStatus.ACTIVE
    assert session.expires_at == epoch_seconds(clock.now()) + WEEK_SECONDS


def test_rotated_session_accepts_its_newest_token_only(user: User, clock: FakeClock) -> None:
    session, first = open_session(user, clock)
    clock.advance(3600)
    rotated, second = rotate_session(session, first, clock)
    assert (first.is_newest_of(session), second.is_newest_of(session)) == (True, False)
    assert (first.is_newest_of(rotated), second.is_newest_of(rotated)) == (False, True)
    assert rotated.created_at == session.created_at
    assert rotated.expires_at == session.expires_at + 3600


def test_spent_token_gives_the_same_successor_for_thirty_seconds(user: User, clock: FakeClock) -> None:
    session, first = open_session(user, clock)
    rotated, second = rotate_session(session, first, clock)
    assert repeat_successor(rotated, first) == second
    clock.advance(29)
    assert first.is_repeated_of(rotated, clock.now())
    clock.advance(1)
    assert not first.is_repeated_of(rotated, clock.now())


def test_predecessor_of_the_spent_token_is_not_repeated(user: User, clock: FakeClock) -> None:
    session, first = open_session(user, clock)
    rotated, second = rotate_session(session, first, clock)
    rotated, third = rotate_session(rotated, second, clock)
    assert [token.is_repeated_of(rotated, clock.now()) for token in (first, second, third)] == [False, True, False]


def test_session_knows_all_its_tokens_and_no_other(user: User, clock: FakeClock) -> None:
    session, first = open_session(user, clock)
    _, another = open_session(user, clock)
    rotated, second = rotate_session(session, first, clock)
    rotated, third = rotate_session(rotated, second, clock)
    assert all(token.is_of_family(rotated) for token in (first, second, third))
    guesses = (another, first._replace(secret=""), first._replace(secret="guess"))
    assert not any(token.is_of_family(rotated) for token in guesses)


def test_successor_needs_the_stored_salt(user: User, clock: FakeClock) -> None:
    session, first = open_session(user, clock)
    (_, one), (_, other) = rotate_session(session, first, clock), rotate_session(session, first, clock)
    assert one != other


def test_session_is_over_when_it_expires(user: User, clock: FakeClock) -> None:
    session, _ = open_session(user, clock)
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
def test_malformed_refresh_token_is_refused(text: str) -> None:
    with pytest.raises(InvalidRefreshToken):
        parse_refresh_token(text)


def test_parsing_checks_the_form_alone() -> None:
    assert parse_refresh_token(f"{'0' * 26}.{'1' * 26}.s") == RefreshToken("0" * 26, "1" * 26, "s")
