"""The list of accounts, for the shop's people."""

from __future__ import annotations

from tradewind.edge.cursor import seal, unseal
from tradewind.edge.errors import InvalidCursor
from tradewind.edge.http import Empty, Request, endpoint
from tradewind.edge.paging import Page
from tradewind.identity.messages import ListUsers, StaffUserView
from tradewind.identity.user_search import search_users
from tradewind.kernel.caller import Permission
from tradewind.shop import Shop


@endpoint(permission=Permission.CUSTOMERS, params=ListUsers, errors=(InvalidCursor,))
def list_users(request: Request[Empty, ListUsers], shop: Shop) -> Page[StaffUserView]:
    """List users.

    Newest first. With `emailPrefix` by address, with `namePrefix` by name: the first name, the last name, or both in
    either order, however accents and capitals are typed. `email` finds one account. A page may be short, or empty, and
    `nextCursor` goes on from there. Guests have no account, and one that is being deleted is in no list.
    """
    search = request.params
    start = unseal(search.cursor, search.scope, shop)
    users, following = search_users(shop.table, search, start)
    return Page(items=[StaffUserView.of(user) for user in users], next_cursor=seal(following, search.scope, shop))
