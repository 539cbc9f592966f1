"""Signed tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256, after the best practices of RFC 8725.

The type of a token, `typ`, says which claims it must have.

PyJWT is loaded without its package's `__init__`, whose client for remote key sets would bring the standard library's
HTTP client, and with it three quarters of the start-up time.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Self, TypedDict, TypeVar

import msgspec

from tradewind.aws.secrets import Secret, Secrets, find_signing_key, list_verifying_keys
from tradewind.identity.errors import InvalidToken
from tradewind.identity.model import GUEST_TOKEN_LIFETIME
from tradewind.kernel.caller import Caller, Role
from tradewind.kernel.clock import Clock, epoch_seconds, ulid
from tradewind.kernel.partitions import GUEST_MARK
from tradewind.settings import Settings
from tradewind.shop import Shop

if TYPE_CHECKING:
    from jwt.api_jws import PyJWS

SECRET_PURPOSE = "jwt-key"  # noqa: S105 - the name of a secret, not one

_ALGORITHM = "HS256"
_ISSUER = "tradewind"
_ACCESS, _GUEST = "access", "guest"
_LEEWAY_SECONDS = 5
"""How far the clocks of two machines may differ."""


class SignedClaims(msgspec.Struct, frozen=True):
    """What every kind of token says; `iat` and `exp` are in epoch seconds. No personal data: anybody can read them.

    `ver` is the version of the account's password at that time; 0 where there is no account.
    """

    iss: str
    aud: str
    typ: str
    sub: Annotated[str, msgspec.Meta(min_length=1)]
    iat: int
    exp: int
    jti: str
    ver: int

    @property
    def is_coherent(self) -> bool:
        """Whether what it says can stand in a token of its type."""
        return True


class CallerClaims(SignedClaims, frozen=True):
    """What a token says that requests are made with."""

    role: Role

    @property
    def caller(self) -> Caller:
        return Caller(self.sub, self.role)


class Claims(CallerClaims, frozen=True):
    """The claims of an access token; `sid` is the session that it was issued for."""

    sid: Annotated[str, msgspec.Meta(min_length=1)]

    @property
    def caller(self) -> Caller:
        return Caller(self.sub, self.role, self.sid, self.ver)

    @property
    def is_coherent(self) -> bool:
        return self.role.has_account


class GuestClaims(CallerClaims, frozen=True):
    """The claims of a guest's token. It rests on nothing but its signature: there is no account and no session."""

    sub: Annotated[str, msgspec.Meta(pattern=rf"^{GUEST_MARK}[0-7][0-9A-HJKMNP-TV-Z]{{25}}\Z")]

    @property
    def is_coherent(self) -> bool:
        return self.role is Role.GUEST


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

    def _verify(self, token: str, kinds: Mapping[str, type[C]]) -> C:
        """Return the claims of a token of one of these types that is ours and has not expired.

        Raises InvalidToken, SecretUnavailable.
        """
        content, now = self._open(token), epoch_seconds(self.clock.now())
        kind = kinds.get(_decode(content, SignedClaims).typ)
        if kind is None:
            raise InvalidToken("The token was issued for another purpose.")
        claims = _decode(content, kind)
        if (claims.iss, claims.aud) != (_ISSUER, self._stage) or not claims.is_coherent:
            raise InvalidToken("The token was issued for another purpose.")
        if claims.iat > now + _LEEWAY_SECONDS:
            raise InvalidToken("The token is not valid yet.")
        if claims.exp <= now - _LEEWAY_SECONDS:
            raise InvalidToken("The token has expired.")
        return claims

    def _open(self, token: str) -> bytes:
        """Return what was signed. Raises InvalidToken, SecretUnavailable."""
        jws = _jws()
        from jwt.exceptions import PyJWTError  # noqa: PLC0415 - not before `_jws` has loaded the library

        try:
            key = self._find_key(jws.get_unverified_header(token).get("kid"))
            content: bytes = jws.decode_complete(token, key.secret_string, [_ALGORITHM])["payload"]
        except (PyJWTError, UnicodeError) as error:
            raise InvalidToken("The token is not valid.") from error
        return content

    def _find_key(self, version_id: object) -> Secret:
        """Find the key that the token names: the current one, or the one before the last rotation."""
        for key in list_verifying_keys(self._secrets, self._secret_name):
            if version_id == key.version_id:
                return key
        raise InvalidToken("The token was signed with a key that is no longer valid.")


class AccessTokens(SignedTokens):
    """Tokens that those make requests with who have an account."""

    def __init__(self, *, clock: Clock, secrets: Secrets, settings: Settings) -> None:
        super().__init__(clock=clock, secrets=secrets, settings=settings)
        self.lifetime_seconds = settings.access_token_seconds

    def issue(self, caller: Caller) -> str:
        """Issue a token that is valid for `lifetime_seconds`. Raises SecretUnavailable."""
        common = self._common(_ACCESS, caller.user_id, caller.password_version, self.lifetime_seconds)
        return self._sign(Claims(**common, role=caller.role, sid=caller.session_id))

    def verify(self, token: str) -> Claims:
        """Return the claims of a token that is ours and has not expired. Raises InvalidToken, SecretUnavailable."""
        return self._verify(token, {_ACCESS: Claims})


class GuestTokens(SignedTokens):
    """Tokens that guests make requests with."""

    lifetime_seconds = int(GUEST_TOKEN_LIFETIME.total_seconds())

    def issue(self, guest_id: str) -> str:
        """Issue a token that is valid for `lifetime_seconds`. Raises SecretUnavailable."""
        common = self._common(_GUEST, guest_id, 0, self.lifetime_seconds)
        return self._sign(GuestClaims(**common, role=Role.GUEST))

    def verify(self, token: str) -> GuestClaims:
        """Return the claims of a guest's token. Raises InvalidToken, SecretUnavailable."""
        return self._verify(token, {_GUEST: GuestClaims})


class CallerTokens(SignedTokens):
    """The tokens of everybody who may be let in."""

    def verify(self, token: str) -> Caller:
        """Return whose token it is. Raises InvalidToken, SecretUnavailable."""
        kinds: dict[str, type[CallerClaims]] = {_ACCESS: Claims, _GUEST: GuestClaims}
        return self._verify(token, kinds).caller


def parse_bearer(header: object) -> str:
    """Return the token of an `Authorization` header. Raises InvalidToken."""
    scheme, _, rest = str(header or "").partition(" ")
    token = rest.strip(" ")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken("There is no bearer token.")
    return token


def load_library() -> None:
    """Load PyJWT, and with it OpenSSL: nine tenths of what the first token would take otherwise."""
    _jws()


def _decode(content: bytes, kind: type[C]) -> C:
    """Raises InvalidToken."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InvalidToken("The token is not valid.") from error


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
