from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START

from tradewind.payments.errors import InvalidSignature
from tradewind.payments.signatures import TOLERANCE_SECONDS, check, sign

BODY = b'{"id": "evt_1"}'


def test_signature_follows_stripes_scheme() -> None:
    """Computed with `printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_test`."""
    at = START.fromtimestamp(1_700_000_000, START.tzinfo)
    expected = "35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91"
    assert sign(b"{}", "whsec_test", at) == f"t=1700000000,v1={expected}"


@given(st.binary(max_size=200), st.text(min_size=1, max_size=40))
def test_signed_body_is_accepted(body: bytes, key: str) -> None:
    check(body, sign(body, key, START), [key], START)


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_signature_of_another_body_is_refused(body: bytes, other: bytes) -> None:
    header = sign(body, "key", START)
    if body != other:
        with pytest.raises(InvalidSignature, match="not valid"):
            check(other, header, ["key"], START)


def test_either_key_is_accepted_while_one_rotates() -> None:
    for key in ("current", "previous"):
        check(BODY, sign(BODY, key, START), ["current", "previous"], START)
    with pytest.raises(InvalidSignature):
        check(BODY, sign(BODY, "older", START), ["current", "previous"], START)


def test_one_valid_signature_of_several_is_enough() -> None:
    good = sign(BODY, "key", START)
    stamp, _, value = good.partition(",")
    check(BODY, f"{stamp},v1={'0' * 64},v0=ignored,{value}", ["key"], START)


@pytest.mark.parametrize("seconds", [TOLERANCE_SECONDS, -TOLERANCE_SECONDS])
def test_signature_is_valid_for_five_minutes(seconds: int) -> None:
    header = sign(BODY, "key", START)
    check(BODY, header, ["key"], START + timedelta(seconds=seconds))
    beyond = seconds + (1 if seconds > 0 else -1)
    with pytest.raises(InvalidSignature, match="last 300 seconds"):
        check(BODY, header, ["key"], START + timedelta(seconds=beyond))


@pytest.mark.parametrize(
    "header", [None, "", "t=1", "v1=abc", "t=abc,v1=def", "t=1,v1=ü", "=,=,=", "t=1700000000;v1=00", ",".join("v" * 99)]
)
def test_malformed_signature_is_refused(header: str | None) -> None:
    with pytest.raises(InvalidSignature):
        check(BODY, header, ["key"], START)


def test_every_signature_is_refused_without_a_key() -> None:
    with pytest.raises(InvalidSignature):
        check(BODY, sign(BODY, "", START), [], START)
