"""Cursors of lists: where the next page begins, opaque to the caller and signed, so that nobody can forge a key."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.aws.secrets import find_signing_key, list_verifying_keys
from tradewind.edge.errors import InvalidCursor
from tradewind.kernel.errors import Detail
from tradewind.shop import Shop

_SIGNATURE_BYTES = 16
SECRET_PURPOSE = "cursor-key"  # noqa: S105 - the name of a secret, not one


def seal(start: dict[str, Any] | None, scope: str, shop: Shop) -> str | None:
    """The cursor for `start`; `scope` names the list and its filters: the cursor is worth nothing elsewhere."""
    if start is None:
        return None
    from base64 import urlsafe_b64encode  # noqa: PLC0415 - only a list of several pages needs it

    body = msgspec.json.encode(start)
    key = find_signing_key(shop.secrets, shop.settings.secret_name(SECRET_PURPOSE), shop.clock)
    signature = _signature(body, scope, key.secret_string)
    return urlsafe_b64encode(signature + body).decode().rstrip("=")


def unseal(cursor: str | None, scope: str, shop: Shop) -> dict[str, Any] | None:
    """Where `cursor` points. Raises InvalidCursor."""
    if not cursor:
        return None
    from base64 import urlsafe_b64decode  # noqa: PLC0415 - likewise
    from hmac import compare_digest  # noqa: PLC0415 - brings OpenSSL, and a first page has no cursor

    name = shop.settings.secret_name(SECRET_PURPOSE)
    try:
        sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError as error:
        raise _invalid() from error
    signature, body = sealed[:_SIGNATURE_BYTES], sealed[_SIGNATURE_BYTES:]
    keys = list_verifying_keys(shop.secrets, name)
    if not any(compare_digest(signature, _signature(body, scope, key.secret_string)) for key in keys):
        raise _invalid()
    start: dict[str, Any] = msgspec.json.decode(body)
    return start


def _invalid() -> InvalidCursor:
    message = "The cursor is not valid for this list. Begin again without one."
    return InvalidCursor(message, (Detail("cursor", "is not valid for this list"),))


def _signature(body: bytes, scope: str, key: str) -> bytes:
    from hmac import digest  # noqa: PLC0415 - likewise

    return digest(key.encode(), scope.encode() + b"\0" + body, "sha256")[:_SIGNATURE_BYTES]
