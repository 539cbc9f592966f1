"""Accounts as their owners and administrators see them; nothing here loads a hash or a token library."""

from __future__ import annotations

from tradewind.aws.table import ConditionFailed, Item, TableBusy
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.paging import Page
from tradewind.identity import store, views
from tradewind.identity.errors import UserNotFound
from tradewind.identity.messages import FindUsers, UpdateProfile, UserPath, UserView
from tradewind.identity.model import User, folded_email
from tradewind.kernel.caller import Role
from tradewind.shop import Shop


@endpoint(role=Role.CUSTOMER, errors=(UserNotFound,))
def me(request: Request[Empty, Empty], shop: Shop) -> UserView:
    """Who is signed in."""
    return views.view(_user(request.caller.user_id, shop))


@endpoint(role=Role.CUSTOMER, errors=(UserNotFound,))
def get_profile(request: Request[Empty, Empty], shop: Shop) -> UserView:
    """Read your own profile."""
    return views.view(_user(request.caller.user_id, shop))


@endpoint(role=Role.CUSTOMER, body=UpdateProfile, errors=(UserNotFound, TableBusy))
def update_profile(request: Request[UpdateProfile, Empty], shop: Shop) -> UserView:
    """Replace your own profile."""
    wanted = request.body
    profile = store.new_profile(
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
    return views.view(_updated(item))


@endpoint(role=Role.ADMIN, params=FindUsers)
def find_users(request: Request[Empty, FindUsers], shop: Shop) -> Page[UserView]:
    """Find the user with an email address: a list of one, or of none."""
    user = store.user_by_email(shop.table, folded_email(request.params.email))
    return Page(items=[views.view(user)] if user else [], next_cursor=None)


@endpoint(role=Role.ADMIN, params=UserPath, errors=(UserNotFound,))
def get_user(request: Request[Empty, UserPath], shop: Shop) -> UserView:
    """Read any user's profile."""
    return views.view(_user(request.params.user_id, shop))


def _user(user_id: str, shop: Shop) -> User:
    """Raises UserNotFound."""
    user = store.user(shop.table, user_id)
    if user is None:
        raise _not_found(user_id)
    return user


def _updated(item: Item | None) -> User:
    if item is None:
        raise TypeError("an update answers with the item as it is now")
    return store.user_from(item)


def _not_found(user_id: str) -> UserNotFound:
    return UserNotFound(f"There is no user {user_id!r}.")
