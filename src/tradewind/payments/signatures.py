"""Signed webhooks: `t=<unix seconds>,v1=<hex>`, HMAC-SHA256 over `<t>.<raw body>`; several `v1` while a key rotates.

Stripe's scheme, https://docs.stripe.com/webhooks#verify-manually; the fake provider signs in the same way.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from tradewind.kernel.clock import epoch_seconds
from tradewind.payments.errors import InvalidSignature

TOLERANCE_SECONDS = 300
"""An older request may be one that somebody has recorded, and plays again."""

_MAX_PARTS = 16


def sign(raw_body: bytes, key: str, at: datetime) -> str:
    """The header's value."""
    signed_at = str(epoch_seconds(at))
    return f"t={signed_at},v1={_signature(raw_body, key, signed_at)}"


def check(raw_body: bytes, header: str | None, keys: Iterable[str], now: datetime) -> None:
    """Raises InvalidSignature unless one of the keys has signed the body, within the tolerance."""
    parts = [part.strip().partition("=") for part in (header or "").split(",")[:_MAX_PARTS]]
    signed_at = next((value for name, _, value in parts if name == "t"), "")
    given = [value.encode() for name, _, value in parts if name == "v1"]
    expected = [_signature(raw_body, key, signed_at).encode() for key in keys]
    if not any([hmac.compare_digest(one, other) for one in given for other in expected]):  # noqa: C419 - constant time
        raise InvalidSignature("The signature is not valid for this body.")
    if not _is_recent(signed_at, now):
        raise InvalidSignature(f"The signature is not from the last {TOLERANCE_SECONDS} seconds.")


def _signature(raw_body: bytes, key: str, signed_at: str) -> str:
    return hmac.new(key.encode(), signed_at.encode() + b"." + raw_body, hashlib.sha256).hexdigest()


def _is_recent(signed_at: str, now: datetime) -> bool:
    is_number = signed_at.isascii() and signed_at.isdigit()
    return is_number and abs(epoch_seconds(now) - int(signed_at)) <= TOLERANCE_SECONDS
