from __future__ import annotations

from collections import Counter

import bcrypt
import msgspec
import pytest
from argon2 import PasswordHasher
from tests.fakes import CUSTOMER_ID, FakeClock, FakeSecrets, call, customer_event, make_shop, public_event
from tests.unit.identity.people import (
    EMAIL,
    PASSWORD,
    Member,
    at_once,
    change_password,
    join,
    login,
    logout,
    refresh,
    register,
    registration,
    sign_in_member,
)
from tests.unit.identity.tables import CountingTable, RendezvousTable

from tradewind.aws.events import timeline
from tradewind.aws.table import Query, Update, query_all
from tradewind.edge.access import user_key
from tradewind.identity import reads, sessions, sign_in, writes
from tradewind.identity.model import REFRESH_GRACE, Session, User
from tradewind.identity.tokens import AccessTokens
from tradewind.kernel.caller import AccountStatus, Role
from tradewind.kernel.partitions import user_partition
from tradewind.shop import Shop

DAY_SECONDS = 86_400


def user_of(shop: Shop, user_id: str) -> User:
    user = reads.find_user(shop.table, user_id)
    assert user is not None
    return user


def sessions_of(shop: Shop, user_id: str) -> list[Session]:
    found = query_all(shop.table, Query(user_partition(user_id), begins="SESSION#"))
    return [reads.session_from(item) for item in found]


def events_of(shop: Shop, user_id: str) -> list[str]:
    return [event.type for event in timeline(shop.table, user_partition(user_id))]


def set_password_hash(shop: Shop, user_id: str, password_hash: str) -> None:
    shop.table.write(Update(user_key(user_id), set={"passwordHash": password_hash}))


def disable(shop: Shop, user_id: str) -> None:
    shop.table.write(Update(user_key(user_id), set={"status": AccountStatus.DISABLED.value}))


class TestRegister:
    def test_a_new_customer_is_shown_without_the_password(self, shop: Shop) -> None:
        status, body = register(shop, email=" Ada@Example.com ")
        assert status == 201
        assert body == {
            "userId": body["userId"],
            "email": "ada@example.com",
            "emailVerified": False,
            "firstName": "Ada",
            "lastName": "Lovelace",
            "phone": None,
            "role": "customer",
            "permissions": [],
            "status": "active",
            "hasSecondFactor": False,
            "createdAt": body["createdAt"],
            "updatedAt": body["createdAt"],
        }

    def test_table_holds_a_hash_and_the_event_only_the_user_id(self, shop: Shop) -> None:
        _, body = register(shop)
        user_id = body["userId"]
        stored = query_all(shop.table, Query(user_partition(user_id)))
        assert PASSWORD not in msgspec.json.encode(stored).decode()
        assert user_of(shop, user_id).password_hash.startswith("$argon2id$")
        [event] = timeline(shop.table, user_partition(user_id))
        assert (event.type, event.sequence, event.data) == ("UserRegistered", 1, {"userId": user_id})
        assert event.correlation_id == "request-1"

    def test_email_is_taken_whatever_its_capitals(self, shop: Shop) -> None:
        register(shop)
        status, body = register(shop, email="ADA@EXAMPLE.COM")
        assert (status, body["error"]) == (409, "EmailTaken")

    def test_of_many_registrations_at_once_exactly_one_wins(self, shop: Shop) -> None:
        answers = at_once(8, lambda: register(shop))
        assert Counter(status for status, _ in answers) == {201: 1, 409: 7}
        [winner] = [body["userId"] for status, body in answers if status == 201]
        assert sign_in_member(shop).user_id == winner

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"email": "ada"}, "email"),
            ({"email": "x" * 250 + "@example.com"}, "email"),
            ({"password": "short"}, "password"),
            ({"password": "x" * 129}, "password"),
            ({"firstName": ""}, "firstName"),
            ({"firstName": "  "}, "firstName"),
            ({"lastName": "Love\nlace"}, "lastName"),
            ({"lastName": "Lovelace\n"}, "lastName"),
            ({"lastName": "x" * 101}, "lastName"),
        ],
    )
    def test_invalid_field_is_named(self, shop: Shop, changes: dict[str, str], field: str) -> None:
        status, body = register(shop, **changes)
        assert (status, body["error"]) == (422, "InvalidRequest")
        assert [detail["field"] for detail in body["details"]] == [field]

    def test_address_without_a_domain_is_refused(self, shop: Shop) -> None:
        status, body = register(shop, email="ada@home")
        assert (status, body["error"]) == (422, "InvalidEmail")

    @pytest.mark.parametrize("weak", ["password123", "ADA@example.com"])
    def test_a_weak_password_is_refused(self, shop: Shop, weak: str) -> None:
        status, body = register(shop, password=weak)
        assert (status, body["error"], body["details"][0]["field"]) == (422, "WeakPassword", "password")

    def test_role_in_the_request_is_refused(self, shop: Shop) -> None:
        status, body = register(shop, role="admin")
        assert (status, [detail["field"] for detail in body["details"]]) == (422, ["role"])


