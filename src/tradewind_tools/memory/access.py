"""What a caller's access rests on, where nobody signs in: simulations, measurements and tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from tradewind.aws.table import Put
from tradewind.identity.model import Session, User
from tradewind.identity.writes import insert_session
from tradewind.kernel.caller import AccountStatus, Caller, Permission, Role, SessionStatus
from tradewind.kernel.clock import epoch_seconds

SESSION_ID: Final = "01KAJ0SESS0000000000000001"
_LIFETIME = timedelta(days=365)
"""Longer than any of their shops lives."""


def signed_in(user_id: str, role: Role, permissions: frozenset[Permission] = frozenset()) -> Caller:
    """The caller of the session that `open_session` opens."""
    return Caller(user_id, role, SESSION_ID, password_version=1, permissions=permissions)


def authorizer_context(caller: Caller) -> dict[str, str]:
    """What API Gateway hands on of the authorizer's answer: everything as text."""
    return {
        "principalId": caller.user_id,
        "userId": caller.user_id,
        "role": caller.role.value,
        "sessionId": caller.session_id,
        "passwordVersion": str(caller.password_version),
        "permissions": " ".join(sorted(caller.permissions)),
        "hasSecondFactor": "true" if caller.has_second_factor else "false",
    }


def open_session(user_id: str, now: datetime) -> Put:
    """Write a session of an account whose password is its first."""
    session = Session(
        session_id=SESSION_ID,
        user_id=user_id,
        family_hash="none",
        token_hash="none",  # noqa: S106 - nobody refreshes it
        password_version=1,
        status=SessionStatus.ACTIVE,
        created_at=now,
        refreshed_at=now,
        expires_at=epoch_seconds(now + _LIFETIME),
    )
    return insert_session(session)


def make_user(
    user_id: str,
    role: Role,
    now: datetime,
    *,
    status: AccountStatus = AccountStatus.ACTIVE,
    phone: str | None = None,
    email_verified: bool = False,
    permissions: Iterable[Permission] = (),
) -> User:
    """An account that nobody can sign in to."""
    return User(
        user_id=user_id,
        email=f"{user_id.lower()}@example.com",
        password_hash="none",  # noqa: S106 - as above
        password_version=1,
        first_name="Ada",
        last_name="Lovelace",
        role=role,
        status=status,
        created_at=now,
        updated_at=now,
        version=1,
        phone=phone,
        email_verified=email_verified,
        permissions=list(permissions),
    )
