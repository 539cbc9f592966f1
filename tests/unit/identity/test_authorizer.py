from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from tests.fakes import CUSTOMER_ID, FakeClock, FakeSecrets
from tests.unit.identity.people import Member

from tradewind.aws.secrets import SecretUnavailable
from tradewind.identity.authorizer import BEARER_PATTERN, Unauthorized, authorize
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
def test_a_valid_token_opens_the_whole_stage_and_says_who_it_is(tokens: AccessTokens, role: Role) -> None:
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


def test_the_token_of_a_login_is_such_a_token(tokens: AccessTokens, ada: Member) -> None:
    assert authorize(asked(f"bearer {ada.token}"), None, tokens)["context"] == {
        "userId": ada.user_id,
        "role": "customer",
    }


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic YWRhOmFkYQ==", "Bearer a.b.c", "a.b.c"]
)
def test_anything_else_is_unauthorized_in_the_words_that_api_gateway_knows(
    tokens: AccessTokens, authorization: str | None
) -> None:
    with pytest.raises(Unauthorized) as refusal:
        authorize(asked(authorization), None, tokens)
    assert str(refusal.value) == "Unauthorized"


def test_a_token_whose_time_is_over_is_unauthorized(tokens: AccessTokens, clock: FakeClock) -> None:
    bearer = f"Bearer {tokens.issue(CUSTOMER_ID, Role.CUSTOMER)}"
    clock.advance(LIFETIME_SECONDS + 60)
    with pytest.raises(Unauthorized):
        authorize(asked(bearer), None, tokens)


def test_one_line_tells_who_came_and_not_with_what(tokens: AccessTokens, capsys: pytest.CaptureFixture[str]) -> None:
    token = tokens.issue(CUSTOMER_ID, Role.CUSTOMER)
    authorize(asked(f"Bearer {token}"), Context(), tokens)
    line = line_of(capsys)
    assert (line["level"], line["userId"], line["requestId"]) == ("INFO", CUSTOMER_ID, "invocation-1")
    assert token not in str(line)


def test_one_line_tells_why_somebody_did_not_pass(tokens: AccessTokens, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Unauthorized):
        authorize(asked("Bearer abc.def.ghi"), Context(), tokens)
    line = line_of(capsys)
    assert (line["level"], line["message"]) == ("WARN", "The token is not one of ours.")
    assert "abc.def.ghi" not in str(line)


def test_a_missing_key_is_a_fault_and_not_the_callers(
    tokens: AccessTokens, secrets: FakeSecrets, capsys: pytest.CaptureFixture[str]
) -> None:
    bearer = f"Bearer {tokens.issue(CUSTOMER_ID, Role.CUSTOMER)}"
    secrets.missing.add("tradewind/local/jwt-key")
    with pytest.raises(SecretUnavailable):
        authorize(asked(bearer), Context(), tokens)
    assert line_of(capsys)["level"] == "ERROR"


def test_the_pattern_for_api_gateway_lets_our_tokens_pass_and_little_else(tokens: AccessTokens) -> None:
    token = tokens.issue(CUSTOMER_ID, Role.CUSTOMER)
    assert re.fullmatch(BEARER_PATTERN, f"Bearer {token}")
    assert not any(
        re.fullmatch(BEARER_PATTERN, text) for text in ("", token, "Basic abc", "Bearer a.b", "Bearer a.b.", "x")
    )
