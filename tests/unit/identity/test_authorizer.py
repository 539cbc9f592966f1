from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from tests.fakes import ADMIN_ID, CUSTOMER_ID, GUEST_ID, FakeClock, FakeSecrets
from tests.trading import with_customer
from tests.unit.identity.people import PASSWORD, Member, change_password, logout, refresh, sign_in_member

from tradewind.aws.secrets import SecretUnavailable
from tradewind.aws.table import TableBusy, Update
from tradewind.edge.access import user_key
from tradewind.identity.authorizer import BEARER_PATTERN, authorize
from tradewind.identity.errors import Unauthorized
from tradewind.identity.tokens import AccessTokens, GuestTokens
from tradewind.kernel.caller import Role
from tradewind.shop import Shop
from tradewind_tools.memory.access import SESSION_ID, signed_in

API = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5"
CUSTOMER = signed_in(CUSTOMER_ID, Role.CUSTOMER)


class Context:
    aws_request_id = "invocation-1"


@pytest.fixture
def bearer(shop: Shop) -> str:
    """The header of a customer with an account and a session."""
    return f"Bearer {AccessTokens.of(with_customer(shop)).issue(CUSTOMER)}"


def asked(authorization: str | None, path: str = "GET/orders/1/status") -> dict[str, Any]:
    given = {} if authorization is None else {"authorizationToken": authorization}
    return {"type": "TOKEN", "methodArn": f"{API}/v1/{path}", **given}


