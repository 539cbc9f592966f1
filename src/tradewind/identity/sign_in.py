"""Registration, sign-in and sign-out, and the change of a password."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from tradewind.aws.table import ConditionFailed, TableBusy, Write
from tradewind.edge.caller_address import caller_address
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity import accounts, attempts, devices, factor_proofs, reads, sessions, writes
from tradewind.identity.challenges import Challenges
from tradewind.identity.email_addresses import normalise_email
from tradewind.identity.errors import (
    AccountDisabled,
    EmailTaken,
    InvalidChallenge,
    InvalidCode,
    InvalidCredentials,
    InvalidEmail,
    InvalidRefreshToken,
    SecondFactorRequired,
    SessionRevoked,
    TooManyAttempts,
    UserChanged,
    UserNotFound,
    WeakPassword,
    WrongPassword,
)
from tradewind.identity.messages import (
    ChangePassword,
    Login,
    LoginResult,
    LoginSecondFactor,
    Logout,
    Refresh,
    Register,
    TokenPair,
    UserView,
)
from tradewind.identity.model import PasswordChanged, RevocationReason, SecondFactor, Session, User
from tradewind.identity.passwords import Argon2Passwords, Passwords, refuse_weak
from tradewind.identity.sessions import RefreshToken
from tradewind.identity.tokens import AccessTokens, SignedClaims
from tradewind.kernel.caller import Role, SessionStatus
from tradewind.shop import Shop

_PASSWORDS: Final[Passwords] = Argon2Passwords()


@endpoint(body=Register, status=201, errors=(EmailTaken, InvalidEmail, WeakPassword, TableBusy))
def register(request: Request[Register, Empty], shop: Shop) -> UserView:
    """Register a new customer."""
    wanted = request.body
    email = normalise_email(wanted.email)
    refuse_weak(wanted.password, email, field="password")
    user = accounts.new_user(
        email=email,
        password_hash=_PASSWORDS.hash(wanted.password),
        first_name=wanted.first_name,
        last_name=wanted.last_name,
        role=Role.CUSTOMER,
        clock=shop.clock,
    )
    accounts.register(user, shop.table, shop.clock, request.log.correlation_id)
    request.log.add(registered=user.user_id)
    return UserView.of(user)


@endpoint(body=Login, errors=(InvalidCredentials, SecondFactorRequired, AccountDisabled, TooManyAttempts, TableBusy))
def login(request: Request[Login, Empty], shop: Shop) -> LoginResult:
    """Sign in.

    The response has an access token for the requests that follow, and a refresh token to get the next one. An account
    with a second factor is answered `SecondFactorRequired` and a challenge, good for five minutes.
    """
    given = request.body
    counted = attempts.take_address_attempt(caller_address(request, shop.settings), shop)
    user = accounts.authenticate(
        given.email, given.password, given.refresh_token, table=shop.table, clock=shop.clock, passwords=_PASSWORDS
    )
    attempts.give_back_address_attempt(counted, shop)
    request.log.user_id = user.user_id
    _renew_hash(user, given.password, shop)
    if user.has_second_factor:
        message = "The password is right. Please enter the code that your authenticator app shows."
        raise SecondFactorRequired(message, challenge=Challenges.of(shop).issue(user))
    session, refresh_token = _open_session(user, request, shop)
    shop.table.transact(_begin_session(user, session, request, shop))
    return _result(user, session, refresh_token, shop)


@endpoint(body=LoginSecondFactor, errors=(InvalidChallenge, InvalidCode, AccountDisabled, TooManyAttempts, TableBusy))
def login_second_factor(request: Request[LoginSecondFactor, Empty], shop: Shop) -> LoginResult:
    """Sign in with a second factor.

    After the right password. A code is good once; one of a moment ago or of the next half minute is right, too.
    """
    claims = Challenges.of(shop).verify(request.body.challenge)
    key = reads.factor_attempts_key(claims.sub)
    attempts.take_attempt(key, shop.table, shop.clock)
    user, factor = _find_challenged(claims, request, shop)
    used = factor_proofs.use_proof(factor, request.body.proof, shop.clock.now())
    if used is None:
        raise _invalid_code()
    session, refresh_token = _open_session(user, request, shop)
    changes: list[Write] = [
        writes.replace_factor(used, factor),
        *_begin_session(user, session, request, shop),
        writes.forget_attempts(key),
    ]
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        raise _invalid_code() from error
    return _result(user, session, refresh_token, shop)


@endpoint(body=Refresh, errors=(InvalidRefreshToken, SessionRevoked, AccountDisabled, TableBusy))
def refresh(request: Request[Refresh, Empty], shop: Shop) -> TokenPair:
    """Refresh an access token.

    A refresh token is valid once: the response has a new access token and the next refresh token. Sent again within 30
    seconds, it gives the same next one; later it ends the session.
    """
    presented = sessions.parse_refresh_token(request.body.refresh_token)
    user, session = _find_live_session(presented, request, shop)
    refresh_token = _rotate(presented, session, shop)
    if refresh_token is None:  # somebody was faster: the session repeats to this one what it gave to the other
        user, session = _find_live_session(presented, request, shop)
        refresh_token = sessions.repeat_successor(session, presented)
    tokens = AccessTokens.of(shop)
    return TokenPair(
        token=tokens.issue(session.caller(user)),
        refresh_token=str(refresh_token),
        expires_in=tokens.lifetime_seconds,
    )


@endpoint(role=Role.CUSTOMER, body=Logout, status=204, errors=(InvalidRefreshToken, TableBusy))
def logout(request: Request[Logout, Empty], shop: Shop) -> None:
    """Sign out.

    The session of the refresh token ends; it is no error when it has ended already.
    """
    token = _parse_own_token(request.body.refresh_token, request)
    if _revoke_session(token, RevocationReason.SIGNED_OUT, shop):
        return
    session = reads.find_session(shop.table, token.user_id, token.session_id)
    if session is not None and not token.is_of_family(session):
        raise InvalidRefreshToken("The refresh token was not given out in this session.")


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
        TooManyAttempts,
        TableBusy,
    ),
)
def change_password(request: Request[ChangePassword, Empty], shop: Shop) -> None:
    """Change your password.

    Every session ends but the one whose newest refresh token you send along.
    """
    wanted = request.body
    user = reads.require_user(shop.table, request.caller.user_id)
    accounts.check_password(
        user,
        wanted.current_password,
        field="currentPassword",
        table=shop.table,
        clock=shop.clock,
        passwords=_PASSWORDS,
    )
    refuse_weak(wanted.new_password, user.email, field="newPassword")
    event = PasswordChanged(user_id=user.user_id)
    changes: list[Write] = [
        writes.change_password(user, _PASSWORDS.hash(wanted.new_password), shop.clock.now()),
        writes.record_user_event(event, user.user_id, user.version + 1, shop.clock, request.log.correlation_id),
        *_keep_own_session(wanted.refresh_token, request, shop),
    ]
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        raise UserChanged("Your account was changed just now. Please try again.") from error


def _renew_hash(user: User, password: str, shop: Shop) -> None:
    """Replace an outdated hash of the password, now that it is known, unless another sign-in has done that."""
    if _PASSWORDS.is_outdated(user.password_hash):
        with suppress(ConditionFailed):
            shop.table.write(writes.replace_password_hash(user, _PASSWORDS.hash(password)))


def _open_session(user: User, request: Request[Any, Any], shop: Shop) -> tuple[Session, RefreshToken]:
    return sessions.open_session(user, shop.clock, request.headers.get("user-agent", ""))


def _begin_session(user: User, session: Session, request: Request[Any, Any], shop: Shop) -> list[Write]:
    """Insert the session, and note from where and when it began."""
    device = devices.find_device(user, session, shop)
    noted = devices.record_sign_in(user, session, device, shop, request.log.correlation_id)
    return [writes.insert_session(session), *noted]


def _find_challenged(claims: SignedClaims, request: Request[Any, Any], shop: Shop) -> tuple[User, SecondFactor]:
    """Find whose password was right. Raises InvalidChallenge when it, or the factor, is another by now."""
    found = reads.find_user_and_factor(shop.table, claims.sub)
    if found is None or found[0].password_version != claims.ver:
        raise InvalidChallenge("Your account was changed since. Please begin again with your password.")
    user, factor = found
    request.log.user_id = user.user_id
    if not user.is_active:
        raise AccountDisabled("This account is closed. Please contact us if you think this is a mistake.")
    return user, factor


def _invalid_code() -> InvalidCode:
    return InvalidCode("The code is wrong, or was used before. Please wait for the next one.")


def _result(user: User, session: Session, refresh_token: RefreshToken, shop: Shop) -> LoginResult:
    tokens = AccessTokens.of(shop)
    return LoginResult(
        token=tokens.issue(session.caller(user)),
        refresh_token=str(refresh_token),
        expires_in=tokens.lifetime_seconds,
        user=UserView.of(user),
    )


def _find_live_session(presented: RefreshToken, request: Request[Any, Any], shop: Shop) -> tuple[User, Session]:
    """Raises InvalidRefreshToken, AccountDisabled, and SessionRevoked when the token had been used before."""
    found = reads.find_user_and_session(shop.table, presented.user_id, presented.session_id)
    if found is None:
        raise InvalidRefreshToken("The refresh token is not valid. Please sign in again.")
    user, session = found
    if not presented.is_of_family(session):
        raise InvalidRefreshToken("The refresh token is not valid. Please sign in again.")
    request.log.user_id, now = user.user_id, shop.clock.now()
    if session.status is SessionStatus.REVOKED:
        raise SessionRevoked("This session has ended. Please sign in again.")
    if not (presented.is_newest_of(session) or presented.is_repeated_of(session, now)):
        request.log.count("RefreshTokenReused")
        _revoke_session(presented, RevocationReason.TOKEN_REUSED, shop)
        raise SessionRevoked("This refresh token was used before, so we have ended the session. Please sign in again.")
    if session.is_over(user, now):
        raise InvalidRefreshToken("This session has expired. Please sign in again.")
    if not user.is_active:
        raise AccountDisabled("This account is closed.")
    return user, session


def _rotate(presented: RefreshToken, session: Session, shop: Shop) -> RefreshToken | None:
    """Return the session's next token, or its newest again; None when another request has rotated it meanwhile."""
    if not presented.is_newest_of(session):
        return sessions.repeat_successor(session, presented)
    rotated, successor = sessions.rotate_session(session, presented, shop.clock)
    try:
        shop.table.write(writes.rotate_session(rotated))
    except ConditionFailed:
        return None
    return successor


def _revoke_session(token: RefreshToken, reason: RevocationReason, shop: Shop) -> bool:
    """Revoke the session of a token; False when there is none, it was revoked before, or the token is none of its."""
    revocation = writes.revoke_session(token.user_id, token.session_id, token.family_fingerprint, reason)
    try:
        shop.table.write(revocation)
    except ConditionFailed:
        return False
    return True


def _keep_own_session(refresh_token: str | None, request: Request[Any, Any], shop: Shop) -> list[Write]:
    """Carry the caller's own session over to the new password, if they name one.

    Raises what `_find_live_session` does.
    """
    if refresh_token is None:
        return []
    _, session = _find_live_session(_parse_own_token(refresh_token, request), request, shop)
    return [writes.keep_session(session)]


def _parse_own_token(refresh_token: str, request: Request[Any, Any]) -> RefreshToken:
    """Read a refresh token of the caller. Raises InvalidRefreshToken, also for that of another user."""
    token = sessions.parse_refresh_token(refresh_token)
    if token.user_id != request.caller.user_id:
        raise InvalidRefreshToken("The refresh token is not yours.")
    return token
