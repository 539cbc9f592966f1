"""Links that verify an email address; their token is `<userId>.<expiry>.<signature>`, the expiry in epoch seconds.

Tokens are signed, not stored: registering writes nothing for them, and the email's sender makes the same token from its
event however often that is delivered. The signature covers the email address, so a token is valid for no other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import NamedTuple

from tradewind.aws.secrets import find_signing_key, list_verifying_keys
from tradewind.identity.errors import InvalidVerificationLink
from tradewind.identity.model import link_expiry
from tradewind.shop import Shop

SECRET_PURPOSE = "verification-key"  # noqa: S105 - the name of a secret, not one
QUERY_PARAMETER = "verify"
"""The parameter of the link that holds the token."""

_TOKEN = re.compile(r"(?P<user_id>[0-9A-Z]{26})\.(?P<expiry>[0-9]{1,12})\.(?P<signature>[A-Za-z0-9_-]{43})")


class LinkToken(NamedTuple):
    """`expiry` is in epoch seconds."""

    user_id: str
    expiry: int
    signature: str

    def __str__(self) -> str:
        return f"{self.user_id}.{self.expiry}.{self.signature}"


def issue_link_token(user_id: str, email: str, requested_at: datetime, shop: Shop) -> LinkToken:
    """Issue the token requested at that moment; `email` in its normalised form. Raises SecretUnavailable."""
    expiry = link_expiry(requested_at)
    key = find_signing_key(shop.secrets, shop.settings.secret_name(SECRET_PURPOSE), shop.clock)
    return LinkToken(user_id, expiry, _signature(user_id, expiry, email, key.secret_string))


def link_url(token: LinkToken, shop_url: str) -> str:
    """Return the link: a page of the shop, which reads the token from its own address."""
    page = f"{shop_url}&" if "?" in shop_url else f"{shop_url.rstrip('/')}/?"
    return f"{page}{QUERY_PARAMETER}={token}"


def parse_link_token(text: str) -> LinkToken:
    """Read a token as the link holds it. Raises InvalidVerificationLink."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        raise InvalidVerificationLink("This link is not valid. Please copy all of it from our email.")
    return LinkToken(found["user_id"], int(found["expiry"]), found["signature"])


def is_genuine(token: LinkToken, email: str, shop: Shop) -> bool:
    """Whether the token was signed for this address, by the current or the previous key. Raises SecretUnavailable."""
    keys = list_verifying_keys(shop.secrets, shop.settings.secret_name(SECRET_PURPOSE))
    signatures = (_signature(token.user_id, token.expiry, email, key.secret_string) for key in keys)
    return any(hmac.compare_digest(token.signature, signature) for signature in signatures)


def _signature(user_id: str, expiry: int, email: str, key: str) -> str:
    signed = hmac.digest(key.encode(), f"{user_id}\0{expiry}\0{email}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")
