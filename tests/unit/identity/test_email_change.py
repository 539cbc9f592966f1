from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from tests.fakes import FakeClock, call, make_shop, public_event
from tests.unit.identity.email_changes import (
    NEW,
    account,
    ask,
    change,
    confirm,
    confirm_token,
    undo,
    undo_tokens,
)
from tests.unit.identity.factors import add_factor
from tests.unit.identity.people import EMAIL, Member, at_once, change_password, join, login, refresh, register
from tests.unit.identity.tables import CountingTable

from tradewind.aws.events import timeline
from tradewind.aws.table import Update
from tradewind.edge.access import user_key
from tradewind.identity import links, reads
from tradewind.identity.model import (
    CHANGE_LINK_LIFETIME,
    FREE_ATTEMPTS,
    MAX_EMAIL_CHANGES,
    MAX_LINK_REQUESTS,
    UNDO_LIFETIME,
    User,
)
from tradewind.identity.password_reset import reset_password
from tradewind.kernel.partitions import user_partition
from tradewind.shop import Shop

NEWEST = "countess@lovelace.example"
NEW_PASSWORD = "a staple of new batteries"
HOUR = 3_600


def do_at_once(ways: list[Callable[[], int]]) -> list[int]:
    """Each of the ways once; what they answer in no order."""

    def act() -> int:
        return ways.pop()()

    return at_once(len(ways), act)


def event_types(shop: Shop, member: Member) -> list[str]:
    return [event.type for event in timeline(shop.table, user_partition(member.user_id))]


