"""Accounts: opening one, and telling whose it is."""

from __future__ import annotations

from datetime import datetime

from tradewind.aws.events import record_event
from tradewind.aws.table import ConditionFailed, Put, Table
from tradewind.identity import store
from tradewind.identity.errors import AccountDisabled, EmailTaken, InvalidCredentials, TooManyAttempts
from tradewind.identity.model import (
    ACCOUNT,
    MAX_FAILED_SIGN_INS,
    User,
    UserRegistered,
    failures_window_end,
    folded_email,
)
from tradewind.identity.passwords import NOBODYS_HASH, Passwords
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import Clock, epoch_seconds, ulid
from tradewind.kernel.events import EventData, event


def new_account(
    *,
    email: str,
    password_hash: str,
    first_name: str,
    last_name: str,
    role: Role,
    clock: Clock,
    email_verified: bool = False,
) -> User:
    """A user who is not in the table yet; `email` in its normalised form."""
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
    """Put the user into the table and tell of it. Raises EmailTaken."""
    told = told_of(UserRegistered(user_id=user.user_id), user.user_id, user.version, clock, correlation_id)
    try:
        table.transact([*store.new_user(user), told])
    except ConditionFailed as error:
        raise EmailTaken("There is already an account with this email address. Please sign in instead.") from error


def authenticate(email: str, password: str, table: Table, clock: Clock, passwords: Passwords) -> User:
    """Whose email and password these are; the same reads, hash and writes for an address that nobody has.

    Raises InvalidCredentials, TooManyAttempts, and AccountDisabled for the right password only.
    """
    address, now = folded_email(email), clock.now()
    failures, owner_id = store.failures_and_owner(table, address, now)
    if failures >= MAX_FAILED_SIGN_INS:
        raise _too_many(now)
    user = store.user(table, owner_id)
    is_right = passwords.verify(user.password_hash if user else NOBODYS_HASH, password)
    if user is None or not is_right:
        table.write(store.failed(address, now))
        raise InvalidCredentials("The email address or the password is not right.")
    if not user.is_active:
        raise AccountDisabled("This account is closed. Please write to us if you think that is a mistake.")
    return user


def told_of(fact: EventData, user_id: str, sequence: int, clock: Clock, correlation_id: str) -> Put:
    """The write that records a fact about a user."""
    told = event(fact, about=user_id, sequence=sequence, clock=clock, correlation_id=correlation_id)
    return record_event(told, store.user_partition(user_id))


def _too_many(now: datetime) -> TooManyAttempts:
    wait_seconds = failures_window_end(now) - epoch_seconds(now)
    return TooManyAttempts(
        "Too many attempts to sign in with this address have failed. Please wait a while.",
        retry_after_seconds=wait_seconds,
    )
