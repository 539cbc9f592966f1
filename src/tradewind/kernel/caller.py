"""Who is asking, and what their access rests on: an account and a session of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tradewind.kernel.errors import AdminOnly, SignInRequired


class Role(StrEnum):
    PUBLIC = "public"
    CUSTOMER = "customer"
    ADMIN = "admin"


class AccountStatus(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


class SessionStatus(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"


class Caller(msgspec.Struct, frozen=True):
    """An administrator passes wherever a customer does.

    `session_id` and `password_version` are those of the access token: what it was issued for, and under which of the
    account's passwords.
    """

    user_id: str
    role: Role
    session_id: str = ""
    password_version: int = 0

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    def must_be(self, role: Role) -> None:
        """Raises SignInRequired or AdminOnly."""
        if role is Role.PUBLIC:
            return
        if self.role is Role.PUBLIC:
            raise SignInRequired("Please sign in: send a valid token as 'Authorization: Bearer <token>'.")
        if role is Role.ADMIN and not self.is_admin:
            raise AdminOnly("Only administrators may do this.")


ANONYMOUS = Caller(user_id="", role=Role.PUBLIC)
