"""Profiles, for their owners and for the shop's people; nothing here loads a hash or a token library."""

from __future__ import annotations

from contextlib import suppress

import msgspec

from tradewind.aws.table import ConditionFailed, TableBusy, Write
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.identity import reads, writes
from tradewind.identity.errors import AccountDeleting, OnlyStaffHavePermissions, OwnAccount, UserChanged, UserNotFound
from tradewind.identity.messages import StaffUserView, UpdateProfile, UpdateUser, UserPath, UserView
from tradewind.identity.model import Access, AccessChanged, Profile, User
from tradewind.kernel.caller import AccountStatus, Permission, Role
from tradewind.kernel.errors import AdminOnly, Detail
from tradewind.shop import Shop

_MAX_CONFLICTS = 5
"""So often a profile is written anew on an account that changes at the same moment."""


@endpoint(role=Role.CUSTOMER, errors=(UserNotFound,))
def get_me(request: Request[Empty, Empty], shop: Shop) -> UserView:
    """Get the signed-in user."""
    return UserView.of(reads.require_user(shop.table, request.caller.user_id))


@endpoint(role=Role.CUSTOMER, errors=(UserNotFound,))
def get_profile(request: Request[Empty, Empty], shop: Shop) -> UserView:
    """Get your profile."""
    return UserView.of(reads.require_user(shop.table, request.caller.user_id))


@endpoint(role=Role.CUSTOMER, body=UpdateProfile, errors=(UserNotFound, UserChanged, TableBusy))
def update_profile(request: Request[UpdateProfile, Empty], shop: Shop) -> UserView:
    """Update your profile.

    It is replaced as a whole: a phone number that is left out is removed.
    """
    wanted, now = request.body, shop.clock.now()
    profile = Profile(wanted.first_name, wanted.last_name, wanted.phone)
    for _ in range(_MAX_CONFLICTS):
        user = reads.require_user(shop.table, request.caller.user_id)
        with suppress(ConditionFailed):  # changed meanwhile: its name may be another, or in other lists
            shop.table.transact(writes.update_profile(user, profile, now))
            return UserView.of(msgspec.structs.replace(user, **profile._asdict(), updated_at=now))
    raise UserChanged("Your account was changed just now. Please try again.")


@endpoint(permission=Permission.CUSTOMERS, params=UserPath, errors=(UserNotFound,))
def get_user(request: Request[Empty, UserPath], shop: Shop) -> StaffUserView:
    """Get a user."""
    return StaffUserView.of(reads.require_user(shop.table, request.params.user_id))


@endpoint(
    permission=Permission.CUSTOMERS,
    params=UserPath,
    body=UpdateUser,
    errors=(
        UserNotFound,
        OwnAccount,
        AccountDeleting,
        AdminOnly,
        OnlyStaffHavePermissions,
        UserChanged,
        TableBusy,
    ),
)
def update_user(request: Request[UpdateUser, UserPath], shop: Shop) -> StaffUserView:
    """Change a user's access.

    Staff close and reopen the accounts of customers; roles, permissions and the shop's own people are for
    administrators. What is taken from the shop's people is gone at their next request, from customers within minutes. A
    closed account loses its sessions.
    """
    user = reads.require_user(shop.table, request.params.user_id)
    if user.user_id == request.caller.user_id:
        raise OwnAccount("You cannot change your own access. Please ask an administrator.")
    if user.status is AccountStatus.DELETING:
        raise AccountDeleting("This account is being deleted.")
    wanted = _choose_access(request.body, user)
    if user.access.is_staff or wanted != user.access._replace(status=wanted.status):
        request.caller.must_be(Role.ADMIN)
    if wanted == user.access:
        return StaffUserView.of(user)
    now = shop.clock.now()
    event = AccessChanged(user.user_id, wanted.role, wanted.status, request.caller.user_id, wanted.permissions)
    changes: list[Write] = [
        *writes.change_access(user, wanted, now),
        writes.record_user_event(event, user.user_id, user.version + 1, shop.clock, request.log.correlation_id),
    ]
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        raise UserChanged("The account was changed just now. Please try again.") from error
    return StaffUserView.of(msgspec.structs.replace(user, **wanted._asdict(), updated_at=now))


def _choose_access(given: UpdateUser, user: User) -> Access:
    """Return the access that was asked for. Raises OnlyStaffHavePermissions."""
    role, status = Role(given.role or user.role), AccountStatus(given.status or user.status)
    if role is not Role.STAFF:
        if given.permissions:
            message = "Permissions are given to staff: customers have none, administrators all."
            raise OnlyStaffHavePermissions(message, (Detail("permissions", f"must be empty for the role {role}"),))
        return Access(role, status, [])
    return Access(role, status, sorted(set(user.permissions if given.permissions is None else given.permissions)))
