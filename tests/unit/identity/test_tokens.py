from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import jwt
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import CUSTOMER_ID, GUEST_ID, FakeClock, FakeSecrets, make_shop

from tradewind.aws.secrets import SecretUnavailable
from tradewind.identity.errors import InvalidToken
from tradewind.identity.tokens import AccessTokens, CallerTokens, GuestTokens, parse_bearer
from tradewind.kernel.caller import Caller, Role
from tradewind.kernel.clock import SystemClock, epoch_seconds
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.access import SESSION_ID, signed_in

NAME = "tradewind/local/jwt-key"
KEY = "0123456789abcdef0123456789abcdef"
OTHER_KEY = "another key, but of 32 characters"
KEY_ID = f"version of {KEY}"
CUSTOMER, ADMIN = signed_in(CUSTOMER_ID, Role.CUSTOMER), signed_in(CUSTOMER_ID, Role.ADMIN)


@pytest.fixture
def secrets() -> FakeSecrets:
    return FakeSecrets({NAME: KEY})


@pytest.fixture
def tokens(shop: Shop) -> AccessTokens:
    return AccessTokens.of(shop)


def good_claims(**changes: object) -> dict[str, Any]:
    now = epoch_seconds(FakeClock().now())
    claims = {
        "iss": "tradewind",
        "aud": "local",
        "typ": "access",
        "sub": CUSTOMER_ID,
        "role": "customer",
        "iat": now,
        "exp": now + 60,
        "jti": "1",
        "sid": SESSION_ID,
        "ver": 1,
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def guest_claims(**changes: object) -> dict[str, Any]:
    return good_claims(**{"typ": "guest", "sub": GUEST_ID, "role": "guest", "sid": None, "ver": None, **changes})


def signed(claims: object, key: str = KEY, algorithm: str = "HS256", **header: object) -> str:
    return jwt.api_jws.encode(msgspec.json.encode(claims), key, algorithm, {"kid": KEY_ID, **header})


def unsigned(claims: object, header: object) -> str:
    parts = (base64.urlsafe_b64encode(msgspec.json.encode(part)).decode().rstrip("=") for part in (header, claims))
    return ".".join([*parts, ""])


def test_token_has_caller_stage_and_expiry(tokens: AccessTokens, clock: FakeClock) -> None:
    claims = tokens.verify(tokens.issue(ADMIN))
    now = epoch_seconds(clock.now())
    assert (claims.iss, claims.aud) == ("tradewind", "local")
    assert claims.caller == ADMIN
    assert (claims.iat, claims.exp) == (now, now + 900)
    assert len(claims.jti) == 26


def test_a_token_names_its_algorithm_and_the_version_of_its_key(tokens: AccessTokens) -> None:
    header = jwt.get_unverified_header(tokens.issue(CUSTOMER))
    assert header == {"alg": "HS256", "kid": KEY_ID, "typ": "JWT"}


def test_pyjwt_itself_decodes_the_token(secrets: FakeSecrets) -> None:
    """The library checks the expiry against the real time."""
    token = AccessTokens.of(make_shop(clock=SystemClock(), secrets=secrets)).issue(CUSTOMER)
    said = jwt.decode(token, KEY, ["HS256"], audience="local", issuer="tradewind")
    assert said["sub"] == CUSTOMER_ID


def test_two_tokens_of_one_moment_differ(tokens: AccessTokens) -> None:
    assert tokens.issue(CUSTOMER) != tokens.issue(CUSTOMER)


def test_token_signed_by_hand_with_our_key_is_accepted(tokens: AccessTokens) -> None:
    assert tokens.verify(signed(good_claims())).sub == CUSTOMER_ID


FORGERIES: dict[str, Callable[[], str]] = {
    "no algorithm": lambda: unsigned(good_claims(), {"alg": "none", "kid": KEY_ID, "typ": "JWT"}),
    "no algorithm, in capitals": lambda: unsigned(good_claims(), {"alg": "NONE", "kid": KEY_ID}),
    "a signature left out": lambda: unsigned(good_claims(), {"alg": "HS256", "kid": KEY_ID}),
    "another algorithm of the family": lambda: signed(good_claims(), key=KEY * 2, algorithm="HS384"),
    "an algorithm with a public key": lambda: unsigned(good_claims(), {"alg": "RS256", "kid": KEY_ID}) + "c2ln",
    "a header that names its own key": lambda: signed(good_claims(), OTHER_KEY, jwk={"kty": "oct", "k": "YW5vdGhlcg"}),
    "another key": lambda: signed(good_claims(), OTHER_KEY),
    "an unknown key version": lambda: signed(good_claims(), kid="another"),
    "no key version": lambda: jwt.encode(good_claims(), KEY, "HS256"),
    "a key version that is a path": lambda: signed(good_claims(), kid="../../dev/null"),
    "an unknown critical extension": lambda: signed(good_claims(), crit=["exp"]),
    "another issuer": lambda: signed(good_claims(iss="somebody")),
    "no issuer": lambda: signed(good_claims(iss=None)),
    "another stage": lambda: signed(good_claims(aud="prod")),
    "several stages": lambda: signed(good_claims(aud=["local", "prod"])),
    "no stage": lambda: signed(good_claims(aud=None)),
    "another type": lambda: signed(good_claims(typ="refresh")),
    "no type": lambda: signed(good_claims(typ=None)),
    "no subject": lambda: signed(good_claims(sub=None)),
    "an empty subject": lambda: signed(good_claims(sub="")),
    "a number for a subject": lambda: signed(good_claims(sub=7)),
    "the type of a guest's with the role of a customer": lambda: signed(guest_claims(role="customer")),
    "the type of a customer's with the role of a guest": lambda: signed(good_claims(role="guest")),
    "a guest's for an account": lambda: signed(guest_claims(sub=CUSTOMER_ID)),
    "a guest's for a longer id": lambda: signed(guest_claims(sub=f"{GUEST_ID}0")),
    "a guest's": lambda: signed(guest_claims()),
    "an unknown role": lambda: signed(good_claims(role="root")),
    "the public role": lambda: signed(good_claims(role="public")),
    "no end": lambda: signed(good_claims(exp=None)),
    "an end in words": lambda: signed(good_claims(exp="never")),
    "an end before now": lambda: signed(good_claims(exp=epoch_seconds(FakeClock().now()) - 6)),
    "a beginning after now": lambda: signed(good_claims(iat=epoch_seconds(FakeClock().now()) + 60)),
    "a list for claims": lambda: signed([good_claims()]),
    "nothing for claims": lambda: signed(None),
    "nothing": lambda: "",
    "two dots": lambda: "..",
    "one part": lambda: "abc",
    "four parts": lambda: signed(good_claims()) + ".more",
    "characters beyond ascii": lambda: "é.é.é",
    "a lone surrogate": lambda: "\ud800.a.b",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_refused(forge: Callable[[], str], tokens: AccessTokens) -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(forge())


def test_callers_are_those_of_either_token(shop: Shop, tokens: AccessTokens) -> None:
    callers = CallerTokens.of(shop)
    assert callers.verify(tokens.issue(CUSTOMER)) == CUSTOMER
    assert callers.verify(GuestTokens.of(shop).issue(GUEST_ID)) == Caller(GUEST_ID, Role.GUEST)


@pytest.mark.parametrize("forge", [name for name in FORGERIES if name != "a guest's"])
def test_a_forgery_is_nobodys_token(forge: str, shop: Shop) -> None:
    with pytest.raises(InvalidToken):
        CallerTokens.of(shop).verify(FORGERIES[forge]())


def test_a_customers_token_is_no_guests(shop: Shop, tokens: AccessTokens) -> None:
    with pytest.raises(InvalidToken, match="another purpose"):
        GuestTokens.of(shop).verify(tokens.issue(CUSTOMER))


def test_guest_token_is_valid_for_thirty_days(shop: Shop, clock: FakeClock) -> None:
    guests = GuestTokens.of(shop)
    token = guests.issue(GUEST_ID)
    clock.advance(30 * 86_400 + 4)
    assert guests.verify(token).sub == GUEST_ID
    clock.advance(1)
    with pytest.raises(InvalidToken, match="expired"):
        guests.verify(token)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YWRhOmFkYQ==", "a.b.c"])
def test_header_without_a_bearer_token_is_refused(header: str | None) -> None:
    with pytest.raises(InvalidToken, match="no bearer token"):
        parse_bearer(header)


@given(position=st.integers(min_value=0), replacement=st.sampled_from("ABab01_-."))
def test_a_token_with_any_character_changed_is_refused(position: int, replacement: str) -> None:
    tokens = AccessTokens.of(make_shop(secrets=FakeSecrets({NAME: KEY})))
    token = tokens.issue(CUSTOMER)
    at = position % (len(token) - 1)  # the last character holds two bits that mean nothing
    changed = token[:at] + replacement + token[at + 1 :]
    if changed == token:
        return
    with pytest.raises(InvalidToken):
        tokens.verify(changed)


@given(st.text(max_size=200))
def test_any_text_is_refused_as_an_invalid_token(text: str) -> None:
    tokens = AccessTokens.of(make_shop(secrets=FakeSecrets({NAME: KEY})))
    with pytest.raises(InvalidToken):
        tokens.verify(text)


def test_token_expires_after_its_lifetime_and_the_clock_leeway(tokens: AccessTokens, clock: FakeClock) -> None:
    token = tokens.issue(CUSTOMER)
    clock.advance(tokens.lifetime_seconds + 4)
    assert tokens.verify(token).sub == CUSTOMER_ID
    clock.advance(1)
    with pytest.raises(InvalidToken, match="expired"):
        tokens.verify(token)


def test_lifetime_is_a_setting(secrets: FakeSecrets, clock: FakeClock) -> None:
    tokens = AccessTokens(clock=clock, secrets=secrets, settings=Settings(access_token_seconds=60))
    claims = tokens.verify(tokens.issue(CUSTOMER))
    assert claims.exp - claims.iat == 60


def test_previous_key_verifies_and_the_one_before_does_not(tokens: AccessTokens, secrets: FakeSecrets) -> None:
    token = tokens.issue(CUSTOMER)
    secrets.rotate(NAME, "the second key, of 32 characters")
    assert tokens.verify(token).sub == CUSTOMER_ID
    assert tokens.verify(tokens.issue(CUSTOMER)).sub == CUSTOMER_ID
    secrets.rotate(NAME, "the third key, of 32 characters!")
    with pytest.raises(InvalidToken):
        tokens.verify(token)


def test_token_of_another_stage_is_refused(secrets: FakeSecrets, clock: FakeClock) -> None:
    elsewhere = FakeSecrets({"tradewind/prod/jwt-key": KEY})
    prod = AccessTokens(clock=clock, secrets=elsewhere, settings=Settings(stage="prod"))
    local = AccessTokens(clock=clock, secrets=secrets, settings=Settings())
    with pytest.raises(InvalidToken):
        local.verify(prod.issue(ADMIN))


def test_too_short_key_is_refused_for_signing(clock: FakeClock) -> None:
    tokens = AccessTokens(clock=clock, secrets=FakeSecrets({NAME: "short"}), settings=Settings())
    with pytest.raises(jwt.InvalidKeyError):
        tokens.issue(CUSTOMER)


def test_missing_key_raises_secret_unavailable(tokens: AccessTokens, secrets: FakeSecrets) -> None:
    token = tokens.issue(CUSTOMER)
    secrets.missing.add(NAME)
    with pytest.raises(SecretUnavailable):
        tokens.verify(token)


def test_the_library_is_loaded_without_what_it_does_not_need() -> None:
    program = f"""
import sys
sys.path[:] = {sys.path!r}
sys.modules["cryptography"] = None  # an emulator of the tests brings it; no package of a function has it
from tests.fakes import make_shop
from tradewind.identity.tokens import AccessTokens
from tradewind.kernel.caller import Caller, Role
tokens = AccessTokens.of(make_shop())
tokens.verify(tokens.issue(Caller("ada", Role.CUSTOMER, "a session")))
heavy = {{"http.client", "urllib.request", "ssl", "email", "jwt.jwks_client", "jwt"}}
print(sorted(heavy & set(sys.modules)))
import jwt
print(jwt.encode({{}}, "k" * 32) != "")
"""
    shown = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["[]", "True"]
