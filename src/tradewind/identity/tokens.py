"""Signed tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256, after the best practices of RFC 8725.

PyJWT is loaded without its package's `__init__`, whose client for remote key sets would bring the standard library's
HTTP client, and with it three quarters of the start-up time.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Self, TypedDict, TypeVar

import msgspec

from tradewind.aws.secrets import Secret, Secrets, find_signing_key, list_verifying_keys
from tradewind.identity.errors import InvalidToken
from tradewind.kernel.caller import Caller, Role
from tradewind.kernel.clock import Clock, epoch_seconds, ulid
from tradewind.settings import Settings
from tradewind.shop import Shop

if TYPE_CHECKING:
    from jwt.api_jws import PyJWS

SECRET_PURPOSE = "jwt-key"  # noqa: S105 - the name of a secret, not one

_ALGORITHM = "HS256"
_ISSUER = "tradewind"
_TYPE = "access"
_LEEWAY_SECONDS = 5
"""How far the clocks of two machines may differ."""


class SignedClaims(msgspec.Struct, frozen=True):
    """What every kind of token says; `iat` and `exp` are in epoch seconds. No personal data: anybody can read them.

    `ver` is the version of the account's password at that time.
    """

    iss: str
    aud: str
    typ: str
    sub: Annotated[str, msgspec.Meta(min_length=1)]
    iat: int
    exp: int
    jti: str
    ver: int


class Claims(SignedClaims, frozen=True):
    """The claims of an access token; `sid` is the session that it was issued for."""

    role: Role
    sid: Annotated[str, msgspec.Meta(min_length=1)]

    @property
    def caller(self) -> Caller:
        return Caller(self.sub, self.role, self.sid, self.ver)


class _Common(TypedDict):
    iss: str
    aud: str
    typ: str
    sub: str
    iat: int
    exp: int
    jti: str
    ver: int


C = TypeVar("C", bound=SignedClaims)


class SignedTokens:
    """Signs the tokens of one stage and verifies them; each kind derives from it, and accepts its own type alone."""

    def __init__(self, *, clock: Clock, secrets: Secrets, settings: Settings) -> None:
        self.clock = clock
        self._secrets = secrets
        self._stage = settings.stage
        self._secret_name = settings.secret_name(SECRET_PURPOSE)

    @classmethod
    def of(cls, shop: Shop) -> Self:
        return cls(clock=shop.clock, secrets=shop.secrets, settings=shop.settings)

    def _common(self, typ: str, user_id: str, password_version: int, lifetime_seconds: int) -> _Common:
        """Return the claims that every kind of token makes."""
        now = epoch_seconds(self.clock.now())
        return _Common(
            iss=_ISSUER,
            aud=self._stage,
            typ=typ,
            sub=user_id,
            iat=now,
            exp=now + lifetime_seconds,
            jti=ulid(self.clock),
            ver=password_version,
        )

    def _sign(self, claims: SignedClaims) -> str:
        """Raises SecretUnavailable."""
        key = find_signing_key(self._secrets, self._secret_name, self.clock)
        return _jws().encode(
            msgspec.json.encode(claims), key.secret_string, _ALGORITHM, headers={"kid": key.version_id}
        )

    def _verify(self, token: str, kind: type[C], typ: str) -> C:
        """Return the claims of a token of this type that is ours and has not expired.

        Raises InvalidToken, SecretUnavailable.
        """
        claims, now = self._decode(token, kind), epoch_seconds(self.clock.now())
        if (claims.iss, claims.aud, claims.typ) != (_ISSUER, self._stage, typ):
            raise InvalidToken("The token was issued for another purpose.")
        if claims.iat > now + _LEEWAY_SECONDS:
            raise InvalidToken("The token is not valid yet.")
        if claims.exp <= now - _LEEWAY_SECONDS:
            raise InvalidToken("The token has expired.")
        return claims

    def _decode(self, token: str, kind: type[C]) -> C:
        jws = _jws()
        from jwt.exceptions import PyJWTError  # noqa: PLC0415 - not before `_jws` has loaded the library

        try:
            key = self._find_key(jws.get_unverified_header(token).get("kid"))
            signed = jws.decode_complete(token, key.secret_string, [_ALGORITHM])
            return msgspec.json.decode(signed["payload"], type=kind)
        except (PyJWTError, msgspec.DecodeError, UnicodeError) as error:
            raise InvalidToken("The token is not valid.") from error

    def _find_key(self, version_id: object) -> Secret:
        """Find the key that the token names: the current one, or the one before the last rotation."""
        for key in list_verifying_keys(self._secrets, self._secret_name):
            if version_id == key.version_id:
                return key
        raise InvalidToken("The token was signed with a key that is no longer valid.")


class AccessTokens(SignedTokens):
    """Tokens that requests are made with."""

    def __init__(self, *, clock: Clock, secrets: Secrets, settings: Settings) -> None:
        super().__init__(clock=clock, secrets=secrets, settings=settings)
        self.lifetime_seconds = settings.access_token_seconds

    def issue(self, caller: Caller) -> str:
        """Issue a token that is valid for `lifetime_seconds`. Raises SecretUnavailable."""
        common = self._common(_TYPE, caller.user_id, caller.password_version, self.lifetime_seconds)
        return self._sign(Claims(**common, role=caller.role, sid=caller.session_id))

    def verify(self, token: str) -> Claims:
        """Return the claims of a token that is ours and has not expired. Raises InvalidToken, SecretUnavailable."""
        claims = self._verify(token, Claims, _TYPE)
        if claims.role is Role.PUBLIC:
            raise InvalidToken("The token was issued for another purpose.")
        return claims


def load_library() -> None:
    """Load PyJWT, and with it OpenSSL: nine tenths of what the first token would take otherwise."""
    _jws()


@cache
def _jws() -> PyJWS:
    """Make the signer. It accepts one algorithm, whatever a token's header says, and no key of less than 256 bits."""
    if "jwt" in sys.modules:
        return _make_jws()
    sys.modules["jwt"] = _bare_package("jwt")
    try:
        return _make_jws()
    finally:
        sys.modules.pop("jwt", None)


def _make_jws() -> PyJWS:
    from jwt.api_jws import PyJWS  # noqa: PLC0415 - only now is the package's own __init__ out of the way

    return PyJWS([_ALGORITHM], {"verify_signature": True, "enforce_minimum_key_length": True})


def _bare_package(name: str) -> ModuleType:
    spec = PathFinder.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"{name} is not installed: pip install -r requirements/runtime.txt")
    package = ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations or ())
    return package