class TestRequest:
    def test_address_stays_what_it_is(self, shop: Shop, ada: Member) -> None:
        assert ask(shop, ada) == (202, None)
        assert (login(shop)[0], login(shop, NEW)[0]) == (200, 401)
        assert register(shop, email=NEW)[0] == 201

    def test_event_has_no_address(self, shop: Shop, ada: Member) -> None:
        ask(shop, ada)
        pending = account(shop, ada).pending_email
        assert pending
        [event] = [
            each for each in timeline(shop.table, user_partition(ada.user_id)) if each.type == "EmailChangeRequested"
        ]
        assert event.data == {"userId": ada.user_id, "changeId": pending.change_id}

    def test_address_is_kept_in_its_one_form(self, shop: Shop, ada: Member) -> None:
        ask(shop, ada, " Ada@BÜCHER.example ")
        pending = account(shop, ada).pending_email
        assert pending
        assert pending.email == "ada@xn--bcher-kva.example"

    @pytest.mark.parametrize(("email", "code"), [("ADA@example.com", "EmailUnchanged"), ("a@b", "InvalidEmail")])
    def test_own_address_and_what_is_none_are_refused(self, shop: Shop, ada: Member, email: str, code: str) -> None:
        status, body = ask(shop, ada, email)
        assert (status, body["error"]) == (422, code)
        assert [detail["field"] for detail in body["details"]] == ["email"]

    def test_wrong_password_is_refused_and_counted(self, shop: Shop, ada: Member) -> None:
        answers = [ask(shop, ada, password="a guess") for _ in range(FREE_ATTEMPTS + 1)]
        assert [status for status, _ in answers] == [422] * FREE_ATTEMPTS + [429]
        assert answers[0][1]["error"] == "WrongPassword"
        assert ask(shop, ada)[0] == 429
        assert account(shop, ada).pending_email is None

    def test_answer_reads_and_writes_are_alike_for_an_address_that_is_taken(self) -> None:
        trips = []
        for email in (NEW, "bob@example.com"):
            table = CountingTable()
            shop = make_shop(table=table)
            ada, _ = join(shop), join(shop, "bob@example.com")
            table.trips.clear()
            before = len(table.stream)
            assert ask(shop, ada, email) == (202, None)
            trips.append((list(table.trips), len(table.stream) - before))
        assert trips[0] == trips[1]

    def test_links_to_an_address_and_of_an_account_are_limited(self, shop: Shop, ada: Member) -> None:
        bob = join(shop, "bob@example.com")
        answers = [ask(shop, ada) for _ in range(MAX_LINK_REQUESTS + 1)]
        assert [status for status, _ in answers] == [202] * MAX_LINK_REQUESTS + [429]
        for status, body in (ask(shop, ada, NEWEST), ask(shop, bob, NEW)):
            assert (status, body["error"]) == (429, "TooManyEmailChanges")
        assert ask(shop, bob, NEWEST)[0] == 202

    def test_account_that_is_gone_is_not_found(self, shop: Shop, ada: Member) -> None:
        nobody = ada._replace(user_id="01KAJ0CSTMR000000000000099")
        assert ask(shop, nobody)[1]["error"] == "UserNotFound"

    def test_changes_within_a_week_are_limited(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        for number in range(MAX_EMAIL_CHANGES):
            change(shop, ada, f"ada-{number}@example.com")
            clock.advance(HOUR)
        status, body = ask(shop, ada)
        assert (status, body["error"]) == (429, "TooManyEmailChanges")
        clock.advance(UNDO_LIFETIME.total_seconds() - MAX_EMAIL_CHANGES * HOUR)
        assert ask(shop, ada)[0] == 202

    def test_of_two_requests_at_once_each_is_made_or_says_that_the_account_was_changed(
        self, shop: Shop, ada: Member
    ) -> None:
        answers = Counter(at_once(2, lambda: ask(shop, ada)[0]))
        assert answers[202] >= 1
        assert set(answers) <= {202, 409}


class TestConfirm:
    def test_new_address_is_that_of_the_account_and_verified(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        assert (login(shop, NEW)[0], login(shop)[0]) == (200, 401)
        user = account(shop, ada)
        assert (user.email, user.email_verified, user.pending_email) == (NEW, True, None)
        found = reads.find_user_by_email(shop.table, NEW)
        assert found
        assert found.user_id == ada.user_id
        assert reads.find_user_by_email(shop.table, EMAIL) is None

    def test_it_is_found_by_the_index_and_not_reminded_to_verify(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        item = shop.table.get(user_key(ada.user_id)) or {}
        listed = shop.table.get(reads.listed_account_key(ada.user_id)) or {}
        assert listed["GSI2SK"] == f"{NEW}#{ada.user_id}"
        assert "GSI2PK" not in item

    def test_sessions_go_on(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        assert refresh(shop, ada.refresh_token)[0] == 200

    def test_link_is_good_for_one_use(self, shop: Shop, ada: Member) -> None:
        ask(shop, ada)
        token = confirm_token(shop, ada)
        assert confirm(shop, token)[0] == 204
        assert confirm(shop, token)[1]["error"] == "InvalidChangeLink"

    def test_link_expires_after_half_an_hour(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        ask(shop, ada)
        token = confirm_token(shop, ada)
        clock.advance(CHANGE_LINK_LIFETIME.total_seconds())
        assert confirm(shop, token)[1]["error"] == "ChangeLinkExpired"
        assert login(shop)[0] == 200

    def test_later_request_voids_the_link_of_an_earlier_one(self, shop: Shop, ada: Member) -> None:
        ask(shop, ada)
        token = confirm_token(shop, ada)
        ask(shop, ada, NEWEST)
        assert confirm(shop, token)[1]["error"] == "InvalidChangeLink"
        assert confirm(shop, confirm_token(shop, ada))[0] == 204
        assert account(shop, ada).email == NEWEST

    def test_changed_password_voids_the_link(self, shop: Shop, ada: Member) -> None:
        """Who has wanted it may not be whose account it is."""
        ask(shop, ada)
        token = confirm_token(shop, ada)
        change_password(shop, ada.user_id, NEW_PASSWORD)
        assert confirm(shop, token)[1]["error"] == "InvalidChangeLink"

    def test_closed_account_voids_the_link(self, shop: Shop, ada: Member) -> None:
        ask(shop, ada)
        token = confirm_token(shop, ada)
        shop.table.write(Update(user_key(ada.user_id), set={"status": "disabled"}))
        assert confirm(shop, token)[1]["error"] == "InvalidChangeLink"

    @pytest.mark.parametrize("token", ["nonsense", f"{'0' * 26}.1.{'A' * 43}"])
    def test_what_is_no_link_is_refused(self, shop: Shop, token: str) -> None:
        for answer in (confirm(shop, token), undo(shop, token)):
            assert (answer[0], answer[1]["error"]) == (422, "InvalidChangeLink")

    def test_link_of_another_kind_is_refused(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        ask(shop, ada)
        for token in (
            links.issue_verification_token(ada.user_id, NEW, clock.now(), shop),
            links.issue_reset_token(ada.user_id, NEW, 1, clock.now(), shop),
        ):
            assert confirm(shop, str(token))[1]["error"] == "InvalidChangeLink"

    def test_address_that_was_registered_meanwhile_is_taken(self, shop: Shop, ada: Member) -> None:
        ask(shop, ada)
        join(shop, NEW)
        status, body = confirm(shop, confirm_token(shop, ada))
        assert (status, body["error"]) == (409, "EmailTaken")
        assert account(shop, ada).email == EMAIL

    def test_of_a_confirmation_and_a_registration_at_once_one_gets_the_address(self, shop: Shop, ada: Member) -> None:
        ask(shop, ada)
        token = confirm_token(shop, ada)
        ways = [lambda: confirm(shop, token)[0], lambda: register(shop, email=NEW)[0]]
        answers = do_at_once(ways)
        assert sorted(answers) in ([201, 409], [204, 409])

    def test_of_two_confirmations_at_once_one_is_made(self, shop: Shop, ada: Member) -> None:
        ask(shop, ada)
        token = confirm_token(shop, ada)
        answers = Counter(at_once(4, lambda: confirm(shop, token)[0]))
        assert answers[204] == 1
        assert set(answers) <= {204, 409, 422}
        assert event_types(shop, ada).count("EmailChanged") == 1

    def test_of_two_accounts_that_want_one_address_one_gets_it(self, shop: Shop, ada: Member) -> None:
        bob = join(shop, "bob@example.com")
        ask(shop, ada)
        ask(shop, bob)
        tokens = [confirm_token(shop, ada), confirm_token(shop, bob)]
        assert sorted(at_once(2, lambda: confirm(shop, tokens.pop())[0])) == [204, 409]


class TestAddressBefore:
    def test_is_nobodys_for_seven_days(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        change(shop, ada)
        for seconds in (0, UNDO_LIFETIME.total_seconds() - 1):
            clock.advance(seconds)
            assert register(shop)[1]["error"] == "EmailTaken"
            assert login(shop)[0] == 401

    def test_is_free_afterwards_though_its_claim_is_there(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        change(shop, ada)
        clock.advance(UNDO_LIFETIME.total_seconds())
        assert shop.table.get(reads.claim_key(EMAIL))
        assert register(shop)[0] == 201
        assert login(shop)[1]["user"]["userId"] != ada.user_id
        assert login(shop, NEW)[1]["user"]["userId"] == ada.user_id

    def test_no_link_to_a_password_goes_to_it(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        assert reads.find_owner_id(shop.table, EMAIL) == "0" * 26

    def test_can_be_the_accounts_again(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        change(shop, ada, EMAIL)
        assert (login(shop)[0], login(shop, NEW)[0]) == (200, 401)
        assert register(shop, email=NEW)[1]["error"] == "EmailTaken"


class TestUndo:
    def test_address_is_restored_and_everybody_signed_out(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        assert undo(shop, undo_tokens(shop, ada)[0]) == (204, None)
        assert account(shop, ada).email == EMAIL
        assert refresh(shop, ada.refresh_token)[0] == 401
        assert (login(shop)[0], login(shop, NEW)[0]) == (401, 401)

    def test_password_is_good_again_once_it_is_reset(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        undo(shop, undo_tokens(shop, ada)[0])
        *_, undone, wanted = timeline(shop.table, user_partition(ada.user_id))
        if undone.type == "PasswordResetRequested":
            undone, wanted = wanted, undone
        assert (undone.type, wanted.type) == ("EmailChangeUndone", "PasswordResetRequested")
        version = wanted.data["passwordVersion"]
        token = str(links.issue_reset_token(ada.user_id, EMAIL, version, wanted.occurred_at, shop))
        assert call(reset_password, public_event({"token": token, "newPassword": NEW_PASSWORD}), shop)[0] == 204
        assert login(shop, password=NEW_PASSWORD)[0] == 200

    def test_new_address_is_free_at_once(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        undo(shop, undo_tokens(shop, ada)[0])
        assert register(shop, email=NEW)[0] == 201

    def test_link_is_good_for_one_use(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        token = undo_tokens(shop, ada)[0]
        assert [undo(shop, token)[0], undo(shop, token)[0]] == [204, 422]

    def test_link_is_good_for_seven_days(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        change(shop, ada)
        token = undo_tokens(shop, ada)[0]
        clock.advance(UNDO_LIFETIME.total_seconds())
        assert undo(shop, token)[1]["error"] == "ChangeLinkExpired"
        assert account(shop, ada).email == NEW

    def test_of_the_first_change_wins_over_the_second(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        change(shop, ada, NEWEST)
        first, second = undo_tokens(shop, ada)
        assert undo(shop, first)[0] == 204
        assert account(shop, ada).email == EMAIL
        assert undo(shop, second)[1]["error"] == "InvalidChangeLink"
        assert [register(shop, email=email)[0] for email in (NEW, NEWEST)] == [201, 201]

    def test_of_the_second_change_leaves_that_of_the_first(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        change(shop, ada, NEWEST)
        first, second = undo_tokens(shop, ada)
        assert undo(shop, second)[0] == 204
        assert account(shop, ada).email == NEW
        assert register(shop)[1]["error"] == "EmailTaken"
        assert undo(shop, first)[0] == 204
        assert account(shop, ada).email == EMAIL

    def test_wins_over_a_change_back_and_forth(self, shop: Shop, ada: Member) -> None:
        for email in (NEW, EMAIL, NEWEST):
            shop.table.write(Update(reads.account_changes_key(ada.user_id, shop.clock.now()), set={"links": 0}))
            change(shop, ada, email)
        first, *_ = undo_tokens(shop, ada)
        assert undo(shop, first)[0] == 204
        assert account(shop, ada).email == EMAIL
        assert account(shop, ada).previous_emails == ()

    def test_of_a_change_back_locks_the_address_that_is_given_up_again(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        change(shop, ada, EMAIL)
        _, second = undo_tokens(shop, ada)
        assert undo(shop, second)[0] == 204
        assert account(shop, ada).email == NEW
        assert register(shop)[1]["error"] == "EmailTaken"

    def test_voids_an_address_that_waits_for_its_link(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        ask(shop, ada, NEWEST)
        token = confirm_token(shop, ada)
        undo(shop, undo_tokens(shop, ada)[0])
        assert confirm(shop, token)[1]["error"] == "InvalidChangeLink"

    def test_is_refused_for_an_account_that_is_being_deleted_for_good(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        shop.table.write(Update(user_key(ada.user_id), set={"status": "deleting"}))
        assert undo(shop, undo_tokens(shop, ada)[0])[1]["error"] == "InvalidChangeLink"

    def test_works_for_an_account_that_was_closed(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        shop.table.write(Update(user_key(ada.user_id), set={"status": "disabled"}))
        assert undo(shop, undo_tokens(shop, ada)[0])[0] == 204
        assert account(shop, ada).email == EMAIL
        assert not account(shop, ada).is_active

    def test_removes_a_second_factor_that_was_added_since(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        change(shop, ada)
        add_factor(shop, clock, ada)
        assert undo(shop, undo_tokens(shop, ada)[0])[0] == 204
        assert reads.find_factor(shop.table, ada.user_id) is None
        assert not account(shop, ada).has_second_factor
        assert event_types(shop, ada).count("SecondFactorRemoved") == 1

    def test_keeps_a_second_factor_from_before(self, shop: Shop, clock: FakeClock, ada: Member) -> None:
        add_factor(shop, clock, ada)
        clock.advance(HOUR)
        change(shop, ada)
        assert undo(shop, undo_tokens(shop, ada)[0])[0] == 204
        assert reads.find_factor(shop.table, ada.user_id)
        assert account(shop, ada).has_second_factor
        assert "SecondFactorRemoved" not in event_types(shop, ada)

    def test_of_two_at_once_one_is_made(self, shop: Shop, ada: Member) -> None:
        change(shop, ada)
        token = undo_tokens(shop, ada)[0]
        answers = Counter(at_once(4, lambda: undo(shop, token)[0]))
        assert answers[204] == 1
        assert set(answers) <= {204, 409, 422}

    def test_of_an_undoing_and_a_second_confirmation_at_once_the_first_address_is_there_in_the_end(
        self, shop: Shop, ada: Member
    ) -> None:
        change(shop, ada)
        ask(shop, ada, NEWEST)
        undo_token, confirm_link = undo_tokens(shop, ada)[0], confirm_token(shop, ada)
        ways = [lambda: undo(shop, undo_token)[0], lambda: confirm(shop, confirm_link)[0]]
        do_at_once(ways)
        if account(shop, ada).email != EMAIL:
            assert undo(shop, undo_token)[0] == 204
        assert account(shop, ada).email == EMAIL
        assert confirm(shop, confirm_link)[0] == 422

    def test_leaves_an_address_alone_that_is_another_accounts_by_now(
        self, shop: Shop, clock: FakeClock, ada: Member
    ) -> None:
        """A lock that was over at one moment and taken by somebody else at the next."""
        change(shop, ada)
        token = undo_tokens(shop, ada)[0]
        clock.advance(UNDO_LIFETIME.total_seconds())
        join(shop)
        clock.advance(-timedelta(seconds=1).total_seconds())
        assert undo(shop, token)[1]["error"] == "UserChanged"
        assert account(shop, ada).email == NEW


def test_times_and_ids_survive_the_table(shop: Shop, ada: Member) -> None:
    change(shop, ada)
    ask(shop, ada, NEWEST)
    user = account(shop, ada)
    assert msgspec.convert(msgspec.to_builtins(user), User) == user
    assert (len(user.previous_emails), user.pending_email is not None) == (1, True)
