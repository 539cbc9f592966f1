"""What other services may ask of identity."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.aws.table import Item, Key, Table
from tradewind.identity import store
from tradewind.identity.model import AccountStatus, normalised_email
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import ulid
from tradewind.shop import Shop

__all__ = ["Contact", "contact", "contact_from", "contact_key", "create_admin", "verification_link"]


class Contact(msgspec.Struct, frozen=True, rename="camel"):
    """Whom to write to, and whether they are a customer still."""

    user_id: str
    email: str
    first_name: str
    last_name: str
    status: AccountStatus
    phone: str | None = None
    email_verified: bool = False

    @property
    def is_active(self) -> bool:
        return self.status is AccountStatus.ACTIVE


def contact_key(user_id: str) -> Key:
    return store.user_key(user_id)


def contact_from(item: Item) -> Contact:
    return msgspec.convert(item, Contact)


def contact(table: Table, user_id: str) -> Contact | None:
    """Who this is at this moment, even if they registered just now; None when there is no such user."""
    item = table.get(contact_key(user_id), consistent=True)
    return contact_from(item) if item else None


def verification_link(to: Contact, asked_at: datetime, shop: Shop) -> str:
    """Where to verify the contact's address: the same link for the same moment. Raises SecretUnavailable."""
    from tradewind.identity import links  # noqa: PLC0415 - only a letter needs one

    return links.address(links.issued(to.user_id, to.email, asked_at, shop), shop.settings.shop_url)


def create_admin(shop: Shop, email: str, password: str, first_name: str, last_name: str) -> str:
    """The id of the administrator with this address and password, made so if need be. Raises InvalidEmail.

    Repeating it changes nothing; an account that is there becomes an administrator's and gets the password. Whoever may
    make an administrator vouches for the address of a new one.
    """
    from tradewind.identity import accounts  # noqa: PLC0415 - no function of another service makes one
    from tradewind.identity.passwords import Argon2Passwords  # noqa: PLC0415 - likewise

    passwords, address = Argon2Passwords(), normalised_email(email)
    known = store.user_by_email(shop.table, address)
    if known is None:
        admin = accounts.new_account(
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
        shop.table.write(store.appointed_admin(known, passwords.hash(password), shop.clock.now()))
    return known.user_id
