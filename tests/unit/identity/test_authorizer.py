from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, FakeSecrets
from tests.unit.identity.people import Member

from tradewind.aws.secrets import SecretUnavailable
from tradewind.identity.authorizer import BEARER_PATTERN, authorize
from tradewind.identity.errors import Unauthorized
from tradewind.identity.tokens import LIFETIME_SECONDS, AccessTokens
from tradewind.kernel.caller import Role
from tradewind.shop import Shop

API = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5"


class Context:
    aws_request_id = "invocation-1"


@pytest.fixture
def tokens(shop: Shop) -> AccessTokens:
    return AccessTokens.of(shop)


def asked(authorization: str | None, path: str = "GET/orders/1/status") -> dict[str, Any]:
    given = {} if authorization is None else {"authorizationToken": authorization}
    return {"type": "TOKEN", "methodArn": f"{API}/v1/{path}", **given}


def line_of(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one line that was logged."""
    line: dict[str, Any] = msgspec.json.decode(capsys.readouterr().out)
    return line


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.ADMIN])
def test_valid_token_allows_the_whole_stage_and_names_its_user(tokens: AccessTokens, role: Role) -> None:
    policy = authorize(asked(f"Bearer {tokens.issue(CUSTOMER_ID, role)}"), Context(), tokens)
    assert policy == {
        "principalId": CUSTOMER_ID,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{API}/v1/*"}],
        },
        "context": {"userId": CUSTOMER_ID, "role": role.value},
    }


def test_the_policy_is_the_same_for_every_method(tokens: AccessTokens) -> None:
    bearer = f"Bearer {tokens.issue(CUSTOMER_ID, Role.CUSTOMER)}"
    policies = [authorize(asked(bearer, path), None, tokens) for path in ("GET/", "POST/orders", "DELETE/a/b/c")]
    assert policies == policies[:1] * 3


def test_token_of_a_login_is_authorized(tokens: AccessTokens, ada: Member) -> None:
    assert authorize(asked(f"bearer {ada.token}"), None, tokens)["context"] == {
        "userId": ada.user_id,
        "role": "customer",
    }


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic YWRhOmFkYQ==", "Bearer a.b.c", "a.b.c"]
)
def test_anything_else_fails_with_the_message_that_api_gateway_expects(
    tokens: AccessTokens, authorization: str | None
) -> None:
    with pytest.raises(Unauthorized) as refusal:
        authorize(asked(authorization), None, tokens)
    assert str(refusal.value) == "Unauthorized"


def test_expired_token_is_unauthorized(tokens: AccessTokens, clock: FakeClock) -> None:
    bearer = f"Bearer {tokens.issue(CUSTOMER_ID, Role.CUSTOMER)}"
    clock.advance(LIFETIME_SECONDS + 60)
    with pytest.raises(Unauthorized):
        authorize(asked(bearer), None, tokens)


def test_log_line_has_the_user_and_not_the_token(tokens: AccessTokens, capsys: pytest.CaptureFixture[str]) -> None:
    token = tokens.issue(CUSTOMER_ID, Role.CUSTOMER)
    authorize(asked(f"Bearer {token}"), Context(), tokens)
    line = line_of(capsys)
    assert (line["level"], line["userId"], line["requestId"]) == ("INFO", CUSTOMER_ID, "invocation-1")
    assert token not in str(line)


def test_log_line_says_why_a_token_was_refused(tokens: AccessTokens, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Unauthorized):
        authorize(asked("Bearer abc.def.ghi"), Context(), tokens)
    line = line_of(capsys)
    assert (line["level"], line["message"]) == ("WARN", "The token is not valid.")
    assert "abc.def.ghi" not in str(line)


def test_missing_key_is_an_error_and_not_a_refusal(
    tokens: AccessTokens, secrets: FakeSecrets, capsys: pytest.CaptureFixture[str]
) -> None:
    bearer = f"Bearer {tokens.issue(CUSTOMER_ID, Role.CUSTOMER)}"
    secrets.missing.add("tradewind/local/jwt-key")
    with pytest.raises(SecretUnavailable):
        authorize(asked(bearer), Context(), tokens)
    assert line_of(capsys)["level"] == "ERROR"


def test_pattern_for_api_gateway_matches_our_tokens_and_nothing_without_their_form(tokens: AccessTokens) -> None:
    token = tokens.issue(CUSTOMER_ID, Role.CUSTOMER)
    assert all(re.fullmatch(BEARER_PATTERN, f"{scheme}{token}") for scheme in ("Bearer ", "bearer ", "BEARER   "))
    assert not any(
        re.fullmatch(BEARER_PATTERN, text) for text in ("", token, "Basic abc", "Bearer a.b", "Bearer a.b.", "x")
    )


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer    "])
def test_bearer_is_understood_in_any_case_and_with_more_blanks(tokens: AccessTokens, scheme: str) -> None:
    policy = authorize(asked(f"{scheme}{tokens.issue(CUSTOMER_ID, Role.CUSTOMER)}"), Context(), tokens)
    assert policy["principalId"] == CUSTOMER_ID
