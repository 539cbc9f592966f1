from __future__ import annotations

from tradewind_tools.ministack.asgi import get
from tradewind_tools.ministack.signing import ROOT, Signer, signed


def headers(signer: Signer) -> dict[bytes, bytes]:
    return dict(signed(get("/2015-03-31/functions/", "Marker=a%20b"), b"", "lambda", signer)["headers"])


def test_a_signature_says_who_and_for_which_service() -> None:
    told = headers(ROOT)[b"authorization"].decode()
    assert told.startswith("AWS4-HMAC-SHA256 Credential=test/")
    assert "/us-east-1/lambda/aws4_request" in told


def test_a_session_shows_its_token_and_its_signature_covers_it() -> None:
    told = headers(Signer("ASIA1", "secret", "a token"))
    assert told[b"x-amz-security-token"] == b"a token"
    assert b"x-amz-security-token" in told[b"authorization"]


def test_everything_else_stays() -> None:
    scope = get("/2015-03-31/functions/", "Marker=a%20b")
    made = signed(scope, b"", "lambda")
    assert {name: made[name] for name in made if name != "headers"} == {
        name: scope[name] for name in scope if name != "headers"
    }
    assert headers(ROOT)[b"host"] == b"localhost"
