"""Links that verify an email address: `<userId>.<end>.<signature>`, the end in epoch seconds.

They are signed, not stored: registering writes nothing for them, and the sender of a letter can make one from the event
that the letter tells of, the same however often the event comes. The signature covers the address that the letter went
to, and is worth nothing for any other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import NamedTuple

from tradewind.aws.secrets import signing_key, verifying_keys
from tradewind.identity.errors import InvalidVerificationLink
from tradewind.identity.model import link_end
from tradewind.shop import Shop

SECRET_PURPOSE = "verification-key"  # noqa: S105 - the name of a secret, not one
PARAMETER = "verify"
"""Of the address of the shop's page: what follows it is the token."""

_TOKEN = re.compile(r"(?P<user_id>[0-9A-Z]{26})\.(?P<end>[0-9]{1,12})\.(?P<signature>[A-Za-z0-9_-]{43})")


class LinkToken(NamedTuple):
    """`end` is in epoch seconds."""

    user_id: str
    end: int
    signature: str

    def __str__(self) -> str:
        return f"{self.user_id}.{self.end}.{self.signature}"


def issued(user_id: str, email: str, asked_at: datetime, shop: Shop) -> LinkToken:
    """The token that was asked for at that moment; `email` in its normalised form. Raises SecretUnavailable."""
    end = link_end(asked_at)
    key = signing_key(shop.secrets, shop.settings.secret_name(SECRET_PURPOSE), shop.clock)
    return LinkToken(user_id, end, _signature(user_id, end, email, key.secret_string))


def address(token: LinkToken, shop_url: str) -> str:
    """Where the link leads: a page of the shop, which takes the token from its own address."""
    page = f"{shop_url}&" if "?" in shop_url else f"{shop_url.rstrip('/')}/?"
    return f"{page}{PARAMETER}={token}"


def parsed(text: str) -> LinkToken:
    """Raises InvalidVerificationLink."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        raise InvalidVerificationLink("This is not a link of ours. Please copy all of it from the letter.")
    return LinkToken(found["user_id"], int(found["end"]), found["signature"])


def is_genuine(token: LinkToken, email: str, shop: Shop) -> bool:
    """Whether we made it for this address, with the key in use or the one before. Raises SecretUnavailable."""
    keys = verifying_keys(shop.secrets, shop.settings.secret_name(SECRET_PURPOSE))
    signatures = (_signature(token.user_id, token.end, email, key.secret_string) for key in keys)
    return any(hmac.compare_digest(token.signature, signature) for signature in signatures)


def _signature(user_id: str, end: int, email: str, key: str) -> str:
    signed = hmac.digest(key.encode(), f"{user_id}\0{end}\0{email}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")
