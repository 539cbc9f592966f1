"""Passwords in a simulated world: hashes that cost nothing, and who verified what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from argon2.exceptions import VerifyMismatchError

from tradewind.identity import passwords

_PREFIX = "simulated"


class CheapHasher:
    """Stands in for argon2: another hash at each call, from which `plain_password` reads the password."""

    def __init__(self, on_verify: Callable[[bool], None] | None = None) -> None:
        self._on_verify = on_verify
        self._hashes = 0

    def hash(self, password: str) -> str:
        self._hashes += 1
        return f"{_PREFIX}${self._hashes}${password}"

    def verify(self, password_hash: str, password: str) -> bool:
        """Raises VerifyMismatchError, as argon2 does."""
        is_right = plain_password(password_hash) == password
        if self._on_verify:
            self._on_verify(is_right)
        if not is_right:
            raise VerifyMismatchError
        return True

    def check_needs_rehash(self, password_hash: str) -> bool:  # noqa: ARG002 - the protocol's
        return False


def simulate_hash(password: str) -> str:
    """Return a hash of a password that was set before the history begins."""
    return f"{_PREFIX}$0${password}"


def plain_password(password_hash: str) -> str | None:
    """Return the password of a simulated hash; None for any other."""
    prefix, _, rest = password_hash.partition("$")
    return rest.partition("$")[2] if prefix == _PREFIX else None


@contextmanager
def hash_cheaply(hasher: CheapHasher) -> Iterator[None]:
    """Let the shop hash by this hasher: real ones take longer than the rest of a history."""
    real = passwords._argon2  # noqa: SLF001 - the shop has no port for it: nothing but a test replaces it
    setattr(passwords, "_argon2", lambda: hasher)  # noqa: B010 - mypy takes no other function there
    try:
        yield
    finally:
        setattr(passwords, "_argon2", real)  # noqa: B010 - likewise
