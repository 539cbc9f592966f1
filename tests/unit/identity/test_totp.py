from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from tests.fakes import START, FakeClock

from tradewind.identity import totp

RFC_KEY = b"12345678901234567890"
RFC_SECRET = base64.b32encode(RFC_KEY).decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_test_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    """Appendix B, mode SHA1: eight digits, of which apps show the last six."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert totp.make_code(RFC_KEY, totp.step_of(at), digits=8) == code
    assert totp.find_step(RFC_SECRET, code[2:], at) == totp.step_of(at)


@pytest.mark.parametrize(
    ("counter", "code"),
    list(
        enumerate(
            ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"),
        )
    ),
)
def test_codes_are_those_of_the_test_vectors_of_rfc_4226(counter: int, code: str) -> None:
    """Appendix D."""
    assert totp.make_code(RFC_KEY, counter) == code


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_code_may_be_one_step_early_or_late(steps: int, is_right: bool) -> None:  # noqa: FBT001 - a case of the table
    code = totp.make_code(RFC_KEY, totp.step_of(START) + steps)
    assert (totp.find_step(RFC_SECRET, code, START) is not None) is is_right


def test_code_of_a_step_is_the_same_until_the_next() -> None:
    begin = START.replace(second=0, microsecond=0)
    codes = {totp.make_code(RFC_KEY, totp.step_of(begin + timedelta(seconds=each))) for each in range(30)}
    assert len(codes) == 1


def test_secret_has_160_random_bits(clock: FakeClock) -> None:
    secrets = {totp.new_secret(clock) for _ in range(3)}
    assert len(secrets) == 3
    assert {len(base64.b32decode(each)) for each in secrets} == {20}


def test_uri_names_shop_account_and_secret() -> None:
    uri = urlsplit(totp.make_uri(RFC_SECRET, "ada@example.com", "Salt & Sail"))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/Salt & Sail:ada@example.com"
    assert parse_qs(uri.query) == {"secret": [RFC_SECRET], "issuer": ["Salt & Sail"], "digits": ["6"], "period": ["30"]}
