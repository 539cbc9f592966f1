from __future__ import annotations

from starlette.types import Scope

from tradewind_tools.ministack.signing import Signer, sign

SCOPE: Scope = {
    "type": "http",
    "method": "GET",
    "path": "/2015-03-31/functions/",
    "query_string": b"Marker=a%20b",
    "headers": [(b"host", b"localhost")],
}


def headers(signer: Signer) -> dict[bytes, bytes]:
    return dict(sign(SCOPE, b"", "lambda", signer)["headers"])


def test_a_signature_says_who_and_for_which_service() -> None:
    authorization = headers(Signer("test", "test"))[b"authorization"].decode()
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=test/")
    assert "/us-east-1/lambda/aws4_request" in authorization


def test_a_session_shows_its_token_and_its_signature_covers_it() -> None:
    signed = headers(Signer("ASIA1", "secret", "a token"))
    assert signed[b"x-amz-security-token"] == b"a token"
    assert b"x-amz-security-token" in signed[b"authorization"]


def test_everything_else_stays() -> None:
    signed = sign(SCOPE, b"", "lambda", Signer("test", "test"))
    assert {**signed, "headers": SCOPE["headers"]} == SCOPE
    assert (b"host", b"localhost") in signed["headers"]
