"""What other services may use of identity."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from tradewind.aws.table import Delete, Item, Key, Table, Update
from tradewind.edge.access import user_key
from tradewind.identity.model import (
    CHANGE_LINK_LIFETIME,
    EXPORT_LINK_LIFETIME,
    LINK_LIFETIME,
    RESET_LIFETIME,
    PendingEmail,
    PreviousEmail,
    SuppressionReason,
)
from tradewind.kernel.caller import AccountStatus
from tradewind.shop import Shop, prepare_types

if TYPE_CHECKING:
    from tradewind.identity.links import LinkToken

__all__ = [
    "Contact",
    "PendingEmail",
    "PreviousEmail",
    "SuppressionReason",
    "confirm_url",
    "contact_from",
    "contact_key",
    "email_partition",
    "export_url",
    "find_contact",
    "find_owner_id",
    "find_session_device",
    "is_change_expired",
    "is_export_expired",
    "is_export_link",
    "is_link_expired",
    "is_mailable",
    "is_reset_expired",
    "parse_link_token",
    "release_email",
    "remove_account",
    "reset_url",
    "suppress_mail",
    "undo_url",
    "verification_url",
]


class Contact(msgspec.Struct, frozen=True, rename="camel"):
    """How to reach a user, and whether their account is active.

    A suppression is of the address that it names: another one of the same user gets mail.
    """

    user_id: str
    email: str
    first_name: str
    status: AccountStatus
    last_name: str | None = None
    phone: str | None = None
    email_verified: bool = False
    password_version: int = 1
    suppressed_email: str | None = None
    suppressed_by: SuppressionReason | None = None
    pending_email: PendingEmail | None = None
    previous_emails: tuple[PreviousEmail, ...] = ()
    second_factor_removal_at: datetime | None = None
    reopens_as: AccountStatus | None = None

    @property
    def undoable_until(self) -> datetime | None:
        """Until when the deletion of the account can be undone by who had its address before; None: not at all."""
        return max((each.undo_until for each in self.previous_emails), default=None) if self.reopens_as else None

    @property
    def suppression(self) -> SuppressionReason | None:
        """Why the address gets no mail; None: it does."""
        return self.suppressed_by if self.suppressed_email == self.email else None

    @property
    def greeting_name(self) -> str:
        """The name to greet by in mails; empty until the owner of the address has shown that both are theirs."""
        return self.first_name if self.email_verified else ""

    @property
    def is_active(self) -> bool:
        return self.status is AccountStatus.ACTIVE

    def at(self, email: str) -> Contact:
        """The same user at an address that is not the account's, or not any more: nobody is greeted by name there."""
        return msgspec.structs.replace(self, email=email, email_verified=False)


prepare_types(Contact)


def contact_key(user_id: str) -> Key:
    return user_key(user_id)


def contact_from(item: Item) -> Contact:
    return msgspec.convert(item, Contact)


def find_contact(table: Table, user_id: str) -> Contact | None:
    """Find a user by a consistent read, which sees also who registered just now."""
    item = table.get(contact_key(user_id), consistent=True)
    return contact_from(item) if item else None


def find_session_device(table: Table, user_id: str, session_id: str) -> str | None:
    """Return what the program calls itself that a session has begun on; None when there is no such session."""
    from tradewind.identity import reads  # noqa: PLC0415 - few functions look at sessions

    session = reads.find_session(table, user_id, session_id)
    return session.device if session else None


def find_owner_id(table: Table, email: str) -> str:
    """Return the user id of an address's owner, however it is spelt; for one without an account one that nobody has."""
    from tradewind.identity import reads  # noqa: PLC0415 - few functions get an address
    from tradewind.identity.email_addresses import fold_email  # noqa: PLC0415 - likewise

    return reads.find_owner_id(table, fold_email(email))


def is_mailable(email: str) -> bool:
    """Whether mail can go to an address: older accounts may have one that would be refused today."""
    from tradewind.identity.email_addresses import normalise_email  # noqa: PLC0415 - likewise
    from tradewind.identity.errors import InvalidEmail  # noqa: PLC0415 - likewise

    try:
        normalise_email(email)
    except InvalidEmail:
        return False
    return True


