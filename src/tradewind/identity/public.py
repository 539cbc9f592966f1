"""What other services may use of identity."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.aws.table import Item, Key, Table
from tradewind.edge.access import user_key
from tradewind.identity import reads
from tradewind.identity.model import LINK_LIFETIME
from tradewind.kernel.caller import AccountStatus, Role
from tradewind.kernel.clock import ulid
from tradewind.shop import Shop

__all__ = [
    "Contact",
    "contact_from",
    "contact_key",
    "create_admin",
    "find_contact",
    "is_link_expired",
    "verification_url",
]


class Contact(msgspec.Struct, frozen=True, rename="camel"):
    """How to reach a user, and whether their account is active."""

    user_id: str
    email: str
    first_name: str
    status: AccountStatus
    last_name: str | None = None
    phone: str | None = None
    email_verified: bool = False

    @property
    def greeting_name(self) -> str:
        """The name to greet by in mails; empty until the owner of the address has shown that both are theirs."""
        return self.first_name if self.email_verified else ""

    @property
    def is_active(self) -> bool:
        return self.status is AccountStatus.ACTIVE


def contact_key(user_id: str) -> Key:
    return user_key(user_id)


def contact_from(item: Item) -> Contact:
    return msgspec.convert(item, Contact)


def find_contact(table: Table, user_id: str) -> Contact | None:
    """Find a user by a consistent read, which sees also who registered just now."""
    item = table.get(contact_key(user_id), consistent=True)
    return contact_from(item) if item else None


def verification_url(contact: Contact, requested_at: datetime, shop: Shop) -> str:
    """Return the link that verifies a contact's address, the same for the same moment. Raises SecretUnavailable."""
    from tradewind.identity import links  # noqa: PLC0415 - only emails need one

    token = links.issue_link_token(contact.user_id, contact.email, requested_at, shop)
    return links.link_url(token, shop.settings.shop_url)


def is_link_expired(requested_at: datetime, now: datetime) -> bool:
    """Whether a link that verifies an address, requested at one moment, is of no use at another."""
    return requested_at + LINK_LIFETIME <= now


def create_admin(shop: Shop, email: str, password: str, first_name: str, last_name: str) -> str:
    """Make the account with this address an administrator's, and return its user id. Raises InvalidEmail.

    An account that exists gets the role and the password; repeating it changes nothing. The address of a new account
    counts as verified: whoever may create administrators vouches for it.
    """
    from tradewind.identity import accounts, writes  # noqa: PLC0415 - no function of another service makes one
    from tradewind.identity.email_addresses import normalise_email  # noqa: PLC0415 - likewise
    from tradewind.identity.passwords import Argon2Passwords  # noqa: PLC0415 - likewise

    passwords, address = Argon2Passwords(), normalise_email(email)
    known = reads.find_user_by_email(shop.table, address)
    if known is None:
        admin = accounts.new_user(
            email=address,
            password_hash=passwords.hash(password),
            first_name=first_name,
            last_name=last_name,
            role=Role.ADMIN,
            clock=shop.clock,
            email_verified=True,
        )
        accounts.register(admin, shop.table, shop.clock, correlation_id=ulid(shop.clock))
        return admin.user_id
    if not (known.is_admin and passwords.verify(known.password_hash, password)):
        shop.table.write(writes.appoint_admin(known, passwords.hash(password), shop.clock.now()))
    return known.user_id
