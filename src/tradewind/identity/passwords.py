"""Passwords: stored as argon2id hashes, refused when they are easy to guess.

The parameters are those of the OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane. Imported bcrypt hashes
are verified, and then replaced. The libraries are loaded at the first hash, not with this module.

A password is normalised to NFKC before it is hashed, so that it is the same from every keyboard. NIST SP 800-63B names
NFKC and NFKD (5.1.1.2); of the two, NFKC keeps é one character, as people count them.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Protocol

from tradewind.identity.errors import WeakPassword
from tradewind.kernel.errors import Detail

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH = 8

_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1
_BCRYPT_PREFIXES = ("$2a$", "$2b$", "$2y$")
_BCRYPT_BYTES = 72
"""bcrypt never saw more of a password than this."""

DUMMY_HASH = "$argon2id$v=19$m=19456,t=2,p=1$R+LGUsMmGdFzNJE0RuyKNg$UpEQg9QeMkw/lBes5BI0Ayh78RgcDpSQk9JJzZbSzvM"
"""A password is verified against it when there is no such user, so that the answer takes as long as to a wrong one."""


class Passwords(Protocol):
    """How passwords are hashed and verified."""

    def hash(self, password: str) -> str:
        """Return a salted hash to store: another one at each call."""
        ...

    def verify(self, password_hash: str, password: str) -> bool:
        """Whether `password_hash` is one of `password`; takes the same time whatever the answer."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Whether a hash made today would be a better one."""
        ...


class Argon2Passwords:
    def hash(self, password: str) -> str:
        return _argon2().hash(normalise_password(password))

    def verify(self, password_hash: str, password: str) -> bool:
        if password_hash.startswith(_BCRYPT_PREFIXES):
            return _matches_bcrypt(password_hash, password)
        return _matches_argon2(password_hash, normalise_password(password))

    def is_outdated(self, password_hash: str) -> bool:
        return password_hash.startswith(_BCRYPT_PREFIXES) or _argon2().check_needs_rehash(password_hash)


def normalise_password(password: str) -> str:
    """Return the form in which a password is hashed and measured: NFKC."""
    return unicodedata.normalize("NFKC", password)


def refuse_weak(password: str, email: str, *, field: str) -> None:
    """Raise WeakPassword for a common password, the email address itself, and what is short once normalised.

    `field` is where the password stands in the request; `email` in its normalised form.
    """
    normalised = normalise_password(password)
    if len(normalised) < MIN_LENGTH:
        details = (Detail(field, f"must have at least {MIN_LENGTH} characters"),)
        raise WeakPassword(f"Please choose a password of at least {MIN_LENGTH} characters.", details)
    folded = normalised.casefold()
    if folded in _common_passwords() or folded in {email, email.partition("@")[0]}:
        details = (Detail(field, "is too easy to guess"),)
        raise WeakPassword("This password is too easy to guess. Please choose another.", details)


@cache
def _argon2() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 - a refresh or a logout needs no hash

    return PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)


def _matches_argon2(password_hash: str, password: str) -> bool:
    from argon2.exceptions import VerifyMismatchError  # noqa: PLC0415 - likewise

    try:
        return _argon2().verify(password_hash, password)
    except VerifyMismatchError:
        return False


def _matches_bcrypt(password_hash: str, password: str) -> bool:
    import bcrypt  # noqa: PLC0415 - only imported users need it

    forms = dict.fromkeys(
        (normalise_password(password), password)
    )  # the shop it comes from may have hashed it as typed
    checks = [bcrypt.checkpw(form.encode()[:_BCRYPT_BYTES], password_hash.encode()) for form in forms]
    return any(checks)


@cache
def _common_passwords() -> frozenset[str]:
    from pathlib import Path  # noqa: PLC0415 - only a new password needs the list

    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
