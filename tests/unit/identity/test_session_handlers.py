from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import Event, FakeClock, call, customer_event, public_event
from tests.unit.identity.people import EMAIL, PASSWORD, Member, change_password, logout, refresh, sign_in_member

from tradewind.identity import sign_in
from tradewind.identity.session_handlers import end_other_sessions, end_session, list_sessions
from tradewind.shop import Shop

DAY_SECONDS = 24 * 60 * 60


def session_of(member: Member) -> str:
    return member.refresh_token.split(".")[1]


def event_of(member: Member, **request: Any) -> Event:  # noqa: ANN401 - as customer_event
    """A request in the member's own session."""
    event = customer_event(user_id=member.user_id, **request)
    event["requestContext"]["authorizer"]["sessionId"] = session_of(member)
    return event


def listed(shop: Shop, member: Member) -> list[dict[str, Any]]:
    status, body = call(list_sessions, event_of(member), shop)
    assert status == 200
    items: list[dict[str, Any]] = body["items"]
    return items


class TestList:
    def test_newest_first_with_the_current_one_marked(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        clock.advance(60)
        newer = sign_in_member(shop)
        shown = [(each["sessionId"], each["isCurrent"]) for each in listed(shop, ada)]
        assert shown == [(session_of(newer), False), (session_of(ada), True)]

    @pytest.mark.parametrize(("given", "shown"), [("Phone\u202e\n 1.0", "Phone 1.0"), ("x" * 300, "x" * 200), ("", "")])
    def test_device_is_what_the_program_calls_itself(self, shop: Shop, ada: Member, given: str, shown: str) -> None:
        login = public_event({"email": EMAIL, "password": PASSWORD}, headers={"User-Agent": given})
        call(sign_in.login, login, shop)
        assert shown in [each["device"] for each in listed(shop, ada)]

    def test_sessions_that_ended_are_not_shown(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        signed_out, expired = sign_in_member(shop), sign_in_member(shop)
        logout(shop, signed_out.user_id, signed_out.refresh_token)
        clock.advance(6 * DAY_SECONDS)
        _, pair = refresh(shop, ada.refresh_token)
        clock.advance(2 * DAY_SECONDS)
        current = ada._replace(refresh_token=pair["refreshToken"])
        assert [each["sessionId"] for each in listed(shop, current)] == [session_of(ada)]
        assert session_of(expired) != session_of(ada)

    def test_sessions_under_an_earlier_password_are_not_shown(self, shop: Shop, ada: Member) -> None:
        sign_in_member(shop)
        change_password(shop, ada.user_id, "difference engine", refreshToken=ada.refresh_token)
        assert [each["sessionId"] for each in listed(shop, ada)] == [session_of(ada)]


class TestEndOne:
    def test_it_is_over_and_the_others_go_on(self, shop: Shop, ada: Member) -> None:
        other = sign_in_member(shop)
        event = event_of(ada, path={"sessionId": session_of(other)})
        assert [call(end_session, event, shop)[0] for _ in range(2)] == [204, 204]
        assert (refresh(shop, other.refresh_token)[0], refresh(shop, ada.refresh_token)[0]) == (401, 200)

    def test_unknown_one_is_not_found(self, shop: Shop, ada: Member) -> None:
        event = event_of(ada, path={"sessionId": "01KAJ0SESS0000000000000099"})
        status, body = call(end_session, event, shop)
        assert (status, body["error"]) == (404, "SessionNotFound")


class TestEndOthers:
    def test_all_but_the_own_are_over(self, shop: Shop, ada: Member) -> None:
        others = [sign_in_member(shop) for _ in range(3)]
        assert call(end_other_sessions, event_of(ada), shop)[0] == 204
        assert [refresh(shop, each.refresh_token)[0] for each in others] == [401] * 3
        assert refresh(shop, ada.refresh_token)[0] == 200

    def test_session_that_has_ended_ends_no_others(self, shop: Shop, ada: Member) -> None:
        other = sign_in_member(shop)
        logout(shop, ada.user_id, ada.refresh_token)
        status, body = call(end_other_sessions, event_of(ada), shop)
        assert (status, body["error"]) == (401, "SessionRevoked")
        assert refresh(shop, other.refresh_token)[0] == 200
