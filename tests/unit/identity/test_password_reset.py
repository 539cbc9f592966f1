from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from tests.fakes import FakeClock, call, public_event
from tests.unit.identity.people import EMAIL, PASSWORD, Member, at_once, join, login, refresh

from tradewind.aws.events import timeline
from tradewind.aws.table import Update
from tradewind.edge.access import user_key
from tradewind.identity import links, reads
from tradewind.identity.model import FREE_ATTEMPTS, MAX_LINK_REQUESTS, RESET_LIFETIME
from tradewind.identity.password_reset import forgot_password, reset_password
from tradewind.kernel.events import Event
from tradewind.kernel.partitions import user_partition
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

NEW = "a staple of new batteries"


def ask(shop: Shop, email: str = EMAIL) -> tuple[int, Any]:
    return call(forgot_password, public_event({"email": email}), shop)


def requests(shop: Shop, member: Member) -> list[Event]:
    return [
        event
        for event in timeline(shop.table, user_partition(member.user_id))
        if event.type == "PasswordResetRequested"
    ]


def token_of(shop: Shop, member: Member, email: str = EMAIL) -> str:
    """The token of the newest link that was asked for."""
    event = requests(shop, member)[-1]
    version = event.data["passwordVersion"]
    return str(links.issue_reset_token(member.user_id, email, version, event.occurred_at, shop))


def reset(shop: Shop, token: str, password: str = NEW) -> tuple[int, Any]:
    return call(reset_password, public_event({"token": token, "newPassword": password}), shop)


class TestForgotPassword:
    def test_event_is_recorded_for_an_account(self, shop: Shop, ada: Member) -> None:
        assert ask(shop, "ADA@example.com") == (202, None)
        [event] = requests(shop, ada)
        assert event.data == {"userId": ada.user_id, "passwordVersion": 1}

    @pytest.mark.usefixtures("ada")
    def test_answer_and_writes_are_alike_for_an_unknown_address_and_a_closed_account(self, shop: Shop) -> None:
        closed = join(shop, "bob@example.com")
        shop.table.write(Update(user_key(closed.user_id), set={"status": "disabled"}))
        for email in (EMAIL, "nobody@example.com", "bob@example.com"):
            assert isinstance(shop.table, MemoryTable)
            before = len(shop.table.stream)
            assert ask(shop, email) == (202, None)
            assert len(shop.table.stream) - before == 2
        assert requests(shop, closed) == []

    def test_links_are_limited_for_known_and_unknown_addresses(self, shop: Shop, ada: Member) -> None:
        for email in (EMAIL, "nobody@example.com"):
            answers = [ask(shop, email)[0] for _ in range(MAX_LINK_REQUESTS + 1)]
            assert answers == [202] * MAX_LINK_REQUESTS + [429]
        assert len(requests(shop, ada)) == MAX_LINK_REQUESTS


class TestResetPassword:
    def test_new_password_is_good_and_the_old_one_and_all_sessions_are_not(self, shop: Shop, ada: Member) -> None:
        ask(shop)
        assert reset(shop, token_of(shop, ada)) == (204, None)
        assert (login(shop, password=PASSWORD)[0], login(shop, password=NEW)[0]) == (401, 200)
        assert refresh(shop, ada.refresh_token)[0] == 401

    def test_address_is_verified_by_it(self, shop: Shop, ada: Member) -> None:
        ask(shop)
        reset(shop, token_of(shop, ada))
        user = reads.find_user(shop.table, ada.user_id)
        assert user
        assert user.email_verified

    def test_event_is_recorded(self, shop: Shop, ada: Member) -> None:
        ask(shop)
        reset(shop, token_of(shop, ada))
        recorded = [event.type for event in timeline(shop.table, user_partition(ada.user_id))]
        assert recorded.count("PasswordChanged") == 1

    def test_link_is_good_for_one_use(self, shop: Shop, ada: Member) -> None:
        ask(shop)
        token = token_of(shop, ada)
        assert [reset(shop, token)[0], reset(shop, token, "another password of mine")[0]] == [204, 422]
        assert login(shop, password=NEW)[0] == 200

    def test_of_many_uses_at_once_one_sets_the_password(self, shop: Shop, ada: Member) -> None:
        ask(shop)
        token = token_of(shop, ada)
        answers = Counter(at_once(6, lambda: reset(shop, token)[0]))
        assert answers[204] == 1
        assert set(answers) <= {204, 409, 422}

    def test_every_other_link_is_void_after_it(self, shop: Shop, ada: Member) -> None:
        ask(shop)
        first = token_of(shop, ada)
        ask(shop)
        assert reset(shop, token_of(shop, ada))[0] == 204
        assert reset(shop, first)[1]["error"] == "InvalidResetLink"

    def test_link_expires_after_half_an_hour(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        ask(shop)
        token = token_of(shop, ada)
        clock.advance(RESET_LIFETIME.total_seconds())
        assert reset(shop, token)[1]["error"] == "ResetLinkExpired"
        assert login(shop)[0] == 200

    def test_pauses_between_attempts_end(self, shop: Shop, ada: Member) -> None:
        for _ in range(FREE_ATTEMPTS + 1):
            login(shop, password="a guess")
        assert login(shop)[0] == 429
        ask(shop)
        reset(shop, token_of(shop, ada))
        assert login(shop, password=NEW)[0] == 200

    def test_weak_password_is_refused_and_the_link_stays_good(self, shop: Shop, ada: Member) -> None:
        ask(shop)
        token = token_of(shop, ada)
        status, body = reset(shop, token, "password123")
        assert (status, body["error"], body["details"][0]["field"]) == (422, "WeakPassword", "newPassword")
        assert reset(shop, token)[0] == 204

    def test_link_of_a_closed_account_is_not_valid(self, shop: Shop, ada: Member) -> None:
        ask(shop)
        token = token_of(shop, ada)
        shop.table.write(Update(user_key(ada.user_id), set={"status": "disabled"}))
        assert reset(shop, token)[1]["error"] == "InvalidResetLink"

    @pytest.mark.parametrize("forge", [str.lower, lambda token: token[:-1], lambda token: token + "x", lambda _: "x"])
    def test_forged_link_is_not_valid(self, shop: Shop, ada: Member, forge: Any) -> None:  # noqa: ANN401 - a function
        ask(shop)
        assert reset(shop, forge(token_of(shop, ada)))[1]["error"] == "InvalidResetLink"

    def test_link_that_verifies_an_address_sets_no_password(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        token = links.issue_verification_token(ada.user_id, EMAIL, clock.now(), shop)
        assert reset(shop, str(token))[1]["error"] == "InvalidResetLink"