def line_of(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one line that was logged."""
    line: dict[str, Any] = msgspec.json.decode(capsys.readouterr().out)
    return line


def is_authorized(token: str, shop: Shop) -> bool:
    try:
        authorize(asked(f"Bearer {token}"), None, shop)
    except Unauthorized:
        return False
    return True


@pytest.mark.parametrize(("user_id", "role"), [(CUSTOMER_ID, Role.CUSTOMER), (ADMIN_ID, Role.ADMIN)])
def test_valid_token_allows_the_whole_stage_and_names_its_caller(shop: Shop, user_id: str, role: Role) -> None:
    token = AccessTokens.of(with_customer(shop, user_id)).issue(signed_in(user_id, role))
    assert authorize(asked(f"Bearer {token}"), Context(), shop) == {
        "principalId": user_id,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{API}/v1/*"}],
        },
        "context": {
            "userId": user_id,
            "role": role.value,
            "sessionId": SESSION_ID,
            "passwordVersion": 1,
            "permissions": "",
            "hasSecondFactor": "false",
        },
    }


def test_the_policy_is_the_same_for_every_method(shop: Shop, bearer: str) -> None:
    policies = [authorize(asked(bearer, path), None, shop) for path in ("GET/", "POST/orders", "DELETE/a/b/c")]
    assert policies == policies[:1] * 3


def test_tokens_of_a_login_and_of_a_refresh_are_authorized(shop: Shop, ada: Member) -> None:
    _, pair = refresh(shop, ada.refresh_token)
    for token in (ada.token, pair["token"]):
        context = authorize(asked(f"bearer {token}"), None, shop)["context"]
        assert (context["userId"], context["role"]) == (ada.user_id, "customer")


def test_guest_is_let_in_without_a_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "table", None)
    policy = authorize(asked(f"Bearer {GuestTokens.of(shop).issue(GUEST_ID)}"), Context(), shop)
    assert policy["principalId"] == GUEST_ID
    nothing_read = {"permissions": "", "hasSecondFactor": "false"}
    ids = {"userId": GUEST_ID, "role": "guest", "sessionId": "", "passwordVersion": 0}
    assert policy["context"] == ids | nothing_read


def test_guest_whose_token_expired_is_not_let_in(shop: Shop, clock: FakeClock) -> None:
    token = GuestTokens.of(shop).issue(GUEST_ID)
    clock.advance(31 * 24 * 3600)
    assert not is_authorized(token, shop)


class TestAccessThatEnded:
    def test_of_a_session_that_was_signed_out(self, shop: Shop, ada: Member) -> None:
        other = sign_in_member(shop)
        logout(shop, ada.user_id, ada.refresh_token)
        assert (is_authorized(ada.token, shop), is_authorized(other.token, shop)) == (False, True)

    def test_of_a_session_that_expired(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        tokens = AccessTokens.of(shop)
        caller = tokens.verify(ada.token).caller
        clock.advance(7 * 24 * 3600)
        late = tokens.issue(caller)
        assert not is_authorized(late, shop)

    def test_of_a_session_that_never_was(self, shop: Shop) -> None:
        with_customer(shop)
        nowhere = msgspec.structs.replace(CUSTOMER, session_id="01KAJ0SESS0000000000000099")
        assert not is_authorized(AccessTokens.of(shop).issue(nowhere), shop)

    def test_under_a_password_that_was_changed(self, shop: Shop, ada: Member) -> None:
        other = sign_in_member(shop)
        change_password(shop, ada.user_id, "difference engine", PASSWORD, refreshToken=ada.refresh_token)
        assert not is_authorized(ada.token, shop)
        assert not is_authorized(other.token, shop)
        status, pair = refresh(shop, ada.refresh_token)
        assert (status, is_authorized(pair["token"], shop)) == (200, True)

    @pytest.mark.parametrize("change", [{"status": "disabled"}, {"role": "admin"}])
    def test_of_an_account_that_was_disabled_or_has_another_role(
        self, shop: Shop, ada: Member, change: dict[str, str]
    ) -> None:
        shop.table.write(Update(user_key(ada.user_id), set=change))
        assert not is_authorized(ada.token, shop)

    def test_of_an_account_that_is_gone(self, shop: Shop) -> None:
        assert not is_authorized(AccessTokens.of(shop).issue(CUSTOMER), shop)

    def test_log_says_why(self, shop: Shop, ada: Member, capsys: pytest.CaptureFixture[str]) -> None:
        logout(shop, ada.user_id, ada.refresh_token)
        capsys.readouterr()
        assert not is_authorized(ada.token, shop)
        line = line_of(capsys)
        assert (line["level"], line["userId"]) == ("WARN", ada.user_id)
        assert line["message"] == "This session has ended. Please sign in again."


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic YWRhOmFkYQ==", "Bearer a.b.c", "a.b.c"]
)
def test_anything_else_fails_with_the_message_that_api_gateway_expects(shop: Shop, authorization: str | None) -> None:
    with pytest.raises(Unauthorized) as refusal:
        authorize(asked(authorization), None, shop)
    assert str(refusal.value) == "Unauthorized"


def test_nothing_is_read_for_a_token_that_is_not_valid(
    shop: Shop, bearer: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.table, "get_many", None)
    clock.advance(shop.settings.access_token_seconds + 60)
    for authorization in (bearer, bearer[:-2], "Bearer a.b.c"):
        with pytest.raises(Unauthorized):
            authorize(asked(authorization), None, shop)


def test_log_line_has_the_user_and_not_the_token(shop: Shop, bearer: str, capsys: pytest.CaptureFixture[str]) -> None:
    authorize(asked(bearer), Context(), shop)
    line = line_of(capsys)
    assert (line["level"], line["userId"], line["requestId"]) == ("INFO", CUSTOMER_ID, "invocation-1")
    assert bearer.removeprefix("Bearer ") not in str(line)


def test_log_line_says_why_a_token_was_refused(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Unauthorized):
        authorize(asked("Bearer abc.def.ghi"), Context(), shop)
    line = line_of(capsys)
    assert (line["level"], line["message"]) == ("WARN", "The token is not valid.")
    assert "abc.def.ghi" not in str(line)


def test_missing_key_is_an_error_and_not_a_refusal(
    shop: Shop, bearer: str, secrets: FakeSecrets, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets.missing.add("tradewind/local/jwt-key")
    with pytest.raises(SecretUnavailable):
        authorize(asked(bearer), Context(), shop)
    assert line_of(capsys)["level"] == "ERROR"


def test_table_that_does_not_answer_is_an_error_and_not_a_refusal(
    shop: Shop, bearer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise TableBusy("The table does not answer.")

    monkeypatch.setattr(shop.table, "get_many", fail)
    with pytest.raises(TableBusy):
        authorize(asked(bearer), Context(), shop)


def test_pattern_for_api_gateway_matches_our_tokens_and_nothing_without_their_form(bearer: str) -> None:
    token = bearer.removeprefix("Bearer ")
    assert all(re.fullmatch(BEARER_PATTERN, f"{scheme}{token}") for scheme in ("Bearer ", "bearer ", "BEARER   "))
    assert not any(
        re.fullmatch(BEARER_PATTERN, text) for text in ("", token, "Basic abc", "Bearer a.b", "Bearer a.b.", "x")
    )


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer    "])
def test_bearer_is_understood_in_any_case_and_with_more_blanks(shop: Shop, bearer: str, scheme: str) -> None:
    policy = authorize(asked(f"{scheme}{bearer.removeprefix('Bearer ')}"), Context(), shop)
    assert policy["principalId"] == CUSTOMER_ID
