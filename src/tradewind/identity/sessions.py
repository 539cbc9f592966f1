"""Sessions and their refresh tokens: `<userId>.<sessionId>.<secret>`, the secret stored as a hash only.

A token is valid for one use. A used one that comes back has been copied, and the shop cannot tell which of the two
clients is the thief, so it ends the whole session (RFC 9700, 4.14.2).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import NamedTuple

import msgspec

from tradewind.identity.errors import InvalidRefreshToken
from tradewind.identity.model import SESSION, Session, User, session_end
from tradewind.kernel.clock import Clock, ulid

_SECRET_BYTES = 32
_ID_LENGTH = 26


class RefreshToken(NamedTuple):
    user_id: str
    session_id: str
    secret: str

    def __str__(self) -> str:
        return ".".join(self)

    @property
    def fingerprint(self) -> str:
        """SHA-256 in hex: 256 random bits need no salt and no slow hash."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def is_newest_of(self, session: Session) -> bool:
        return hmac.compare_digest(self.fingerprint, session.token_hash)


def parse_refresh_token(text: str) -> RefreshToken:
    """Read a token as the client sends it. Raises InvalidRefreshToken."""
    parts = text.split(".")
    if [len(part) for part in parts[:-1]] != [_ID_LENGTH, _ID_LENGTH] or not text.isascii():
        raise InvalidRefreshToken("The refresh token is not valid. Please sign in again.")
    return RefreshToken(*parts)


def open_session(user: User, clock: Clock) -> tuple[Session, RefreshToken]:
    """Return a new session of `user`, and its first refresh token."""
    now = clock.now()
    token = RefreshToken(user.user_id, ulid(clock), _new_secret(clock))
    session = Session(
        session_id=token.session_id,
        user_id=user.user_id,
        token_hash=token.fingerprint,
        password_version=user.password_version,
        status=SESSION.first,
        created_at=now,
        refreshed_at=now,
        expires_at=session_end(now, now),
    )
    return session, token


def rotate_session(session: Session, clock: Clock) -> tuple[Session, RefreshToken]:
    """Return the session with its next refresh token, and that token."""
    now = clock.now()
    token = RefreshToken(session.user_id, session.session_id, _new_secret(clock))
    rotated = msgspec.structs.replace(
        session,
        token_hash=token.fingerprint,
        refreshed_at=now,
        expires_at=session_end(session.created_at, now),
    )
    return rotated, token


def _new_secret(clock: Clock) -> str:
    return base64.urlsafe_b64encode(clock.entropy(_SECRET_BYTES)).decode().rstrip("=")
