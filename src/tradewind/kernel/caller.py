"""Who is asking."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tradewind.kernel.errors import AdminOnly, SignInRequired


class Role(StrEnum):
    PUBLIC = "public"
    CUSTOMER = "customer"
    ADMIN = "admin"


class Caller(msgspec.Struct, frozen=True):
    """An administrator passes wherever a customer does."""

    user_id: str
    role: Role

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