class TestLogin:
    def test_returns_a_token_for_a_while_and_the_user(self, shop: Shop) -> None:
        register(shop)
        status, body = login(shop, " ADA@example.com")
        assert (status, body["expiresIn"], body["user"]["email"]) == (200, 900, EMAIL)
        claims = AccessTokens.of(shop).verify(body["token"])
        assert (claims.sub, claims.role) == (body["user"]["userId"], Role.CUSTOMER)

    @pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("eve@example.com", PASSWORD), ("?", "?")])
    def test_says_the_same_for_unknown_email_and_wrong_password(self, shop: Shop, email: str, password: str) -> None:
        register(shop)
        status, body = login(shop, email, password)
        assert (status, body["error"]) == (401, "InvalidCredentials")
        assert body["message"] == "The email address or the password is wrong."

    def test_after_too_many_failures_says_when_to_retry(self, shop: Shop) -> None:
        register(shop)
        failed = [login(shop, password="wrong")[0] for _ in range(10)]
        answer = sign_in.login(public_event({"email": EMAIL, "password": PASSWORD}), None, shop)
        assert failed == [401] * 10
        assert answer["statusCode"] == 429
        assert answer["headers"]["retry-after"] == "60"

    def test_device_that_was_signed_in_before_is_let_in_beside_a_guesser(self, shop: Shop, ada: Member) -> None:
        for _ in range(10):
            login(shop, password="wrong")
        body = {"email": EMAIL, "password": PASSWORD, "refreshToken": ada.refresh_token}
        assert call(sign_in.login, public_event(body), shop)[0] == 200

    def test_opens_a_session_that_expires_after_a_week(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        [session] = sessions_of(shop, ada.user_id)
        assert session.expires_at == int(clock.now().timestamp()) + 7 * DAY_SECONDS
        assert ada.refresh_token.rpartition(".")[2] not in repr(session)

    def test_disabled_account_is_refused(self, shop: Shop, ada: Member) -> None:
        disable(shop, ada.user_id)
        assert login(shop)[1]["error"] == "AccountDisabled"
        assert login(shop, password="wrong")[1]["error"] == "InvalidCredentials"

    def test_a_wrong_password_replaces_nothing(self, shop: Shop, ada: Member) -> None:
        old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
        set_password_hash(shop, ada.user_id, old)
        login(shop, password="wrong")
        assert user_of(shop, ada.user_id).password_hash == old

    def test_logins_at_once_all_succeed_while_the_hash_is_replaced(self, shop: Shop, ada: Member) -> None:
        set_password_hash(shop, ada.user_id, bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode())
        answers = at_once(4, lambda: login(shop))
        assert [status for status, _ in answers] == [200] * 4
        assert len(sessions_of(shop, ada.user_id)) == 5
        assert all(refresh(shop, body["refreshToken"])[0] == 200 for _, body in answers)

    def test_missing_key_is_answered_500_without_internals(self) -> None:
        secrets = FakeSecrets()
        shop = make_shop(secrets=secrets)
        register(shop)
        secrets.missing.add("tradewind/local/jwt-key")
        status, body = login(shop)
        assert (status, body["error"]) == (500, "InternalError")
        assert "jwt" not in str(body)


def spend(shop: Shop, member: Member, clock: FakeClock) -> None:
    """Use the member's refresh token, and let the time pass in which it may be sent again."""
    refresh(shop, member.refresh_token)
    clock.advance(REFRESH_GRACE.total_seconds())


class TestLoginWithAnOldHash:
    @pytest.fixture(autouse=True)
    def cheap_hashes(self) -> None:
        """None here: what is stored is as good as production makes it."""

    @pytest.mark.parametrize(
        "old",
        [
            bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(),
            PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD),
        ],
        ids=["bcrypt", "argon2id with other parameters"],
    )
    def test_an_old_hash_is_replaced_and_the_password_stays(self, shop: Shop, ada: Member, old: str) -> None:
        set_password_hash(shop, ada.user_id, old)
        sign_in_member(shop)
        upgraded = user_of(shop, ada.user_id).password_hash
        assert upgraded.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        sign_in_member(shop)
        assert user_of(shop, ada.user_id).password_hash == upgraded


