"""An account's second factor, for its owner: how it is added, renewed and removed."""

from __future__ import annotations

from typing import Any, Final

from tradewind.aws.table import ConditionFailed, TableBusy, Write
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity import accounts, attempts, factor_proofs, reads, totp, writes
from tradewind.identity.errors import (
    NoSecondFactor,
    SecondFactorActive,
    SecondFactorNotBegun,
    SessionRevoked,
    TooManyAttempts,
    UserChanged,
    UserNotFound,
    WrongCode,
    WrongPassword,
)
from tradewind.identity.messages import (
    BeginSecondFactor,
    ChangeSecondFactor,
    ConfirmSecondFactor,
    NewSecondFactor,
    RecoveryCodes,
)
from tradewind.identity.model import (
    PENDING_FACTOR_LIFETIME,
    PendingFactor,
    Proof,
    SecondFactor,
    SecondFactorAdded,
    SecondFactorRemoved,
    Session,
    User,
)
from tradewind.identity.passwords import Argon2Passwords, Passwords
from tradewind.kernel.caller import Caller, Role
from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.errors import Detail
from tradewind.shop import Shop

_PASSWORDS: Final[Passwords] = Argon2Passwords()


@endpoint(
    role=Role.CUSTOMER,
    body=BeginSecondFactor,
    status=201,
    errors=(WrongPassword, SecondFactorActive, UserNotFound, TooManyAttempts, TableBusy),
)
def begin_second_factor(request: Request[BeginSecondFactor, Empty], shop: Shop) -> NewSecondFactor:
    """Begin to add a second factor.

    The response has a secret for an authenticator app. Nothing is asked at sign-in until a first code of it has come,
    within 15 minutes; beginning again replaces the secret.
    """
    user = reads.require_user(shop.table, request.caller.user_id)
    _check_password(user, request.body.password, shop)
    if user.has_second_factor:
        raise SecondFactorActive("Your account has a second factor. Remove it first to set up another.")
    secret, expires_at = totp.new_secret(shop.clock), shop.clock.now() + PENDING_FACTOR_LIFETIME
    pending = PendingFactor(user.user_id, secret, user.password_version, epoch_seconds(expires_at))
    shop.table.write(writes.put_pending_factor(pending))
    return NewSecondFactor(secret, totp.make_uri(secret, user.email, shop.settings.shop_name), expires_at)


@endpoint(
    role=Role.CUSTOMER,
    body=ConfirmSecondFactor,
    errors=(WrongCode, SecondFactorNotBegun, SessionRevoked, UserChanged, TooManyAttempts, TableBusy),
)
def confirm_second_factor(request: Request[ConfirmSecondFactor, Empty], shop: Shop) -> RecoveryCodes:
    """Confirm a second factor.

    From now on it is asked for at sign-in. All your sessions end but this one: refresh your access token afterwards.
    """
    user, session = _find_open_session(request.caller, shop)
    pending = _find_pending(user, shop)
    key, now = reads.factor_attempts_key(user.user_id), shop.clock.now()
    attempts.take_attempt(key, shop.table, shop.clock)
    codes = factor_proofs.new_recovery_codes(shop.clock)
    factor = factor_proofs.confirm_factor(pending, request.body.code, codes, now)
    if factor is None:
        raise _wrong_code(Proof(request.body.code))
    event = SecondFactorAdded(user.user_id)
    _change(
        [
            writes.insert_factor(factor),
            writes.discard_pending_factor(pending),
            writes.require_factor(user, now),
            writes.keep_session(session),
            writes.record_user_event(event, user.user_id, user.version + 1, shop.clock, request.log.correlation_id),
            writes.forget_attempts(key),
        ],
        shop,
    )
    return RecoveryCodes(codes)


@endpoint(
    role=Role.CUSTOMER,
    body=ChangeSecondFactor,
    status=204,
    errors=(WrongPassword, WrongCode, NoSecondFactor, UserNotFound, UserChanged, TooManyAttempts, TableBusy),
)
def remove_second_factor(request: Request[ChangeSecondFactor, Empty], shop: Shop) -> None:
    """Remove your second factor.

    The password alone signs in again.
    """
    user, factor, _ = _use_factor(request, shop)
    event = SecondFactorRemoved(user.user_id)
    _change(
        [
            writes.delete_factor(factor),
            writes.waive_factor(user, shop.clock.now()),
            writes.record_user_event(event, user.user_id, user.version + 1, shop.clock, request.log.correlation_id),
            writes.forget_attempts(reads.factor_attempts_key(user.user_id)),
        ],
        shop,
    )


@endpoint(
    role=Role.CUSTOMER,
    body=ChangeSecondFactor,
    status=201,
    errors=(WrongPassword, WrongCode, NoSecondFactor, UserNotFound, UserChanged, TooManyAttempts, TableBusy),
)
def renew_recovery_codes(request: Request[ChangeSecondFactor, Empty], shop: Shop) -> RecoveryCodes:
    """Create new recovery codes.

    Those from before are not good any more.
    """
    user, factor, used = _use_factor(request, shop)
    codes = factor_proofs.new_recovery_codes(shop.clock)
    renewed = factor_proofs.replace_recovery_codes(used, codes)
    attempts_key = reads.factor_attempts_key(user.user_id)
    _change([writes.replace_factor(renewed, factor), writes.forget_attempts(attempts_key)], shop)
    return RecoveryCodes(codes)


def _find_open_session(caller: Caller, shop: Shop) -> tuple[User, Session]:
    """Find the caller's account and their own session of it. Raises SessionRevoked."""
    found = reads.find_user_and_session(shop.table, caller.user_id, caller.session_id)
    if found is None or not found[1].is_open(found[0], shop.clock.now()):
        raise SessionRevoked("This session has ended. Please sign in again.")
    return found


def _find_pending(user: User, shop: Shop) -> PendingFactor:
    """Raises SecondFactorNotBegun."""
    pending = reads.find_pending_factor(shop.table, user.user_id)
    if pending is None or not pending.is_open(user, shop.clock.now()):
        raise SecondFactorNotBegun("There is no second factor to confirm. Please begin again.")
    return pending


def _check_password(user: User, password: str, shop: Shop) -> None:
    """Raises WrongPassword, TooManyAttempts."""
    accounts.check_password(user, password, field="password", table=shop.table, clock=shop.clock, passwords=_PASSWORDS)


def _use_factor(request: Request[ChangeSecondFactor, Any], shop: Shop) -> tuple[User, SecondFactor, SecondFactor]:
    """Return whose factor it is, and the factor before and after this use of it; nothing is written yet.

    Raises UserNotFound, WrongPassword, NoSecondFactor, WrongCode, TooManyAttempts.
    """
    user = reads.require_user(shop.table, request.caller.user_id)
    _check_password(user, request.body.password, shop)
    attempts.take_attempt(reads.factor_attempts_key(user.user_id), shop.table, shop.clock)
    factor = reads.find_factor(shop.table, user.user_id)
    if factor is None:
        raise NoSecondFactor("Your account has no second factor.")
    used = factor_proofs.use_proof(factor, request.body.proof, shop.clock.now())
    if used is None:
        raise _wrong_code(request.body.proof)
    return user, factor, used


def _change(changes: list[Write], shop: Shop) -> None:
    """Raises UserChanged."""
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        raise UserChanged("Your account was changed just now. Please try again.") from error


def _wrong_code(proof: Proof) -> WrongCode:
    field = "code" if proof.code is not None else "recoveryCode"
    return WrongCode("The code is wrong, or was used before.", (Detail(field, "is wrong, or was used before"),))
