"""Links that turn reminders off without signing in; their token is `<userId>.<signature>`.

A token is signed, not stored, and stays good as long as its key: a month at least, two at most. It allows nothing but
to turn off this one kind of email.
"""

from __future__ import annotations

import re

from tradewind.aws.secrets import find_signing_key, list_verifying_keys
from tradewind.notifications.errors import InvalidUnsubscribeLink
from tradewind.shop import Shop

SECRET_PURPOSE = "verification-key"  # noqa: S105 - the name of a secret, not one
PATH = "/unsubscribe"

_TOKEN = re.compile(r"(?P<user_id>[0-9A-Z]{26})\.(?P<signature>[A-Za-z0-9_-]{43})")


def find_unsubscribe_url(user_id: str, shop: Shop) -> str:
    """The link for a user's reminders; empty while the shop does not know its API's address.

    Raises SecretUnavailable.
    """
    api_url = shop.settings.api_url.rstrip("/")
    return f"{api_url}{PATH}/{issue_unsubscribe_token(user_id, shop)}" if api_url else ""


def issue_unsubscribe_token(user_id: str, shop: Shop) -> str:
    """Raises SecretUnavailable."""
    key = find_signing_key(shop.secrets, shop.settings.secret_name(SECRET_PURPOSE), shop.clock)
    return f"{user_id}.{_sign(user_id, key.secret_string)}"


def read_user_id(token: str, shop: Shop) -> str:
    """Return whose reminders a token turns off. Raises InvalidUnsubscribeLink, SecretUnavailable."""
    found = _TOKEN.fullmatch(token)
    if found is None or not _is_genuine(found["user_id"], found["signature"], shop):
        raise InvalidUnsubscribeLink(
            "This link is not valid any more. Please sign in, and turn reminders off in your account."
        )
    return found["user_id"]


def _is_genuine(user_id: str, signature: str, shop: Shop) -> bool:
    import hmac  # noqa: PLC0415 - not while the function starts

    keys = list_verifying_keys(shop.secrets, shop.settings.secret_name(SECRET_PURPOSE))
    return any(hmac.compare_digest(signature, _sign(user_id, key.secret_string)) for key in keys)


def _sign(user_id: str, key: str) -> str:
    """What is signed begins as no other text signed with this key does."""
    import base64  # noqa: PLC0415 - as above
    import hmac  # noqa: PLC0415 - as above

    signed = hmac.digest(key.encode(), f"unsubscribe\0reminders\0{user_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")
