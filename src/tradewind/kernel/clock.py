"""Time, ids and randomness: the one seam through which they come in, so that a run can be replayed from a seed."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Before anything in the shop."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH = 26
_ULID_TIME_LENGTH = 10
_ULID_ENTROPY_BYTES = 10


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in UTC, to the millisecond."""
        ...

    def entropy(self, size: int) -> bytes:
        """`size` unpredictable bytes."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    def now(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def entropy(self, size: int) -> bytes:
        return os.urandom(size)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def ulid(clock: Clock) -> str:
    """A new id: 48 bits of milliseconds, 80 of entropy, in Crockford's base 32; sorts by time (ulid/spec)."""
    return _encode(epoch_ms(clock.now()), clock.entropy(_ULID_ENTROPY_BYTES))


def derive_ulid(moment: datetime, name: str) -> str:
    """The id that always follows from this moment and this name; it sorts among the others of its time."""
    import hashlib  # noqa: PLC0415 - brings OpenSSL, and few functions derive ids

    return _encode(epoch_ms(moment), hashlib.sha256(name.encode()).digest()[:_ULID_ENTROPY_BYTES])


def first_ulid(moment: datetime) -> str:
    """The smallest id of a moment: those made from then on sort after it."""
    return _encode(epoch_ms(moment), bytes(_ULID_ENTROPY_BYTES))


def moment_of(ulid: str) -> datetime:
    """When an id was made, to the millisecond."""
    milliseconds = 0
    for letter in ulid[:_ULID_TIME_LENGTH]:
        milliseconds = milliseconds * len(_CROCKFORD) + _CROCKFORD.index(letter)
    return BEGINNING + timedelta(milliseconds=milliseconds)


def _encode(milliseconds: int, entropy: bytes) -> str:
    value = milliseconds << (8 * _ULID_ENTROPY_BYTES) | int.from_bytes(entropy, "big")
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(5 * (_ULID_LENGTH - 1), -1, -5))


def epoch_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def epoch_seconds(moment: datetime) -> int:
    """What DynamoDB's TTL attribute wants."""
    return int(moment.timestamp())


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, always the same width, so that it sorts: `2026-11-21T03:04:05.678Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
