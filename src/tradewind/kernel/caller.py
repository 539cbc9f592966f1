"""Who is asking, and what their access rests on: an account and a session of it, or a guest's token alone."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tradewind.kernel.errors import AccountRequired, AdminOnly, PermissionRequired, SignInRequired


class Role(StrEnum):
    PUBLIC = "public"
    GUEST = "guest"
    CUSTOMER = "customer"
    STAFF = "staff"
    ADMIN = "admin"

    @property
    def has_account(self) -> bool:
        return self not in {Role.PUBLIC, Role.GUEST}


class Permission(StrEnum):
    """What staff may look after; administrators have every permission."""

    ORDERS = "orders"
    CATALOGUE = "catalogue"
    CUSTOMERS = "customers"
    REPORTS = "reports"
    OPERATIONS = "operations"


class AccountStatus(StrEnum):
    """A disabled account can be opened again, one that is being deleted cannot."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETING = "deleting"


class SessionStatus(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"


class Caller(msgspec.Struct, frozen=True):
    """The shop's people pass wherever a customer does, and a customer wherever a guest does.

    `session_id` and `password_version` are those of the access token: what it was issued for, and under which of the
    account's passwords. A guest has neither; their `user_id` begins with G, which the id of no account does.
    `permissions` and `has_second_factor` are the account's as it was read last.
    """

    user_id: str
    role: Role
    session_id: str = ""
    password_version: int = 0
    permissions: frozenset[Permission] = frozenset()
    has_second_factor: bool = False

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def is_guest(self) -> bool:
        return self.role is Role.GUEST

    @property
    def is_staff(self) -> bool:
        """Whether they ask as one of the shop's people: staff or administrator."""
        return self.role in {Role.STAFF, Role.ADMIN}

    @property
    def as_customer(self) -> Caller:
        """The same person with the access of a customer."""
        return msgspec.structs.replace(self, role=Role.CUSTOMER, permissions=frozenset())

    def may(self, permission: Permission) -> bool:
        return self.is_admin or (self.role is Role.STAFF and permission in self.permissions)

    def must_have(self, permission: Permission) -> None:
        """Raises SignInRequired or PermissionRequired."""
        self.must_be(Role.GUEST)
        if not self.may(permission):
            raise PermissionRequired(f"Only administrators and staff with the permission {permission} may do this.")

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
