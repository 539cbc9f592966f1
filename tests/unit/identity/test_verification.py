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
from tradewind.edge.access import user_key
from tradewind.identity import handlers, links, reads
from tradewind.identity.administrators import create_admin
from tradewind.identity.model import LINK_LIFETIME, LINK_REQUESTS_WINDOW, MAX_LINK_REQUESTS
from tradewind.identity.verification import resend_verification, verify_email
from tradewind.kernel.events import Event
from tradewind.kernel.partitions import user_partition
from tradewind.shop import Shop

REQUESTED, VERIFIED = "EmailVerificationRequested", "EmailVerified"


def token_of(shop: Shop, user_id: str, requested_at: datetime = START, email: str = EMAIL) -> str:
    return str(links.issue_verification_token(user_id, email, requested_at, shop))


def verify(shop: Shop, token: str) -> tuple[int, Any]:
    return call(verify_email, public_event({"token": token}), shop)


def resend(shop: Shop, email: str = EMAIL) -> tuple[int, Any]:
    return call(resend_verification, public_event({"email": email}), shop)


def me(shop: Shop, user_id: str) -> Any:  # noqa: ANN401 - JSON
    return call(handlers.get_me, customer_event(user_id=user_id), shop)[1]


def events_of(shop: Shop, user_id: str, kind: str) -> list[Event]:
    return [event for event in timeline(shop.table, user_partition(user_id)) if event.type == kind]


def count_unverified(table: Table) -> int:
    """Count the accounts in the index."""
    shards = range(reads.UNVERIFIED_SHARDS)
    return sum(len(table.query(Query(f"UNVERIFIED#{shard}", index="GSI2")).items) for shard in shards)


