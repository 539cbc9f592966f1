"""Links in emails, which verify an address, change it or undo that, reset a password or lead to an export.

Their token is `<userId>.<expiry>.<signature>`, the expiry in epoch seconds. Tokens are signed, not stored: registering
writes nothing for them, and the email's sender makes the same token from its event however often that is delivered. The
signature covers what the token is `about`: the email address, so that it is valid for no other, and for a password also
its version, so that it is of no use once that was changed. Of a change of the address it covers the change.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import NamedTuple

from tradewind.aws.secrets import find_signing_key, list_verifying_keys
from tradewind.identity.model import (
    PendingEmail,
    PreviousEmail,
    change_link_expiry,
    export_link_expiry,
    link_expiry,
    reset_expiry,
)
from tradewind.kernel.clock import epoch_seconds
from tradewind.shop import Shop

SECRET_PURPOSE = "verification-key"  # noqa: S105 - the name of a secret, not one
VERIFY, RESET, EXPORT = "verify", "reset", "export"
CONFIRM, UNDO = "confirm-email", "undo-email-change"
"""The parameter of a link that holds its token."""

_TOKEN = re.compile(r"(?P<user_id>[0-9A-Z]{26})\.(?P<expiry>[0-9]{1,12})\.(?P<signature>[A-Za-z0-9_-]{43})")


class LinkToken(NamedTuple):
    """`expiry` is in epoch seconds."""

    user_id: str
    expiry: int
    signature: str

    def __str__(self) -> str:
        return f"{self.user_id}.{self.expiry}.{self.signature}"


def issue_verification_token(user_id: str, email: str, requested_at: datetime, shop: Shop) -> LinkToken:
    """Issue the token requested at that moment; `email` in its normalised form. Raises SecretUnavailable."""
    return _issue(user_id, link_expiry(requested_at), email, shop)


def issue_reset_token(user_id: str, email: str, password_version: int, requested_at: datetime, shop: Shop) -> LinkToken:
    """The same for a new password in place of the one of that version. Raises SecretUnavailable."""
    return _issue(user_id, reset_expiry(requested_at), about_password(email, password_version), shop)


def issue_export_token(user_id: str, export_id: str, ready_at: datetime, shop: Shop) -> LinkToken:
    """Issue the token of an export that was ready at that moment. Raises SecretUnavailable."""
    return _issue(user_id, export_link_expiry(ready_at), about_export(export_id), shop)


def about_export(export_id: str) -> str:
    return f"{export_id}\0{EXPORT}"


def issue_confirm_token(user_id: str, pending: PendingEmail, shop: Shop) -> LinkToken:
    """Issue the token by which an address becomes the account's. Raises SecretUnavailable."""
    return _issue(user_id, change_link_expiry(pending.requested_at), about_pending(pending), shop)


def issue_undo_token(user_id: str, previous: PreviousEmail, shop: Shop) -> LinkToken:
    """Issue the token by which the account has its address before a change again. Raises SecretUnavailable."""
    return _issue(user_id, epoch_seconds(previous.undo_until), about_previous(previous), shop)


def about_pending(pending: PendingEmail) -> str:
    return f"{pending.email}\0{CONFIRM}\0{pending.change_id}"


def about_previous(previous: PreviousEmail) -> str:
    return f"{previous.email}\0{UNDO}\0{previous.change_id}"


def about_password(email: str, password_version: int) -> str:
    return f"{email}\0{RESET}\0{password_version}"


def link_url(parameter: str, token: LinkToken, shop_url: str) -> str:
    """Return the link: a page of the shop, which reads the token from its own address."""
    page = f"{shop_url}&" if "?" in shop_url else f"{shop_url.rstrip('/')}/?"
    return f"{page}{parameter}={token}"


def parse_link_token(text: str) -> LinkToken | None:
    """Read a token as a link holds it; None for anything else."""
    found = _TOKEN.fullmatch(text)
    return LinkToken(found["user_id"], int(found["expiry"]), found["signature"]) if found else None


def is_genuine(token: LinkToken, about: str, shop: Shop) -> bool:
    """Whether the token was signed for this, by the current or the previous key. Raises SecretUnavailable."""
    keys = list_verifying_keys(shop.secrets, shop.settings.secret_name(SECRET_PURPOSE))
    signatures = (_signature(token.user_id, token.expiry, about, key.secret_string) for key in keys)
    return any(hmac.compare_digest(token.signature, signature) for signature in signatures)


def _issue(user_id: str, expiry: int, about: str, shop: Shop) -> LinkToken:
    key = find_signing_key(shop.secrets, shop.settings.secret_name(SECRET_PURPOSE), shop.clock)
    return LinkToken(user_id, expiry, _signature(user_id, expiry, about, key.secret_string))


def _signature(user_id: str, expiry: int, about: str, key: str) -> str:
    signed = hmac.digest(key.encode(), f"{user_id}\0{expiry}\0{about}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")