def suppress_mail(user_id: str, email: str, reason: SuppressionReason, at: datetime) -> Update:
    """Note that a user's address gets no more mail, as was reported at that moment.

    The condition fails when they have another address by now, and when something later is known of it.
    """
    from tradewind.identity import writes  # noqa: PLC0415 - likewise
    from tradewind.identity.email_addresses import fold_email  # noqa: PLC0415 - likewise

    return writes.suppress_mail(user_id, fold_email(email), reason, at)


def email_partition(email: str) -> str:
    """Where the claim on an address stands, and what is counted for it."""
    from tradewind.identity import reads  # noqa: PLC0415 - few functions look there

    return reads.email_partition(email)


def release_email(user_id: str, email: str) -> Delete:
    """Let anybody have an address that the account had; the condition fails when another has it."""
    from tradewind.identity import writes  # noqa: PLC0415 - only the eraser does

    return writes.release_email(user_id, email)


def remove_account(user_id: str, email: str) -> list[Delete]:
    """Remove a closed account, and set its address free; the conditions fail when either is somebody else's."""
    from tradewind.identity import writes  # noqa: PLC0415 - likewise

    return writes.remove_account(user_id, email)


def verification_url(contact: Contact, requested_at: datetime, shop: Shop) -> str:
    """Return the link that verifies a contact's address, the same for the same moment. Raises SecretUnavailable."""
    from tradewind.identity import links  # noqa: PLC0415 - only emails need one

    token = links.issue_verification_token(contact.user_id, contact.email, requested_at, shop)
    return links.link_url(links.VERIFY, token, shop.settings.shop_url)


def reset_url(contact: Contact, password_version: int, requested_at: datetime, shop: Shop) -> str:
    """Return the link to a new password in place of the one of that version. Raises SecretUnavailable."""
    from tradewind.identity import links  # noqa: PLC0415 - as above

    token = links.issue_reset_token(contact.user_id, contact.email, password_version, requested_at, shop)
    return links.link_url(links.RESET, token, shop.settings.shop_url)


def export_url(contact: Contact, export_id: str, ready_at: datetime, shop: Shop) -> str:
    """Return the link to an export that was ready at that moment. Raises SecretUnavailable.

    It leads to the API itself, which hands the file out, or to the shop's page where the API's address is not known.
    """
    from tradewind.identity import links  # noqa: PLC0415 - as above

    token, api_url = links.issue_export_token(contact.user_id, export_id, ready_at, shop), shop.settings.api_url
    return (
        f"{api_url.rstrip('/')}/exports/{token}"
        if api_url
        else links.link_url(links.EXPORT, token, shop.settings.shop_url)
    )


def parse_link_token(text: str) -> LinkToken | None:
    """Read a token as a link holds it; None for anything else."""
    from tradewind.identity import links  # noqa: PLC0415 - as above

    return links.parse_link_token(text)


def is_export_link(token: LinkToken, export_id: str, shop: Shop) -> bool:
    """Whether the token was signed for this export. Raises SecretUnavailable."""
    from tradewind.identity import links  # noqa: PLC0415 - as above

    return links.is_genuine(token, links.about_export(export_id), shop)


def is_export_expired(ready_at: datetime, now: datetime) -> bool:
    """Whether the link to an export that was ready at one moment is of no use at another."""
    return ready_at + EXPORT_LINK_LIFETIME <= now


def confirm_url(contact: Contact, pending: PendingEmail, shop: Shop) -> str:
    """Return the link by which an address becomes the account's. Raises SecretUnavailable."""
    from tradewind.identity import links  # noqa: PLC0415 - as above

    return links.link_url(
        links.CONFIRM, links.issue_confirm_token(contact.user_id, pending, shop), shop.settings.shop_url
    )


def undo_url(contact: Contact, previous: PreviousEmail, shop: Shop) -> str:
    """Return the link by which the account has an address back. Raises SecretUnavailable."""
    from tradewind.identity import links  # noqa: PLC0415 - as above

    return links.link_url(links.UNDO, links.issue_undo_token(contact.user_id, previous, shop), shop.settings.shop_url)


def is_link_expired(requested_at: datetime, now: datetime) -> bool:
    """Whether a link that verifies an address, requested at one moment, is of no use at another."""
    return requested_at + LINK_LIFETIME <= now


def is_reset_expired(requested_at: datetime, now: datetime) -> bool:
    """The same of a link to a new password."""
    return requested_at + RESET_LIFETIME <= now


def is_change_expired(requested_at: datetime, now: datetime) -> bool:
    """The same of a link that confirms another address."""
    return requested_at + CHANGE_LINK_LIFETIME <= now