class TestVerify:
    def test_a_new_account_is_unverified_until_the_link_is_followed(self, shop: Shop, ada: Member) -> None:
        assert me(shop, ada.user_id)["emailVerified"] is False
        assert count_unverified(shop.table) == 1
        assert verify(shop, token_of(shop, ada.user_id)) == (204, None)
        assert me(shop, ada.user_id)["emailVerified"] is True
        assert count_unverified(shop.table) == 0

    def test_event_is_recorded_once_however_often_the_link_is_followed(self, shop: Shop, ada: Member) -> None:
        token = token_of(shop, ada.user_id)
        assert [verify(shop, token)[0] for _ in range(3)] == [204] * 3
        [event] = events_of(shop, ada.user_id, VERIFIED)
        assert (event.data, event.sequence, event.correlation_id) == ({"userId": ada.user_id}, 2, "request-1")

    def test_event_is_recorded_once_when_the_link_is_followed_concurrently(self, shop: Shop, ada: Member) -> None:
        token = token_of(shop, ada.user_id)
        assert Counter(at_once(8, lambda: verify(shop, token)[0])) == {204: 8}
        assert len(events_of(shop, ada.user_id, VERIFIED)) == 1

    def test_link_expires_after_two_days(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        token = token_of(shop, ada.user_id)
        clock.advance(LINK_LIFETIME.total_seconds())
        status, body = verify(shop, token)
        assert (status, body["error"]) == (422, "VerificationLinkExpired")
        assert me(shop, ada.user_id)["emailVerified"] is False
        assert verify(shop, token_of(shop, ada.user_id, clock.now()))[0] == 204

    def test_expired_link_of_a_verified_address_is_no_error(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        token = token_of(shop, ada.user_id)
        verify(shop, token)
        clock.advance(LINK_LIFETIME.total_seconds())
        assert verify(shop, token) == (204, None)

    @pytest.mark.parametrize("email", ["eve@example.com", "ADA@example.com"])
    def test_link_for_another_address_is_refused(self, shop: Shop, ada: Member, email: str) -> None:
        status, body = verify(shop, token_of(shop, ada.user_id, email=email))
        assert (status, body["error"]) == (422, "InvalidVerificationLink")
        assert me(shop, ada.user_id)["emailVerified"] is False

    @pytest.mark.usefixtures("ada")
    def test_link_of_an_unknown_user_is_refused(self, shop: Shop) -> None:
        assert verify(shop, token_of(shop, CUSTOMER_ID))[1]["error"] == "InvalidVerificationLink"

    @pytest.mark.parametrize("token", ["x", "a.b.c", "01KAJ0CSTMR000000000000001.1.", "01KAJ0CSTMR000000000000001"])
    def test_malformed_link_is_refused_without_a_read(self, token: str) -> None:
        shop = make_shop(table=(table := CountingTable()))
        assert verify(shop, token)[1]["error"] == "InvalidVerificationLink"
        assert table.trips == []

    def test_account_without_the_attribute_is_unverified_and_can_be_verified(self, shop: Shop, ada: Member) -> None:
        old = Update(user_key(ada.user_id), remove=("emailVerified", "GSI2PK", "GSI2SK"))
        shop.table.write(old)
        assert me(shop, ada.user_id)["emailVerified"] is False
        assert verify(shop, token_of(shop, ada.user_id))[0] == 204
        assert me(shop, ada.user_id)["emailVerified"] is True

    def test_unverified_user_can_sign_in_and_change_the_password(self, shop: Shop, ada: Member) -> None:
        assert login(shop)[0] == 200
        assert change_password(shop, ada.user_id, "a difference engine")[0] == 204

    def test_administrator_made_by_an_operator_is_verified(self, shop: Shop) -> None:
        admin_id = create_admin(shop, "root@example.com", "a very long password", "Grace", "Hopper")
        assert me(shop, admin_id)["emailVerified"] is True
        assert count_unverified(shop.table) == 0

    def test_crash_at_any_call_leaves_the_address_verified_with_its_event_or_neither(self) -> None:
        for moment in moments(2):
            shop = make_shop()
            ada, table = join(shop), shop.table
            token = token_of(shop, ada.user_id)
            shop.table = DyingTable(table, moment)
            assert verify(shop, token)[0] == 500
            shop.table = table
            assert me(shop, ada.user_id)["emailVerified"] is bool(events_of(shop, ada.user_id, VERIFIED))
            assert verify(shop, token)[0] == 204
            assert len(events_of(shop, ada.user_id, VERIFIED)) == 1


class TestResend:
    def test_request_for_an_unverified_address_records_an_event(self, shop: Shop, ada: Member) -> None:
        assert resend(shop, " ADA@Example.com ") == (202, None)
        [event] = events_of(shop, ada.user_id, REQUESTED)
        assert event.data == {"userId": ada.user_id}

    def test_verified_unknown_or_closed_account_gets_the_same_answer_and_no_event(
        self, shop: Shop, ada: Member
    ) -> None:
        _, closed = register(shop, email="closed@example.com")
        shop.table.write(Update(user_key(closed["userId"]), set={"status": "disabled"}))
        verify(shop, token_of(shop, ada.user_id))
        for email in (EMAIL, "nobody@example.com", "closed@example.com"):
            assert resend(shop, email) == (202, None)
        assert events_of(shop, ada.user_id, REQUESTED) + events_of(shop, closed["userId"], REQUESTED) == []

    @pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
    def test_requests_are_limited_per_hour_whether_there_is_an_account_or_not(
        self, shop: Shop, clock: FakeClock, ada: Member, email: str
    ) -> None:
        assert [resend(shop, email)[0] for _ in range(MAX_LINK_REQUESTS)] == [202] * MAX_LINK_REQUESTS
        refused = resend_verification(public_event({"email": email}), None, shop)
        assert (refused["statusCode"], refused["headers"]["retry-after"]) == (429, "3355")
        clock.advance(LINK_REQUESTS_WINDOW.total_seconds())
        assert resend(shop, email)[0] == 202
        assert len(events_of(shop, ada.user_id, REQUESTED)) == (MAX_LINK_REQUESTS + 1 if email == EMAIL else 0)

    def test_request_costs_the_same_with_and_without_an_account(self) -> None:
        shop = make_shop(table=(table := CountingTable()))
        join(shop)
        trips = []
        for email in (EMAIL, "nobody@example.com"):
            table.trips.clear()
            resend(shop, email)
            trips.append(list(table.trips))
        assert trips[0] == trips[1]

    @pytest.mark.parametrize("email", ["ada", "", "x" * 260 + "@example.com"])
    def test_invalid_address_is_refused(self, shop: Shop, email: str) -> None:
        assert resend(shop, email)[0] == 422


def test_dying_table_really_dies(shop: Shop) -> None:
    table = DyingTable(shop.table, next(moments(1)))
    with pytest.raises(Crash):
        reads.find_user(table, CUSTOMER_ID)
