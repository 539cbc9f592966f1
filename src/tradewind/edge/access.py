"""Whether a caller still has the access that their token was issued for: the account and the session say it.

A token is good for minutes, and cannot be called back; what it names can. Both are read in one round trip.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.aws.table import Key, Table
from tradewind.kernel.caller import AccountStatus, Caller, Permission, Role, SessionStatus
from tradewind.kernel.clock import epoch_seconds
from tradewind.kernel.errors import SignInRequired
from tradewind.kernel.partitions import user_partition


class _Account(msgspec.Struct, frozen=True, rename="camel"):
    role: Role
    status: AccountStatus
    password_version: int
    permissions: frozenset[Permission] = frozenset()
    has_second_factor: bool = False


class _Session(msgspec.Struct, frozen=True, rename="camel"):
    status: SessionStatus
    password_version: int
    expires_at: int


def user_key(user_id: str) -> Key:
    """Of the account."""
    return Key(user_partition(user_id), "PROFILE")


def session_key(user_id: str, session_id: str) -> Key:
    return Key(user_partition(user_id), f"SESSION#{session_id}")


def check_access(caller: Caller, table: Table, now: datetime) -> Caller:
    """Return the caller with what their account may do now.

    Raises SignInRequired when the account or the session has ended or changed since the token was issued. The reads are
    consistent: access that was taken away a moment ago is gone, and that of a new session is there.
    """
    keys = user_key(caller.user_id), session_key(caller.user_id, caller.session_id)
    found = table.get_many(keys, consistent=True)
    if len(found) < len(keys):
        raise SignInRequired("This session has ended. Please sign in again.")
    account, session = msgspec.convert(found[keys[0]], _Account), msgspec.convert(found[keys[1]], _Session)
    if account.status is not AccountStatus.ACTIVE:
        raise SignInRequired("This account is closed.")
    if session.status is not SessionStatus.ACTIVE or session.expires_at <= epoch_seconds(now):
        raise SignInRequired("This session has ended. Please sign in again.")
    if not caller.password_version == session.password_version == account.password_version:
        raise SignInRequired("The password was changed. Please refresh your token, or sign in again.")
    if account.role is not caller.role:
        raise SignInRequired("The role of this account was changed. Please refresh your token.")
    return msgspec.structs.replace(caller, permissions=account.permissions, has_second_factor=account.has_second_factor)
