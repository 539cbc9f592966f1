"""Administrators who are made by whoever may write into the table: the first one of a shop, and those of tools."""

from __future__ import annotations

from tradewind.identity import accounts, reads, writes
from tradewind.identity.email_addresses import normalise_email
from tradewind.identity.passwords import Argon2Passwords
from tradewind.kernel.caller import Role
from tradewind.kernel.clock import ulid
from tradewind.shop import Shop


def create_admin(shop: Shop, email: str, password: str, first_name: str, last_name: str) -> str:
    """Make the account with this address an administrator's, and return its user id. Raises InvalidEmail.

    An account that exists gets the role and the password; repeating it changes nothing. The address of a new account
    counts as verified: whoever may create administrators vouches for it.
    """
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
        shop.table.transact(writes.appoint_admin(known, passwords.hash(password), shop.clock.now()))
    return known.user_id
