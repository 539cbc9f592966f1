"""Registering, signing in and out, and changing the password."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from tradewind.aws.table import ConditionFailed, TableBusy, Write
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity import accounts, sessions, store, views
from tradewind.identity.errors import (
    AccountDisabled,
    EmailTaken,
    InvalidCredentials,
    InvalidEmail,
    InvalidRefreshToken,
    SessionRevoked,
    TooManyAttempts,
    UserChanged,
    UserNotFound,
    WeakPassword,
    WrongPassword,
)
from tradewind.identity.messages import ChangePassword, Login, Logout, Refresh, Register, SignedIn, Tokens, UserView
from tradewind.identity.model import PasswordChanged, RevocationReason, Session, SessionStatus, User, normalised_email
from tradewind.identity.passwords import Argon2Passwords, Passwords, refuse_weak
from tradewind.identity.sessions import RefreshToken
from tradewind.identity.tokens import LIFETIME_SECONDS, AccessTokens
from tradewind.kernel.caller import Role
from tradewind.kernel.errors import Detail
from tradewind.shop import Shop

_PASSWORDS: Final[Passwords] = Argon2Passwords()


@endpoint(body=Register, status=201, errors=(EmailTaken, InvalidEmail, WeakPassword, TableBusy))
def register(request: Request[Register, Empty], shop: Shop) -> UserView:
    """Open an account."""
    wanted = request.body
    email = normalised_email(wanted.email)
    refuse_weak(wanted.password, email, field="password")
    user = accounts.new_account(
        email=email,
        password_hash=_PASSWORDS.hash(wanted.password),
        first_name=wanted.first_name,
        last_name=wanted.last_name,
        role=Role.CUSTOMER,
        clock=shop.clock,
    )
    accounts.register(user, shop.table, shop.clock, request.log.correlation_id)
    request.log.add(registered=user.user_id)
    return views.view(user)


@endpoint(body=Login, errors=(InvalidCredentials, AccountDisabled, TooManyAttempts, TableBusy))
def login(request: Request[Login, Empty], shop: Shop) -> SignedIn:
    """Sign in: an access token for the requests to come, and a refresh token for the next one."""
    given = request.body
    user = accounts.authenticate(given.email, given.password, shop.table, shop.clock, _PASSWORDS)
    request.log.user_id = user.user_id
    session, refresh_token = sessions.opened(user, shop.clock)
    _record(session, user, given.password, shop)
    return SignedIn(
        token=AccessTokens.of(shop).issue(user.user_id, user.role),
        refresh_token=str(refresh_token),
        expires_in=LIFETIME_SECONDS,
        user=views.view(user),
    )


@endpoint(body=Refresh, errors=(InvalidRefreshToken, SessionRevoked, AccountDisabled, TableBusy))
def refresh(request: Request[Refresh, Empty], shop: Shop) -> Tokens:
    """Exchange a refresh token, once, for a new access token and the next refresh token."""
    presented = sessions.parsed(request.body.refresh_token)
    user, session = _live_session(presented, request, shop)
    following, refresh_token = sessions.refreshed(session, shop.clock)
    try:
        shop.table.write(store.refreshed(following, spent_hash=session.token_hash))
    except ConditionFailed as error:
        # It was the newest a moment ago: two tabs of one customer rather than a thief.
        raise InvalidRefreshToken("The refresh token was used a moment ago. Please use the newer one.") from error
    return Tokens(
        token=AccessTokens.of(shop).issue(user.user_id, user.role),
        refresh_token=str(refresh_token),
        expires_in=LIFETIME_SECONDS,
    )


@endpoint(role=Role.CUSTOMER, body=Logout, status=204, errors=(InvalidRefreshToken, TableBusy))
def logout(request: Request[Logout, Empty], shop: Shop) -> None:
    """End a session; one that is over already stays so."""
    _revoke(_own(request.body.refresh_token, request), RevocationReason.SIGNED_OUT, shop)


@endpoint(
    role=Role.CUSTOMER,
    body=ChangePassword,
    status=204,
    errors=(
        WrongPassword,
        WeakPassword,
        InvalidRefreshToken,
        SessionRevoked,
        AccountDisabled,
        UserNotFound,
        UserChanged,
        TableBusy,
    ),
)
def change_password(request: Request[ChangePassword, Empty], shop: Shop) -> None:
    """Change your password; every session ends but the one whose refresh token you send along."""
    wanted = request.body
    user = store.user(shop.table, request.caller.user_id)
    if user is None:
        raise UserNotFound(f"There is no user {request.caller.user_id!r}.")
    if not _PASSWORDS.verify(user.password_hash, wanted.current_password):
        raise WrongPassword("The current password is not right.", (Detail("currentPassword", "is not right"),))
    refuse_weak(wanted.new_password, user.email, field="newPassword")
    fact = PasswordChanged(user_id=user.user_id)
    writes: list[Write] = [
        store.new_password(user, _PASSWORDS.hash(wanted.new_password), shop.clock.now()),
        accounts.told_of(fact, user.user_id, user.version + 1, shop.clock, request.log.correlation_id),
        *_kept_session(wanted.refresh_token, request, shop),
    ]
    try:
        shop.table.transact(writes)
    except ConditionFailed as error:
        raise UserChanged("Your account was changed just now. Please try again.") from error


def _record(session: Session, user: User, password: str, shop: Shop) -> None:
    """Open the session, and keep the password better in the same transaction where its hash is an old one."""
    opening = store.new_session(session)
    if _PASSWORDS.is_outdated(user.password_hash):
        # Somebody else may have replaced the hash meanwhile: that must not cost the session.
        with suppress(ConditionFailed):
            return shop.table.transact([opening, store.rehashed(user, _PASSWORDS.hash(password))])
    shop.table.write(opening)
    return None


def _live_session(presented: RefreshToken, request: Request[Any, Any], shop: Shop) -> tuple[User, Session]:
    """Raises InvalidRefreshToken, AccountDisabled, and SessionRevoked when the token had been used before."""
    found = store.user_and_session(shop.table, presented.user_id, presented.session_id)
    if found is None:
        raise InvalidRefreshToken("The refresh token is not known. Please sign in again.")
    user, session = found
    request.log.user_id = user.user_id
    if session.status is SessionStatus.REVOKED:
        raise SessionRevoked("This session was ended. Please sign in again.")
    if not presented.is_newest_of(session):
        request.log.count("RefreshTokenReused")
        _revoke(presented, RevocationReason.TOKEN_REUSED, shop)
        raise SessionRevoked("This refresh token was used before, so the session was ended. Please sign in again.")
    if session.is_over(user, shop.clock.now()):
        raise InvalidRefreshToken("The session is over. Please sign in again.")
    if not user.is_active:
        raise AccountDisabled("This account is closed.")
    return user, session


def _revoke(token: RefreshToken, reason: RevocationReason, shop: Shop) -> None:
    """No session, or one that was ended before: nothing is left to do."""
    with suppress(ConditionFailed):
        shop.table.write(store.revoked(token.user_id, token.session_id, reason))


def _kept_session(refresh_token: str | None, request: Request[Any, Any], shop: Shop) -> list[Write]:
    """The write that carries the caller's own session over to the new password, if they name one.

    Raises what `_live_session` does.
    """
    if refresh_token is None:
        return []
    _, session = _live_session(_own(refresh_token, request), request, shop)
    return [store.kept(session)]


def _own(refresh_token: str, request: Request[Any, Any]) -> RefreshToken:
    """Raises InvalidRefreshToken for somebody else's."""
    token = sessions.parsed(refresh_token)
    if token.user_id != request.caller.user_id:
        raise InvalidRefreshToken("The refresh token is not yours.")
    return token
