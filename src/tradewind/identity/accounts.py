"""Accounts: registration and authentication."""

from __future__ import annotations

from datetime import datetime

from tradewind.aws.table import ConditionFailed, Table
from tradewind.identity import reads, writes
from tradewind.identity.email_addresses import fold_email
from tradewind.identity.errors import AccountDisabled, EmailTaken, InvalidCredentials, TooManyAttempts
from tradewind.identity.model import (
    ACCOUNT,
    MAX_FAILED_SIGN_INS,
    User,
    UserRegistered,
    failures_window_end,
)
from tradewind.identity.passwords import DUMMY_HASH, Passwords
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import Clock, epoch_seconds, ulid


def new_user(
    *,
    email: str,
    password_hash: str,
    first_name: str,
    last_name: str | None,
    role: Role,
    clock: Clock,
    email_verified: bool = False,
) -> User:
    """Return a user who is not in the table yet; `email` in its normalised form."""
    now = clock.now()
    return User(
        user_id=ulid(clock),
        email=email,
        password_hash=password_hash,
        password_version=1,
        first_name=first_name,
        last_name=last_name,
        role=role,
        status=ACCOUNT.first,
        created_at=now,
        updated_at=now,
        version=1,
        email_verified=email_verified,
    )


def register(user: User, table: Table, clock: Clock, correlation_id: str) -> None:
    """Insert the user, and record UserRegistered. Raises EmailTaken."""
    registered = UserRegistered(user_id=user.user_id)
    event = writes.record_user_event(registered, user.user_id, user.version, clock, correlation_id)
    try:
        table.transact([*writes.insert_user(user), event])
    except ConditionFailed as error:
        raise EmailTaken("There is already an account with this email address. Please sign in instead.") from error


def authenticate(email: str, password: str, table: Table, clock: Clock, passwords: Passwords) -> User:
    """Return the user with this email address and password.

    An address without an account takes the same reads, hash and writes as a wrong password.

    Raises InvalidCredentials, TooManyAttempts, and AccountDisabled for the right password only.
    """
    address, now = fold_email(email), clock.now()
    failures, owner_id = reads.find_failures_and_owner(table, address, now)
    if failures >= MAX_FAILED_SIGN_INS:
        raise _too_many_attempts(now)
    user = reads.find_user(table, owner_id)
    is_right = passwords.verify(user.password_hash if user else DUMMY_HASH, password)
    if user is None or not is_right:
        table.write(writes.count_failed_sign_in(address, now))
        raise InvalidCredentials("The email address or the password is wrong.")
    if not user.is_active:
        raise AccountDisabled("This account is closed. Please contact us if you think this is a mistake.")
    return user


def _too_many_attempts(now: datetime) -> TooManyAttempts:
    wait_seconds = failures_window_end(now) - epoch_seconds(now)
    return TooManyAttempts(
        "Too many attempts to sign in with this address have failed. Please try again later.",
        retry_after_seconds=wait_seconds,
    )
