"""Sessions and their refresh tokens: `<userId>.<sessionId>.<secret>`, the secret stored as hashes only.

A secret has two parts: the family's, which all tokens of a session share, and the token's own. A token is valid for one
use. The one before the newest gives the same successor for `REFRESH_GRACE` again: the answer may have been lost, or a
second tab refreshed at once. Any older one that comes back has been copied, and the shop cannot tell which of the two
clients is the thief, so it ends the whole session (RFC 9700, 4.14.2). It is known by the family's part: whoever has
only the two ids can end no session.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import NamedTuple

import msgspec

from tradewind.identity.errors import InvalidRefreshToken
from tradewind.identity.model import DEVICE_MAX_LENGTH, SESSION, Session, User, session_end
from tradewind.kernel.clock import Clock, ulid

_FAMILY_BYTES = 16
_FAMILY_LENGTH = 22
"""Of the family's part in base64."""
_OWN_BYTES = 32
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
        return _hash(self.secret)

    @property
    def family(self) -> str:
        """The part of the secret that all tokens of its session share."""
        return self.secret[:_FAMILY_LENGTH]

    @property
    def family_fingerprint(self) -> str:
        return _hash(self.family)

    def is_newest_of(self, session: Session) -> bool:
        return hmac.compare_digest(self.fingerprint, session.token_hash)

    def is_repeated_of(self, session: Session, now: datetime) -> bool:
        """Whether it is the predecessor of the newest, which it may still ask for."""
        is_predecessor = hmac.compare_digest(self.fingerprint, session.previous_hash or "")
        return is_predecessor and session.repeats_successor(now)

    def is_of_family(self, session: Session) -> bool:
        """Whether the session has given it out at all."""
        return hmac.compare_digest(self.family_fingerprint, session.family_hash)


def parse_refresh_token(text: str) -> RefreshToken:
    """Read a token as the client sends it. Raises InvalidRefreshToken."""
    parts = text.split(".")
    if [len(part) for part in parts[:-1]] != [_ID_LENGTH, _ID_LENGTH] or not text.isascii():
        raise InvalidRefreshToken("The refresh token is not valid. Please sign in again.")
    return RefreshToken(*parts)


def open_session(user: User, clock: Clock, device: str = "") -> tuple[Session, RefreshToken]:
    """Return a new session of `user`, and its first refresh token; `device` as its program calls itself."""
    now = clock.now()
    secret = _base64(clock.entropy(_FAMILY_BYTES)) + _base64(clock.entropy(_OWN_BYTES))
    token = RefreshToken(user.user_id, ulid(clock), secret)
    session = Session(
        session_id=token.session_id,
        user_id=user.user_id,
        family_hash=token.family_fingerprint,
        token_hash=token.fingerprint,
        password_version=user.password_version,
        status=SESSION.first,
        created_at=now,
        refreshed_at=now,
        expires_at=session_end(now, now),
        device="".join(filter(str.isprintable, device))[:DEVICE_MAX_LENGTH],
    )
    return session, token


def rotate_session(session: Session, newest: RefreshToken, clock: Clock) -> tuple[Session, RefreshToken]:
    """Return the session with its next refresh token, and that token; `newest` is the one that it replaces."""
    now = clock.now()
    salt = _base64(clock.entropy(_OWN_BYTES))
    token = _derive_successor(newest, salt)
    rotated = msgspec.structs.replace(
        session,
        token_hash=token.fingerprint,
        previous_hash=newest.fingerprint,
        salt=salt,
        refreshed_at=now,
        expires_at=session_end(session.created_at, now),
    )
    return rotated, token


def repeat_successor(session: Session, predecessor: RefreshToken) -> RefreshToken:
    """Return the session's newest token once more, for the one before it."""
    return _derive_successor(predecessor, session.salt or "")


def _derive_successor(predecessor: RefreshToken, salt: str) -> RefreshToken:
    """Only the predecessor's secret and the stored salt together give the next one."""
    own = hmac.digest(predecessor.secret.encode(), salt.encode(), "sha256")
    return predecessor._replace(secret=predecessor.family + _base64(own))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
