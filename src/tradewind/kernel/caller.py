"""Who is asking, and what their access rests on: an account and a session of it, or a guest's token alone."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tradewind.kernel.errors import AccountRequired, AdminOnly, SignInRequired


class Role(StrEnum):
    PUBLIC = "public"
    GUEST = "guest"
    CUSTOMER = "customer"
    ADMIN = "admin"

    @property
    def has_account(self) -> bool:
        return self not in {Role.PUBLIC, Role.GUEST}


class AccountStatus(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


class SessionStatus(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"


class Caller(msgspec.Struct, frozen=True):
    """An administrator passes wherever a customer does, and a customer wherever a guest does.

    `session_id` and `password_version` are those of the access token: what it was issued for, and under which of the
    account's passwords. A guest has neither; their `user_id` begins with G, which the id of no account does.
    """

    user_id: str
    role: Role
    session_id: str = ""
    password_version: int = 0

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_guest(self) -> bool:
        return self.role is Role.GUEST

    def must_be(self, role: Role) -> None:
        """Raises SignInRequired, AccountRequired or AdminOnly."""
        if role is Role.PUBLIC:
            return
        if self.role is Role.PUBLIC:
            raise SignInRequired("Please sign in: send a valid token as 'Authorization: Bearer <token>'.")
        if role is Role.ADMIN and not self.is_admin:
            raise AdminOnly("Only administrators may do this.")
        if role.has_account and self.is_guest:
            raise AccountRequired("Please sign in or register: guests may not do this.")


ANONYMOUS = Caller(user_id="", role=Role.PUBLIC)
