"""Profiles, for their owners and for administrators; nothing here loads a hash or a token library."""

from __future__ import annotations

import msgspec

from tradewind.aws.table import ConditionFailed, Item, TableBusy, Write
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.paging import Page
from tradewind.identity import reads, writes
from tradewind.identity.email_addresses import fold_email
from tradewind.identity.errors import OwnAccount, UserChanged, UserNotFound
from tradewind.identity.messages import FindUsers, UpdateProfile, UpdateUser, UserPath, UserView
from tradewind.identity.model import AccessChanged, User
from tradewind.kernel.caller import Role
from tradewind.shop import Shop


@endpoint(role=Role.CUSTOMER, errors=(UserNotFound,))
def get_me(request: Request[Empty, Empty], shop: Shop) -> UserView:
    """Get the signed-in user."""
    return UserView.of(_find_user(request.caller.user_id, shop))


@endpoint(role=Role.CUSTOMER, errors=(UserNotFound,))
def get_profile(request: Request[Empty, Empty], shop: Shop) -> UserView:
    """Get your profile."""
    return UserView.of(_find_user(request.caller.user_id, shop))


@endpoint(role=Role.CUSTOMER, body=UpdateProfile, errors=(UserNotFound, TableBusy))
def update_profile(request: Request[UpdateProfile, Empty], shop: Shop) -> UserView:
    """Update your profile.

    It is replaced as a whole: a phone number that is left out is removed.
    """
    wanted = request.body
    profile = writes.update_profile(
        request.caller.user_id,
        first_name=wanted.first_name,
        last_name=wanted.last_name,
        phone=wanted.phone,
        now=shop.clock.now(),
    )
    try:
        item = shop.table.write(profile)
    except ConditionFailed as error:
        raise _not_found(request.caller.user_id) from error
    return UserView.of(_user_from(item))


@endpoint(role=Role.ADMIN, params=FindUsers)
def find_users(request: Request[Empty, FindUsers], shop: Shop) -> Page[UserView]:
    """Find a user by email address.

    The list has one user or none.
    """
    user = reads.find_user_by_email(shop.table, fold_email(request.params.email))
    return Page(items=[UserView.of(user)] if user else [], next_cursor=None)


@endpoint(role=Role.ADMIN, params=UserPath, errors=(UserNotFound,))
def get_user(request: Request[Empty, UserPath], shop: Shop) -> UserView:
    """Get a user."""
    return UserView.of(_find_user(request.params.user_id, shop))


@endpoint(
    role=Role.ADMIN,
    params=UserPath,
    body=UpdateUser,
    errors=(UserNotFound, OwnAccount, UserChanged, TableBusy),
)
def update_user(request: Request[UpdateUser, UserPath], shop: Shop) -> UserView:
    """Change a user's role or status.

    What is taken from an administrator is gone at the next request, from a customer within minutes. A closed account
    loses its sessions.
    """
    wanted, user = request.body, _find_user(request.params.user_id, shop)
    if user.user_id == request.caller.user_id:
        raise OwnAccount("You cannot change your own role or status. Please ask another administrator.")
    role, status = Role(wanted.role or user.role), wanted.status or user.status
    if (role, status) == (user.role, user.status):
        return UserView.of(user)
    now = shop.clock.now()
    event = AccessChanged(user.user_id, role, status, request.caller.user_id)
    changes: list[Write] = [
        writes.change_access(user, role, status, now),
        writes.record_user_event(event, user.user_id, user.version + 1, shop.clock, request.log.correlation_id),
    ]
    try:
        shop.table.transact(changes)
    except ConditionFailed as error:
        raise UserChanged("The account was changed just now. Please try again.") from error
    return UserView.of(msgspec.structs.replace(user, role=role, status=status, updated_at=now))


def _find_user(user_id: str, shop: Shop) -> User:
    """Raises UserNotFound."""
    user = reads.find_user(shop.table, user_id)
    if user is None:
        raise _not_found(user_id)
    return user


def _user_from(item: Item | None) -> User:
    if item is None:
        raise TypeError("an update returns the item")
    return reads.user_from(item)


def _not_found(user_id: str) -> UserNotFound:
    return UserNotFound(f"There is no user {user_id!r}.")