class TestRefresh:
    def test_returns_the_next_token_pair(self, shop: Shop, ada: Member) -> None:
        status, body = refresh(shop, ada.refresh_token)
        assert (status, body["expiresIn"]) == (200, 900)
        assert body["token"] != ada.token
        assert body["refreshToken"] != ada.refresh_token
        assert AccessTokens.of(shop).verify(body["token"]).sub == ada.user_id
        assert refresh(shop, body["refreshToken"])[0] == 200

    def test_token_sent_again_gives_the_same_next_one_for_thirty_seconds(
        self, shop: Shop, ada: Member, clock: FakeClock
    ) -> None:
        _, first = refresh(shop, ada.refresh_token)
        clock.advance(29)
        status, repeated = refresh(shop, ada.refresh_token)
        assert (status, repeated["refreshToken"]) == (200, first["refreshToken"])
        assert AccessTokens.of(shop).verify(repeated["token"]).sub == ada.user_id
        assert refresh(shop, first["refreshToken"])[0] == 200

    def test_token_that_comes_back_later_ends_the_session_and_records_why(
        self, shop: Shop, ada: Member, clock: FakeClock
    ) -> None:
        _, newest = refresh(shop, ada.refresh_token)
        clock.advance(30)
        status, body = refresh(shop, ada.refresh_token)
        assert (status, body["error"]) == (401, "SessionRevoked")
        assert refresh(shop, newest["refreshToken"])[1]["error"] == "SessionRevoked"
        [session] = sessions_of(shop, ada.user_id)
        assert (session.status.value, session.revoked_reason) == ("revoked", "tokenReused")

    def test_token_before_the_last_ends_the_session_at_once(self, shop: Shop, ada: Member) -> None:
        _, second = refresh(shop, ada.refresh_token)
        _, third = refresh(shop, second["refreshToken"])
        assert refresh(shop, ada.refresh_token)[1]["error"] == "SessionRevoked"
        assert refresh(shop, third["refreshToken"])[1]["error"] == "SessionRevoked"

    def test_reuse_leaves_other_sessions_alone(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        phone = sign_in_member(shop)
        spend(shop, ada, clock)
        refresh(shop, ada.refresh_token)
        assert refresh(shop, phone.refresh_token)[0] == 200

    def test_wrong_secret_is_refused_and_ends_nothing(self, shop: Shop, ada: Member) -> None:
        guess = ada.refresh_token.rpartition(".")[0] + ".guess"
        assert refresh(shop, guess)[1]["error"] == "InvalidRefreshToken"
        assert refresh(shop, ada.refresh_token)[0] == 200

    def test_wrong_secret_learns_nothing_of_a_session_that_has_ended(self, shop: Shop, ada: Member) -> None:
        logout(shop, ada.user_id, ada.refresh_token)
        guess = ada.refresh_token.rpartition(".")[0] + ".guess"
        assert refresh(shop, guess)[1]["error"] == "InvalidRefreshToken"

    def test_a_reuse_is_counted(
        self, shop: Shop, ada: Member, clock: FakeClock, capsys: pytest.CaptureFixture[str]
    ) -> None:
        spend(shop, ada, clock)
        capsys.readouterr()
        refresh(shop, ada.refresh_token)
        line = msgspec.json.decode(capsys.readouterr().out)
        assert (line["RefreshTokenReused"], line["userId"]) == (1, ada.user_id)

    def test_concurrent_refreshes_all_get_the_same_next_token(self, clock: FakeClock) -> None:
        table = RendezvousTable()
        shop = make_shop(table=table, clock=clock)
        ada = join(shop)
        table.synchronise_reads(2)
        answers = at_once(2, lambda: refresh(shop, ada.refresh_token))
        assert [status for status, _ in answers] == [200, 200]
        [newest] = {body["refreshToken"] for _, body in answers}
        assert refresh(shop, newest)[0] == 200

    def test_many_refreshes_at_once_all_get_the_same_next_token(self, shop: Shop, ada: Member) -> None:
        answers = at_once(12, lambda: refresh(shop, ada.refresh_token))
        assert {status for status, _ in answers} == {200}
        assert len({body["refreshToken"] for _, body in answers}) == 1

    def test_a_session_that_is_not_used_for_a_week_has_expired(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        clock.advance(7 * DAY_SECONDS)
        status, body = refresh(shop, ada.refresh_token)
        assert (status, body["error"]) == (401, "InvalidRefreshToken")

    def test_a_session_that_is_used_every_six_days_ends_after_thirty(
        self, shop: Shop, ada: Member, clock: FakeClock
    ) -> None:
        token, used = ada.refresh_token, 0
        while True:
            clock.advance(6 * DAY_SECONDS)
            status, body = refresh(shop, token)
            if status != 200:
                break
            token, used = body["refreshToken"], used + 1
        assert (used, body["error"]) == (4, "InvalidRefreshToken")

    def test_a_new_role_arrives_with_the_next_token(self, shop: Shop, ada: Member) -> None:
        shop.table.write(Update(user_key(ada.user_id), set={"role": "admin"}))
        _, body = refresh(shop, ada.refresh_token)
        assert AccessTokens.of(shop).verify(body["token"]).role is Role.ADMIN

    def test_a_disabled_account_gets_no_new_token(self, shop: Shop, ada: Member) -> None:
        disable(shop, ada.user_id)
        status, body = refresh(shop, ada.refresh_token)
        assert (status, body["error"]) == (403, "AccountDisabled")

    @pytest.mark.parametrize("token", ["x", f"{CUSTOMER_ID}.{CUSTOMER_ID}.secret", "\u00e9"])
    def test_an_unknown_token_is_refused(self, shop: Shop, token: str) -> None:
        status, body = refresh(shop, token)
        assert (status, body["error"]) == (401, "InvalidRefreshToken")

    def test_costs_one_read_and_one_write(self, clock: FakeClock) -> None:
        table = CountingTable()
        shop = make_shop(table=table, clock=clock)
        ada = join(shop)
        table.trips.clear()
        refresh(shop, ada.refresh_token)
        assert table.trips == ["read", "write"]


class TestLogout:
    def test_ends_the_session_and_no_other(self, shop: Shop, ada: Member) -> None:
        phone = sign_in_member(shop)
        assert logout(shop, ada.user_id, ada.refresh_token) == (204, None)
        assert refresh(shop, ada.refresh_token)[1]["error"] == "SessionRevoked"
        assert refresh(shop, phone.refresh_token)[0] == 200
        assert Counter(session.revoked_reason for session in sessions_of(shop, ada.user_id)) == {
            "signedOut": 1,
            None: 1,
        }

    def test_repeating_it_is_no_error(self, shop: Shop, ada: Member) -> None:
        logout(shop, ada.user_id, ada.refresh_token)
        assert logout(shop, ada.user_id, ada.refresh_token) == (204, None)

    def test_used_token_of_the_session_is_accepted(self, shop: Shop, ada: Member) -> None:
        _, newest = refresh(shop, ada.refresh_token)
        assert logout(shop, ada.user_id, ada.refresh_token)[0] == 204
        assert refresh(shop, newest["refreshToken"])[0] == 401

    def test_wrong_secret_ends_nothing_and_is_refused(self, shop: Shop, ada: Member) -> None:
        guess = ada.refresh_token.rpartition(".")[0] + ".guess"
        assert logout(shop, ada.user_id, guess)[1]["error"] == "InvalidRefreshToken"
        assert refresh(shop, ada.refresh_token)[0] == 200

    def test_unknown_session_writes_nothing(self, shop: Shop, ada: Member) -> None:
        assert logout(shop, ada.user_id, f"{ada.user_id}.{CUSTOMER_ID}.secret")[0] == 204
        assert len(sessions_of(shop, ada.user_id)) == 1

    def test_session_of_another_user_is_refused(self, shop: Shop, ada: Member) -> None:
        eve = join(shop, "eve@example.com")
        status, body = logout(shop, eve.user_id, ada.refresh_token)
        assert (status, body["error"]) == (401, "InvalidRefreshToken")
        assert refresh(shop, ada.refresh_token)[0] == 200

    def test_needs_a_sign_in(self, shop: Shop, ada: Member) -> None:
        status, body = call(sign_in.logout, public_event({"refreshToken": ada.refresh_token}), shop)
        assert (status, body["error"]) == (401, "SignInRequired")


class TestChangePassword:
    NEW = "difference engine"

    def test_the_new_one_signs_in_and_the_old_one_does_not(self, shop: Shop, ada: Member) -> None:
        assert change_password(shop, ada.user_id, self.NEW) == (204, None)
        assert login(shop)[0] == 401
        assert sign_in_member(shop, password=self.NEW).user_id == ada.user_id

    def test_ends_every_session(self, shop: Shop, ada: Member) -> None:
        phone = sign_in_member(shop)
        change_password(shop, ada.user_id, self.NEW)
        assert [refresh(shop, member.refresh_token)[0] for member in (ada, phone)] == [401, 401]

    def test_keeps_the_session_whose_token_is_given(self, shop: Shop, ada: Member) -> None:
        phone = sign_in_member(shop)
        assert change_password(shop, ada.user_id, self.NEW, refreshToken=ada.refresh_token)[0] == 204
        assert [refresh(shop, member.refresh_token)[0] for member in (ada, phone)] == [200, 401]

    def test_token_to_keep_must_be_of_an_active_session_of_the_caller(self, shop: Shop, ada: Member) -> None:
        eve = join(shop, "eve@example.com")
        logout(shop, ada.user_id, ada.refresh_token)
        for token, error in [(eve.refresh_token, "InvalidRefreshToken"), (ada.refresh_token, "SessionRevoked")]:
            status, body = change_password(shop, ada.user_id, self.NEW, refreshToken=token)
            assert (status, body["error"]) == (401, error)
        assert login(shop)[0] == 200

    def test_a_session_opened_with_the_old_password_meanwhile_is_refused(self, shop: Shop, ada: Member) -> None:
        before = user_of(shop, ada.user_id)
        change_password(shop, ada.user_id, self.NEW)
        session, token = sessions.open_session(before, shop.clock)
        shop.table.write(writes.insert_session(session))
        assert refresh(shop, str(token))[0] == 401

    def test_records_an_event_without_personal_data(self, shop: Shop, ada: Member) -> None:
        change_password(shop, ada.user_id, self.NEW)
        *_, event = timeline(shop.table, user_partition(ada.user_id))
        assert (event.type, event.sequence, event.data) == ("PasswordChanged", 2, {"userId": ada.user_id})

    def test_refuses_a_wrong_current_password(self, shop: Shop, ada: Member) -> None:
        status, body = change_password(shop, ada.user_id, self.NEW, current="wrong")
        assert (status, body["error"], body["details"][0]["field"]) == (422, "WrongPassword", "currentPassword")
        assert events_of(shop, ada.user_id) == ["UserRegistered"]
        assert refresh(shop, ada.refresh_token)[0] == 200

    def test_guessing_the_current_one_is_stopped(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        wrong = [change_password(shop, ada.user_id, self.NEW, "a guess")[0] for _ in range(10)]
        status, body = change_password(shop, ada.user_id, self.NEW)
        assert (wrong, status, body["error"]) == ([422] * 10, 429, "TooManyAttempts")
        clock.advance(60)
        assert change_password(shop, ada.user_id, self.NEW)[0] == 204

    def test_refuses_a_weak_one(self, shop: Shop, ada: Member) -> None:
        status, body = change_password(shop, ada.user_id, "password123")
        assert (status, body["error"], body["details"][0]["field"]) == (422, "WeakPassword", "newPassword")

    def test_of_two_changes_at_once_exactly_one_passes(self, clock: FakeClock) -> None:
        table = RendezvousTable()
        shop = make_shop(table=table, clock=clock)
        ada = join(shop)
        table.synchronise_reads(2)
        answers = at_once(2, lambda: change_password(shop, ada.user_id, self.NEW))
        assert sorted(status for status, _ in answers) == [204, 409]
        assert user_of(shop, ada.user_id).password_version == 2

    def test_deleted_user_is_not_found(self, shop: Shop) -> None:
        assert change_password(shop, CUSTOMER_ID, self.NEW)[0] == 404


def test_nothing_secret_or_personal_reaches_the_log(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    ada = join(shop)
    _, body = refresh(shop, ada.refresh_token)
    refresh(shop, ada.refresh_token)
    login(shop, password="a wrong one")
    change_password(shop, ada.user_id, "difference engine")
    logout(shop, ada.user_id, body["refreshToken"])
    shown = capsys.readouterr().out
    secret = [EMAIL, PASSWORD, "a wrong one", "difference engine", "Lovelace", ada.token, ada.refresh_token, "$argon2"]
    assert shown.count("\n") == 7
    assert [each for each in secret if each in shown] == []


@pytest.mark.parametrize("body", ["{", "[]", '"text"'])
def test_body_of_another_type_is_refused(shop: Shop, body: str) -> None:
    assert call(sign_in.login, public_event(body), shop)[0] in {400, 422}
    assert call(sign_in.logout, customer_event(body), shop)[0] in {400, 422}


def test_a_registration_takes_one_transaction(clock: FakeClock) -> None:
    table = CountingTable()
    call(sign_in.register, public_event(registration()), make_shop(table=table, clock=clock))
    assert table.trips == ["transact"]
