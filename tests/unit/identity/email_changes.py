"""People who change their address, and follow the links that are mailed to them."""

from __future__ import annotations

from typing import Any

from tests.fakes import call, customer_event, public_event
from tests.unit.identity.people import PASSWORD, Member

from tradewind.identity import links, reads
from tradewind.identity.email_change import confirm_email_change, request_email_change, undo_email_change
from tradewind.identity.model import User
from tradewind.shop import Shop

NEW = "ada@lovelace.example"


def ask(shop: Shop, member: Member, email: str = NEW, password: str = PASSWORD) -> tuple[int, Any]:
    body = {"email": email, "currentPassword": password}
    return call(request_email_change, customer_event(body, user_id=member.user_id), shop)


def confirm(shop: Shop, token: str) -> tuple[int, Any]:
    return call(confirm_email_change, public_event({"token": token}), shop)


def undo(shop: Shop, token: str) -> tuple[int, Any]:
    return call(undo_email_change, public_event({"token": token}), shop)


def account(shop: Shop, member: Member) -> User:
    user = reads.find_user(shop.table, member.user_id)
    assert user
    return user


def confirm_token(shop: Shop, member: Member) -> str:
    """The token of the link that went to the new address."""
    pending = account(shop, member).pending_email
    assert pending
    return str(links.issue_confirm_token(member.user_id, pending, shop))


def undo_tokens(shop: Shop, member: Member) -> list[str]:
    """The tokens of the links that went to each address before."""
    user = account(shop, member)
    return [str(links.issue_undo_token(user.user_id, each, shop)) for each in user.previous_emails]


def change(shop: Shop, member: Member, email: str = NEW) -> None:
    assert ask(shop, member, email) == (202, None)
    assert confirm(shop, confirm_token(shop, member)) == (204, None)
