"""Accounts: registration and authentication."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed, Table
from tradewind.identity import attempts, reads, writes
from tradewind.identity.email_addresses import fold_email
from tradewind.identity.errors import AccountDisabled, EmailTaken, InvalidCredentials, WrongPassword
from tradewind.identity.model import ACCOUNT, User, UserRegistered
from tradewind.identity.passwords import DUMMY_HASH, Passwords
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import Clock, ulid
from tradewind.kernel.errors import Detail


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


def authenticate(
    email: str, password: str, refresh_token: str | None, *, table: Table, clock: Clock, passwords: Passwords
) -> User:
    """Return the user with this email address and password.

    An address without an account takes the same reads, writes and hash as a wrong password. A `refresh_token` of the
    account has its attempts counted apart from those of others.

    Raises InvalidCredentials, TooManyAttempts, and AccountDisabled for the right password only.
    """
    address = fold_email(email)
    key = attempts.find_key(address, refresh_token, table)
    attempts.take_attempt(key, table, clock)
    user = reads.find_user_constant_time(table, address)
    is_right = passwords.verify(user.password_hash if user else DUMMY_HASH, password)
    if user is None or not is_right:
        raise InvalidCredentials("The email address or the password is wrong.")
    table.write(writes.forget_attempts(key))
    if not user.is_active:
        raise AccountDisabled("This account is closed. Please contact us if you think this is a mistake.")
    return user


def check_password(user: User, password: str, *, field: str, table: Table, clock: Clock, passwords: Passwords) -> None:
    """Let a signed-in user show their password once more; `field` is where it stands in the request.

    Raises WrongPassword, TooManyAttempts.
    """
    key = reads.password_attempts_key(user.user_id)
    attempts.take_attempt(key, table, clock)
    if not passwords.verify(user.password_hash, password):
        raise WrongPassword("The current password is wrong.", (Detail(field, "is wrong"),))
    table.write(writes.forget_attempts(key))
