"""Time-based one-time passwords (RFC 6238), as every authenticator app makes them: SHA-1, six digits, steps of 30 s."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

from tradewind.kernel.clock import Clock, epoch_seconds

STEP_SECONDS = 30
DIGITS = 6
WINDOW_STEPS = 1
"""How many steps a code may be early or late: clocks differ, and typing takes time (RFC 6238, 5.2)."""
SECRET_BYTES = 20
"""RFC 4226, 4, R6: 160 bits are recommended."""

_LAST_31_BITS = 0x7FFFFFFF


def new_secret(clock: Clock) -> str:
    """Return a random secret in base32, as people type it into an app."""
    return base64.b32encode(clock.entropy(SECRET_BYTES)).decode()


def make_uri(secret: str, account: str, issuer: str) -> str:
    """Return what an app reads from a QR code: the key URI format, which every app takes.

    https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    """
    from urllib.parse import quote, urlencode  # noqa: PLC0415 - only a new factor has a URI

    given = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer, safe='')}:{quote(account, safe='')}?{given}"


def step_of(now: datetime) -> int:
    return epoch_seconds(now) // STEP_SECONDS


def make_code(key: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of a step: the truncated HMAC of RFC 4226, 5.3."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & _LAST_31_BITS
    return f"{number % 10**digits:0{digits}d}"


def find_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the newest step within the window whose code it is; None for a wrong code, in the same time."""
    key, current = base64.b32decode(secret), step_of(now)
    steps = range(current - WINDOW_STEPS, current + WINDOW_STEPS + 1)
    found = [step for step in steps if hmac.compare_digest(make_code(key, step), code)]
    return max(found, default=None)
