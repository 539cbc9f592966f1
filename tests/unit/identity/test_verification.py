from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from tests.dying import Crash, DyingTable, moments
from tests.fakes import CUSTOMER_ID, START, FakeClock, call, customer_event, make_shop, public_event
from tests.unit.identity.people import EMAIL, Member, at_once, change_password, join, login, register
from tests.unit.identity.tables import CountingTable

from tradewind.aws.events import timeline
from tradewind.aws.table import Query, Table, Update
from tradewind.identity import handlers, links, store
from tradewind.identity.model import LINK_GOOD_FOR, LINKS_WINDOW, MAX_LINKS
from tradewind.identity.public import create_admin
from tradewind.identity.verification import resend_verification, verify_email
from tradewind.kernel.events import Event
from tradewind.shop import Shop

REQUESTED, VERIFIED = "EmailVerificationRequested", "EmailVerified"


def token_of(shop: Shop, user_id: str, asked_at: datetime = START, email: str = EMAIL) -> str:
    return str(links.issued(user_id, email, asked_at, shop))


def verify(shop: Shop, token: str) -> tuple[int, Any]:
    return call(verify_email, public_event({"token": token}), shop)


def resend(shop: Shop, email: str = EMAIL) -> tuple[int, Any]:
    return call(resend_verification, public_event({"email": email}), shop)


def me(shop: Shop, user_id: str) -> Any:  # noqa: ANN401 - JSON
    return call(handlers.me, customer_event(user_id=user_id), shop)[1]


def told(shop: Shop, user_id: str, kind: str) -> list[Event]:
    return [event for event in timeline(shop.table, store.user_partition(user_id)) if event.type == kind]


def unverified(table: Table) -> int:
    """How many accounts stand in the index."""
    shards = range(store.UNVERIFIED_SHARDS)
    return sum(len(table.query(Query(f"UNVERIFIED#{shard}", index="GSI2")).items) for shard in shards)


