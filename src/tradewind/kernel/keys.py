"""Signing keys that say from which moment on they sign, so that every verifier knows them by then."""

from __future__ import annotations

from datetime import datetime

from tradewind.kernel.clock import epoch_seconds

CACHED_SECONDS = 10 * 60
"""How old an answer to "which key is in use" may be: five minutes in our cache, five in the extension's before it."""
IN_USE_WITHIN_SECONDS = 15 * 60
"""How long a rotation may take from making a key to putting it in use."""
WAIT_SECONDS = IN_USE_WITHIN_SECONDS + CACHED_SECONDS + 5 * 60
"""How long a new key signs nothing: until every cache knows it, and clocks may differ by the rest."""
ENTROPY_BYTES = 32
"""The length of HMAC-SHA-256's output: a shorter key would weaken the signature (RFC 2104)."""

_LONGEST_MOMENT = 12


def new_key(entropy: bytes, now: datetime) -> str:
    """A value of 256 bits that signs after `WAIT_SECONDS`: `<epoch seconds>.<hexadecimal digits>`."""
    return f"{epoch_seconds(now) + WAIT_SECONDS}.{entropy.hex()}"


def signs_from(value: str) -> int:
    """The moment in epoch seconds; 0 for a value without one, such as the first of a stage."""
    moment, dot, _ = value.partition(".")
    says_one = dot and len(moment) <= _LONGEST_MOMENT and moment.isascii() and moment.isdigit()
    return int(moment) if says_one else 0


def may_be_put_in_use(value: str, now: datetime) -> bool:
    """Whether every cache will still know of the key in time."""
    return epoch_seconds(now) <= signs_from(value) - WAIT_SECONDS + IN_USE_WITHIN_SECONDS
