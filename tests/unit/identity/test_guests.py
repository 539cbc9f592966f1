from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import GUEST_ID, FakeClock, call, guest_event, public_event
from tests.unit.identity.people import Member, change_password, refresh

from tradewind.identity import handlers, list_handlers, session_handlers, sign_in
from tradewind.identity.guests import issue_guest_token
from tradewind.identity.password_reset import reset_password
from tradewind.identity.tokens import GuestTokens
from tradewind.identity.verification import verify_email
from tradewind.shop import Shop

DAY = 86_400


def ask(shop: Shop, token: str | None = None) -> tuple[int, Any]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return call(issue_guest_token, public_event(headers=headers), shop)


def test_anybody_gets_a_token_of_a_new_guest(shop: Shop) -> None:
    (status, first), (_, second) = ask(shop), ask(shop)
    assert (status, first["expiresIn"]) == (200, 30 * DAY)
    assert first["guestId"] != second["guestId"]
    assert GuestTokens.of(shop).verify(first["token"]).sub == first["guestId"]


def test_nothing_is_read_or_stored_for_a_guest(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "table", None)
    _, guest = ask(shop)
    assert ask(shop, guest["token"])[0] == 200


def test_valid_token_is_renewed_for_the_same_guest(shop: Shop, clock: FakeClock) -> None:
    _, guest = ask(shop)
    clock.advance(29 * DAY)
    status, renewed = ask(shop, guest["token"])
    assert (status, renewed["guestId"], renewed["expiresIn"]) == (200, guest["guestId"], 30 * DAY)
    clock.advance(29 * DAY)
    assert GuestTokens.of(shop).verify(renewed["token"]).sub == guest["guestId"]


def test_expired_token_is_not_renewed(shop: Shop, clock: FakeClock) -> None:
    _, guest = ask(shop)
    clock.advance(31 * DAY)
    status, body = ask(shop, guest["token"])
    assert (status, body["error"]) == (401, "InvalidToken")


@pytest.mark.parametrize("token", ["", "abc", "a.b.c"])
def test_what_is_no_token_makes_no_guest(shop: Shop, token: str) -> None:
    status, body = ask(shop, token)
    assert (status, body["error"]) == (401, "InvalidToken")


def test_token_of_an_account_makes_no_guest(shop: Shop, ada: Member) -> None:
    status, body = ask(shop, ada.token)
    assert (status, body["error"]) == (401, "InvalidToken")


@pytest.mark.parametrize(
    "endpoint",
    [
        handlers.get_me,
        list_handlers.list_users,
        session_handlers.list_sessions,
        sign_in.logout,
        sign_in.change_password,
    ],
)
def test_guest_may_not_do_what_needs_an_account(shop: Shop, endpoint: Any) -> None:  # noqa: ANN401 - endpoints of several types
    status, body = call(endpoint, guest_event({}), shop)
    assert (status, body["error"]) == (
        403,
        "PermissionRequired" if endpoint is list_handlers.list_users else "AccountRequired",
    )


def test_guest_token_is_no_refresh_token_and_no_link(shop: Shop, ada: Member) -> None:
    token = GuestTokens.of(shop).issue(GUEST_ID)[:200]  # as much of it as a request may have
    kept = change_password(shop, ada.user_id, "difference engine", refreshToken=token)
    reset = call(reset_password, public_event({"token": token, "newPassword": "difference engine"}), shop)
    answers = (refresh(shop, token), kept, call(verify_email, public_event({"token": token}), shop), reset)
    errors = ["InvalidRefreshToken", "InvalidRefreshToken", "InvalidVerificationLink", "InvalidResetLink"]
    assert [body["error"] for _, body in answers] == errors