class TestVerify:
    def test_a_new_account_is_unverified_until_the_link_is_followed(self, shop: Shop, ada: Member) -> None:
        assert me(shop, ada.user_id)["emailVerified"] is False
        assert unverified(shop.table) == 1
        assert verify(shop, token_of(shop, ada.user_id)) == (204, None)
        assert me(shop, ada.user_id)["emailVerified"] is True
        assert unverified(shop.table) == 0

    def test_it_is_told_once_however_often_the_link_is_followed(self, shop: Shop, ada: Member) -> None:
        token = token_of(shop, ada.user_id)
        assert [verify(shop, token)[0] for _ in range(3)] == [204] * 3
        [event] = told(shop, ada.user_id, VERIFIED)
        assert (event.data, event.sequence, event.correlation_id) == ({"userId": ada.user_id}, 2, "request-1")

    def test_it_is_told_once_when_the_link_is_followed_many_times_at_once(self, shop: Shop, ada: Member) -> None:
        token = token_of(shop, ada.user_id)
        assert Counter(at_once(8, lambda: verify(shop, token)[0])) == {204: 8}
        assert len(told(shop, ada.user_id, VERIFIED)) == 1

    def test_a_link_is_good_for_two_days(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        token = token_of(shop, ada.user_id)
        clock.advance(LINK_GOOD_FOR.total_seconds())
        status, body = verify(shop, token)
        assert (status, body["error"]) == (422, "VerificationLinkExpired")
        assert me(shop, ada.user_id)["emailVerified"] is False
        assert verify(shop, token_of(shop, ada.user_id, clock.now()))[0] == 204

    def test_an_old_link_to_what_was_verified_is_no_error(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        token = token_of(shop, ada.user_id)
        verify(shop, token)
        clock.advance(LINK_GOOD_FOR.total_seconds())
        assert verify(shop, token) == (204, None)

    @pytest.mark.parametrize("email", ["eve@example.com", "ADA@example.com"])
    def test_a_link_for_another_address_is_worth_nothing(self, shop: Shop, ada: Member, email: str) -> None:
        status, body = verify(shop, token_of(shop, ada.user_id, email=email))
        assert (status, body["error"]) == (422, "InvalidVerificationLink")
        assert me(shop, ada.user_id)["emailVerified"] is False

    @pytest.mark.usefixtures("ada")
    def test_a_link_of_nobody_is_worth_nothing(self, shop: Shop) -> None:
        assert verify(shop, token_of(shop, CUSTOMER_ID))[1]["error"] == "InvalidVerificationLink"

    @pytest.mark.parametrize("token", ["x", "a.b.c", "01KAJ0CSTMR000000000000001.1.", "01KAJ0CSTMR000000000000001"])
    def test_what_is_no_link_costs_no_read(self, token: str) -> None:
        shop = make_shop(table=(table := CountingTable()))
        assert verify(shop, token)[1]["error"] == "InvalidVerificationLink"
        assert table.trips == []

    def test_an_account_from_before_reads_as_unverified_and_can_be_verified(self, shop: Shop, ada: Member) -> None:
        old = Update(store.user_key(ada.user_id), remove=("emailVerified", "GSI2PK", "GSI2SK"))
        shop.table.write(old)
        assert me(shop, ada.user_id)["emailVerified"] is False
        assert verify(shop, token_of(shop, ada.user_id))[0] == 204
        assert me(shop, ada.user_id)["emailVerified"] is True

    def test_who_is_not_verified_signs_in_and_changes_the_password(self, shop: Shop, ada: Member) -> None:
        assert login(shop)[0] == 200
        assert change_password(shop, ada.user_id, "a difference engine")[0] == 204

    def test_an_administrator_whom_an_operator_makes_needs_no_link(self, shop: Shop) -> None:
        admin_id = create_admin(shop, "root@example.com", "a very long password", "Grace", "Hopper")
        assert me(shop, admin_id)["emailVerified"] is True
        assert unverified(shop.table) == 0

    def test_a_crash_at_any_call_leaves_the_address_verified_and_told_of_or_neither(self) -> None:
        for moment in moments(2):
            shop = make_shop()
            ada, table = join(shop), shop.table
            token = token_of(shop, ada.user_id)
            shop.table = DyingTable(table, moment)
            assert verify(shop, token)[0] == 500
            shop.table = table
            assert me(shop, ada.user_id)["emailVerified"] is bool(told(shop, ada.user_id, VERIFIED))
            assert verify(shop, token)[0] == 204
            assert len(told(shop, ada.user_id, VERIFIED)) == 1


class TestResend:
    def test_another_link_is_told_of_for_an_unverified_address(self, shop: Shop, ada: Member) -> None:
        assert resend(shop, " ADA@Example.com ") == (202, None)
        [event] = told(shop, ada.user_id, REQUESTED)
        assert event.data == {"userId": ada.user_id}

    def test_who_is_verified_or_unknown_or_closed_gets_the_same_answer_and_no_letter(
        self, shop: Shop, ada: Member
    ) -> None:
        _, closed = register(shop, email="closed@example.com")
        shop.table.write(Update(store.user_key(closed["userId"]), set={"status": "disabled"}))
        verify(shop, token_of(shop, ada.user_id))
        for email in (EMAIL, "nobody@example.com", "closed@example.com"):
            assert resend(shop, email) == (202, None)
        assert told(shop, ada.user_id, REQUESTED) + told(shop, closed["userId"], REQUESTED) == []

    @pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
    def test_some_links_an_hour_are_enough_whether_there_is_an_account_or_not(
        self, shop: Shop, clock: FakeClock, ada: Member, email: str
    ) -> None:
        assert [resend(shop, email)[0] for _ in range(MAX_LINKS)] == [202] * MAX_LINKS
        refused = resend_verification(public_event({"email": email}), None, shop)
        assert (refused["statusCode"], refused["headers"]["retry-after"]) == (429, "3355")
        clock.advance(LINKS_WINDOW.total_seconds())
        assert resend(shop, email)[0] == 202
        assert len(told(shop, ada.user_id, REQUESTED)) == (MAX_LINKS + 1 if email == EMAIL else 0)

    def test_an_account_cannot_be_told_from_none_by_what_the_answer_cost(self) -> None:
        shop = make_shop(table=(table := CountingTable()))
        join(shop)
        trips = []
        for email in (EMAIL, "nobody@example.com"):
            table.trips.clear()
            resend(shop, email)
            trips.append(list(table.trips))
        assert trips[0] == trips[1]

    @pytest.mark.parametrize("email", ["ada", "", "x" * 260 + "@example.com"])
    def test_what_is_no_address_is_refused(self, shop: Shop, email: str) -> None:
        assert resend(shop, email)[0] == 422


def test_a_dying_function_is_seen_to_die(shop: Shop) -> None:
    table = DyingTable(shop.table, next(moments(1)))
    with pytest.raises(Crash):
        store.user(table, CUSTOMER_ID)
