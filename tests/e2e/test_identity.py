"""Accounts, sign-in and tokens, through the front door."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import jwt
import pytest
from tests.e2e.browserless import PASSWORD, Answer, Visitor, until

from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session

NEW_PASSWORD = "a staple of new batteries"
NOBODYS_ID = "01KAJ0CSTMR000000000000001"
DAY_SECONDS = 24 * 60 * 60


def account(email: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": email, "password": password, "firstName": "Grace", "lastName": "Hopper"}


def sign_in(visitor: Visitor, email: str, password: str) -> Answer:
    return visitor.post("/auth/login", {"email": email, "password": password})


def refresh(visitor: Visitor, token: str) -> Answer:
    return visitor.post("/auth/refresh", {"refreshToken": token})


class TestRegistering:
    def test_the_new_account_is_shown_without_its_password(self, visitor: Visitor) -> None:
        answer = visitor.post("/auth/register", account("grace@example.com"))
        assert answer.status == 201
        assert (answer.body["email"], answer.body["role"]) == ("grace@example.com", "customer")
        assert not {"password", "passwordHash"} & set(answer.body)
        assert PASSWORD not in answer.raw.decode()
        assert "argon2" not in answer.raw.decode()

    def test_of_many_registrations_of_one_address_at_once_one_succeeds(self, visitor: Visitor) -> None:
        spellings = ["race@example.com", "RACE@example.com", "Race@Example.com"] * 2
        with ThreadPoolExecutor(len(spellings)) as pool:
            answers = list(pool.map(lambda email: visitor.post("/auth/register", account(email)), spellings))
        refused = [answer.error for answer in answers if answer.status != 201]
        assert refused == [(409, "EmailTaken")] * (len(spellings) - 1)

    def test_address_is_the_same_in_any_case(self, visitor: Visitor, admin: Visitor) -> None:
        customer = visitor.register("Mixed.Case@Example.com")
        assert visitor.post("/auth/register", account("mixed.case@example.com")).error == (409, "EmailTaken")
        assert visitor.sign_in("MIXED.CASE@EXAMPLE.COM", PASSWORD).user == customer.user
        [found] = admin.get("/users", email="mIXED.case@example.com").ok()["items"]
        assert found["userId"] == customer.user["userId"]

    @pytest.mark.parametrize("password", ["password123", "weak-address@example.com"])
    def test_common_password_is_refused(self, visitor: Visitor, password: str) -> None:
        answer = visitor.post("/auth/register", account("weak-address@example.com", password))
        assert answer.error == (422, "WeakPassword")
        assert [detail["field"] for detail in answer.body["details"]] == ["password"]

    @pytest.mark.parametrize("password", ["1234567", "x" * 129])
    def test_password_of_a_wrong_length_is_refused(self, visitor: Visitor, password: str) -> None:
        answer = visitor.post("/auth/register", account("length@example.com", password))
        assert answer.error == (422, "InvalidRequest")
        assert [detail["field"] for detail in answer.body["details"]] == ["password"]

    @pytest.mark.parametrize("email", ["@@@", "nobody@", "a b@example.com", "two@at@example.com"])
    def test_undeliverable_address_is_refused(self, visitor: Visitor, email: str) -> None:
        answer = visitor.post("/auth/register", account(email))
        assert answer.error == (422, "InvalidEmail")


class TestSigningIn:
    def test_wrong_password_and_unknown_address_are_answered_alike(self, visitor: Visitor) -> None:
        visitor.register("known@example.com")
        answers = [sign_in(visitor, email, "not the password") for email in ("known@example.com", "un@example.com")]
        bodies = [{**answer.body, "requestId": ""} for answer in answers]
        assert bodies[0] == bodies[1]
        assert {answer.error for answer in answers} == {(401, "InvalidCredentials")}
        assert answers[0].headers.keys() == answers[1].headers.keys()

    def test_guessing_is_stopped_even_with_the_right_password(self, visitor: Visitor) -> None:
        visitor.register("guessed@example.com")
        guesses = [sign_in(visitor, "guessed@example.com", f"guess {number}") for number in range(10)]
        assert {guess.status for guess in guesses} == {401}
        answer = sign_in(visitor, "guessed@example.com", PASSWORD)
        assert answer.error == (429, "TooManyAttempts")
        assert 0 < int(answer.headers["retry-after"]) <= 60


class TestProfile:
    def test_customer_is_identified_by_the_token(self, customer: Visitor) -> None:
        assert customer.get("/auth/me").ok() == customer.user
        assert customer.get("/users/profile").ok() == customer.user

    def test_profile_is_replaced_whole(self, customer: Visitor) -> None:
        phone = "+44 20 7946 0000"
        changed = customer.put("/users/profile", {"firstName": "Åda", "lastName": "King", "phone": phone}).ok()
        assert (changed["firstName"], changed["phone"]) == ("Åda", phone)
        assert customer.get("/users/profile").ok() == changed
        forgotten = customer.put("/users/profile", {"firstName": "Åda", "lastName": "King"}).ok()
        assert forgotten["phone"] is None
        assert forgotten["email"] == customer.user["email"]

    def test_administrator_finds_and_reads_any_account(self, admin: Visitor, customer: Visitor) -> None:
        shown = admin.get(f"/users/{customer.user['userId']}").ok()
        assert shown == {**customer.user, "lastLoginAt": shown["lastLoginAt"], "secondFactorRemovalAt": None}
        assert admin.get("/users", email=customer.user["email"]).ok()["items"] == [shown]
        assert admin.get("/users", email="nobody-at-all@example.com").ok()["items"] == []
        assert admin.get(f"/users/{NOBODYS_ID}").error == (404, "UserNotFound")

    def test_administrator_searches_accounts_by_name_and_address(self, visitor: Visitor, admin: Visitor) -> None:
        account = {"password": PASSWORD, "firstName": "Zoë", "lastName": "Ångström"}
        ids = [
            visitor.post("/auth/register", {**account, "email": f"zoe{number}@searched.example"}).ok()["userId"]
            for number in range(3)
        ]
        by_name = until(lambda: admin.get("/users", namePrefix="angs").ok()["items"], lambda found: len(found) == 3)
        assert sorted(each["userId"] for each in by_name) == sorted(ids)
        first = admin.get("/users", emailPrefix="zoe", limit="2").ok()
        rest = admin.get("/users", emailPrefix="zoe", limit="2", cursor=first["nextCursor"]).ok()
        assert [each["userId"] for page in (first, rest) for each in page["items"]] == ids
        assert rest["nextCursor"] is None
        assert [each["userId"] for each in admin.get("/users", limit="3").ok()["items"]] == ids[::-1]
        assert admin.get("/users", namePrefix="zo", role="staff").ok()["items"] == []

    def test_customer_may_not_read_users(self, customer: Visitor) -> None:
        assert customer.get("/users", email=customer.user["email"]).error == (403, "PermissionRequired")
        assert customer.get(f"/users/{customer.user['userId']}").error == (403, "PermissionRequired")


class TestSessions:
    def test_each_refresh_brings_the_next_token_and_spends_the_old_one(
        self, visitor: Visitor, customer: Visitor
    ) -> None:
        first = refresh(visitor, customer.refresh_token).ok()
        second = refresh(visitor, first["refreshToken"]).ok()
        assert len({customer.refresh_token, first["refreshToken"], second["refreshToken"]}) == 3
        assert replace(visitor, token=second["token"]).get("/auth/me").ok() == customer.user

    def test_lost_answer_to_a_refresh_is_given_again(self, visitor: Visitor, customer: Visitor) -> None:
        lost = refresh(visitor, customer.refresh_token).ok()["refreshToken"]
        again = refresh(visitor, customer.refresh_token).ok()["refreshToken"]
        assert again == lost
        assert refresh(visitor, again).ok()["token"]

    def test_token_that_comes_back_ends_the_whole_session(self, visitor: Visitor, customer: Visitor) -> None:
        second = refresh(visitor, customer.refresh_token).ok()["refreshToken"]
        newest = refresh(visitor, second).ok()["refreshToken"]
        elsewhere = visitor.sign_in(customer.user["email"], PASSWORD)
        assert refresh(visitor, customer.refresh_token).error == (401, "SessionRevoked")
        assert refresh(visitor, newest).error == (401, "SessionRevoked")
        assert refresh(visitor, elsewhere.refresh_token).ok()["token"]

    def test_session_is_over_after_signing_out(self, visitor: Visitor, customer: Visitor) -> None:
        body = {"refreshToken": customer.refresh_token}
        assert [customer.post("/auth/logout", body).status for _ in range(2)] == [204, 204]
        assert refresh(visitor, customer.refresh_token).error == (401, "SessionRevoked")

    def test_session_of_another_user_cannot_be_ended(self, visitor: Visitor, customer: Visitor) -> None:
        stranger = visitor.register()
        answer = stranger.post("/auth/logout", {"refreshToken": customer.refresh_token})
        assert answer.error == (401, "InvalidRefreshToken")
        assert refresh(visitor, customer.refresh_token).ok()

    @pytest.mark.parametrize("token", ["x", f"{NOBODYS_ID}.{NOBODYS_ID}.x", "ü.ü.ü"])
    def test_unknown_refresh_token_is_refused(self, visitor: Visitor, token: str) -> None:
        assert refresh(visitor, token).error == (401, "InvalidRefreshToken")


class TestChangingThePassword:
    def test_old_password_is_refused_and_other_sessions_end(self, visitor: Visitor, customer: Visitor) -> None:
        email = customer.user["email"]
        elsewhere = visitor.sign_in(email, PASSWORD)
        change = {
            "currentPassword": PASSWORD,
            "newPassword": NEW_PASSWORD,
            "refreshToken": customer.refresh_token,
        }
        assert customer.put("/users/password", change).status == 204

        assert sign_in(visitor, email, PASSWORD).error == (401, "InvalidCredentials")
        assert visitor.sign_in(email, NEW_PASSWORD).user["userId"] == customer.user["userId"]
        assert refresh(visitor, elsewhere.refresh_token).error == (401, "InvalidRefreshToken")
        assert refresh(visitor, customer.refresh_token).ok()["token"]

    def test_wrong_current_and_weak_new_password_are_refused(self, visitor: Visitor, customer: Visitor) -> None:
        wrong = customer.put("/users/password", {"currentPassword": "a guess", "newPassword": NEW_PASSWORD})
        weak = customer.put("/users/password", {"currentPassword": PASSWORD, "newPassword": "password123"})
        assert (wrong.error, wrong.body["details"][0]["field"]) == ((422, "WrongPassword"), "currentPassword")
        assert (weak.error, weak.body["details"][0]["field"]) == ((422, "WeakPassword"), "newPassword")
        assert visitor.sign_in(customer.user["email"], PASSWORD).token


class TestEndingSessions:
    def test_sessions_are_listed_with_their_devices(self, visitor: Visitor, customer: Visitor) -> None:
        login = {"email": customer.user["email"], "password": PASSWORD}
        visitor.post("/auth/login", login, {"user-agent": "Ada's phone"}).ok()
        listed = customer.get("/users/sessions").ok()["items"]
        assert [(each["device"], each["isCurrent"]) for each in listed] == [("Ada's phone", False), ("", True)]

    def test_one_is_ended(self, visitor: Visitor, customer: Visitor) -> None:
        elsewhere = visitor.sign_in(customer.user["email"], PASSWORD)
        path = f"/users/sessions/{elsewhere.refresh_token.split('.')[1]}"
        assert [customer.delete(path).status for _ in range(2)] == [204, 204]
        assert refresh(visitor, elsewhere.refresh_token).error == (401, "SessionRevoked")
        assert elsewhere.get("/auth/me").error == (401, "SignInRequired")
        assert refresh(visitor, customer.refresh_token).ok()

    def test_all_others_are_ended(self, visitor: Visitor, customer: Visitor) -> None:
        elsewhere = visitor.sign_in(customer.user["email"], PASSWORD)
        assert customer.delete("/users/sessions").status == 204
        assert refresh(visitor, elsewhere.refresh_token).error == (401, "InvalidRefreshToken")
        own = replace(customer, token=refresh(visitor, customer.refresh_token).ok()["token"])
        assert [each["isCurrent"] for each in own.get("/users/sessions").ok()["items"]] == [True]

    def test_that_of_another_user_is_not_found(self, visitor: Visitor, customer: Visitor) -> None:
        stranger = visitor.register()
        path = f"/users/sessions/{customer.refresh_token.split('.')[1]}"
        assert stranger.delete(path).error == (404, "SessionNotFound")
        assert refresh(visitor, customer.refresh_token).ok()


class TestForgottenPassword:
    def test_link_in_the_mail_sets_another_and_ends_all_sessions(self, visitor: Visitor, customer: Visitor) -> None:
        email = customer.user["email"]
        assert visitor.post("/auth/forgot-password", {"email": email.upper()}).status == 202
        token = customer.mailed_link("reset").removeprefix("/?reset=")
        change = {"token": token, "newPassword": NEW_PASSWORD}
        assert visitor.post("/auth/reset-password", change).status == 204
        assert visitor.post("/auth/reset-password", change).error == (422, "InvalidResetLink")
        assert sign_in(visitor, email, PASSWORD).error == (401, "InvalidCredentials")
        assert refresh(visitor, customer.refresh_token).error == (401, "InvalidRefreshToken")
        assert visitor.sign_in(email, NEW_PASSWORD).get("/auth/me").ok()["emailVerified"] is True

    def test_unknown_address_is_answered_alike_and_gets_no_mail(self, visitor: Visitor) -> None:
        assert visitor.post("/auth/forgot-password", {"email": "nobody-at-all@example.com"}).status == 202
        assert visitor.mails("nobody-at-all@example.com") == []


def with_header(token: str, **changes: object) -> str:
    header, payload, signature = token.split(".")
    return ".".join((_encoded(_decoded(header) | changes), payload, signature))


def with_claims(token: str, **changes: object) -> str:
    header, payload, signature = token.split(".")
    return ".".join((header, _encoded(_decoded(payload) | changes), signature))


def _decoded(part: str) -> dict[str, object]:
    decoded: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def _encoded(content: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


class TestTokens:
    @pytest.mark.parametrize(
        "authorization",
        ["", "Bearer", "Bearer ", "Bearer x", "Bearer a.b", "Bearer a.b.c", "Basic YTpi", "Bearer a.b.c d"],
    )
    def test_malformed_token_is_refused(self, visitor: Visitor, authorization: str) -> None:
        answer = visitor.ask("GET", "/auth/me", headers={"authorization": authorization})
        assert answer.error == (401, "SignInRequired")

    @pytest.mark.parametrize(
        "tampered",
        [
            lambda token: token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"),
            lambda token: token.rpartition(".")[0] + ".",
            lambda token: with_claims(token, role="admin"),
            lambda token: with_claims(token, sub=NOBODYS_ID),
            lambda token: with_claims(token, exp=int(time.time()) + DAY_SECONDS * 365),
            lambda token: with_header(token, alg="none"),
            lambda token: with_header(token, alg="none").rpartition(".")[0] + ".",
            lambda token: with_header(token, kid="another"),
        ],
        ids=["signature", "no signature", "role", "user", "time", "algorithm", "no algorithm", "key"],
    )
    def test_tampered_token_is_refused(self, customer: Visitor, tampered: Callable[[str], str]) -> None:
        forger = replace(customer, token=tampered(customer.token))
        assert forger.get("/auth/me").error == (401, "SignInRequired")
        assert customer.get("/auth/me").ok()

    @pytest.mark.parametrize(
        ("shift_seconds", "changes", "status"),
        [
            (0, {}, 200),
            (-DAY_SECONDS - 10, {}, 401),
            (DAY_SECONDS, {}, 401),
            (0, {"iss": "another"}, 401),
            (0, {"aud": "prod"}, 401),
            (0, {"typ": "refresh"}, 401),
            (0, {"role": "public"}, 401),
        ],
        ids=["ours", "expired", "not yet", "issuer", "stage", "type", "role"],
    )
    def test_signature_alone_is_not_enough(
        self, cloud: LocalCloud, customer: Visitor, shift_seconds: int, changes: dict[str, str], status: int
    ) -> None:
        now = int(time.time()) + shift_seconds
        signed = sign(cloud, customer.token, {"iat": now, "exp": now + DAY_SECONDS, **changes})
        assert replace(customer, token=signed).get("/auth/me").status == status


class TestAccessThatEnded:
    """API Gateway keeps the answer for a token that was used on an operation of customers; here each is a fresh one."""

    @pytest.fixture
    def employee(self, cloud: LocalCloud, customer: Visitor) -> Visitor:
        """An administrator who was a customer before."""
        change_account(cloud, customer, "role", "admin")
        return customer.sign_in(customer.user["email"], PASSWORD)

    def test_of_a_session_that_was_signed_out(self, visitor: Visitor, customer: Visitor) -> None:
        elsewhere = visitor.sign_in(customer.user["email"], PASSWORD)
        assert customer.post("/auth/logout", {"refreshToken": elsewhere.refresh_token}).status == 204
        assert elsewhere.get("/auth/me").error == (401, "SignInRequired")
        assert customer.get("/auth/me").ok()

    def test_under_a_password_that_was_changed(self, visitor: Visitor, customer: Visitor) -> None:
        elsewhere = visitor.sign_in(customer.user["email"], PASSWORD)
        change = {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
        assert customer.put("/users/password", change).status == 204
        assert elsewhere.get("/auth/me").error == (401, "SignInRequired")

    def test_of_an_account_that_was_closed(self, cloud: LocalCloud, customer: Visitor) -> None:
        change_account(cloud, customer, "status", "disabled")
        assert customer.get("/auth/me").error == (401, "SignInRequired")

    def test_of_an_account_that_an_administrator_closed(
        self, visitor: Visitor, admin: Visitor, customer: Visitor
    ) -> None:
        path = f"/users/{customer.user['userId']}"
        assert admin.put(path, {"status": "disabled"}).ok()["status"] == "disabled"
        assert customer.get("/auth/me").error == (401, "SignInRequired")
        assert sign_in(visitor, customer.user["email"], PASSWORD).error == (403, "AccountDisabled")
        assert admin.put(path, {"status": "active"}).ok()["status"] == "active"
        assert refresh(visitor, customer.refresh_token).error == (401, "InvalidRefreshToken")
        assert sign_in(visitor, customer.user["email"], PASSWORD).ok()

    def test_administrator_cannot_lock_himself_out(self, admin: Visitor) -> None:
        assert admin.put(f"/users/{admin.user['userId']}", {"role": "customer"}).error == (409, "OwnAccount")

    def test_role_that_was_given_counts_from_the_next_token(self, cloud: LocalCloud, customer: Visitor) -> None:
        change_account(cloud, customer, "role", "admin")
        assert customer.get("/variants/tide-mug/stock").error == (401, "SignInRequired")
        promoted = replace(customer, token=refresh(customer, customer.refresh_token).ok()["token"])
        assert promoted.get("/variants/tide-mug/stock").ok()

    @pytest.mark.parametrize(("field", "value"), [("role", "customer"), ("status", "disabled")])
    def test_of_an_administrator_is_gone_at_the_next_request(
        self, cloud: LocalCloud, employee: Visitor, field: str, value: str
    ) -> None:
        """Also where API Gateway has let the same token in a moment ago."""
        assert employee.get("/variants/tide-mug/stock").ok()
        assert "items" in employee.get("/orders").ok()
        change_account(cloud, employee, field, value)
        assert employee.get("/variants/tide-mug/stock").error == (401, "SignInRequired")
        assert employee.get("/orders").error == (401, "SignInRequired")


def change_account(cloud: LocalCloud, visitor: Visitor, field: str, value: str) -> None:
    """Change an account as somebody does who may write into the table."""
    key = {"PK": {"S": f"USER#{visitor.user['userId']}"}, "SK": {"S": "PROFILE"}}
    local_session().client("dynamodb", endpoint_url=cloud.endpoint_url).update_item(
        TableName="tradewind-local",
        Key=key,
        UpdateExpression="SET #field = :value",
        ExpressionAttributeNames={"#field": field},
        ExpressionAttributeValues={":value": {"S": value}},
    )


def sign(cloud: LocalCloud, token: str, changes: dict[str, object]) -> str:
    """The token with other claims, signed with the shop's own key."""
    secrets = local_session().client("secretsmanager", endpoint_url=cloud.endpoint_url)
    key = secrets.get_secret_value(SecretId="tradewind/local/jwt-key")
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims | changes, key["SecretString"], "HS256", headers={"kid": key["VersionId"]})


class TestNewDevices:
    def test_owner_gets_a_mail_and_staff_see_when_somebody_has_signed_in(
        self, visitor: Visitor, admin: Visitor
    ) -> None:
        customer = visitor.register("device@example.com")
        visitor.post("/auth/verify-email", {"token": customer.verification_link().partition("=")[2]}).ok()
        sign_in(visitor, "device@example.com", PASSWORD).ok()
        headers = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"}
        before = admin.get("/users", email="device@example.com").ok()["items"][0]["lastLoginAt"]
        visitor.post("/auth/login", {"email": "device@example.com", "password": PASSWORD}, headers).ok()
        mails = until(
            lambda: [mail for mail in visitor.mails("device@example.com") if "new sign-in" in mail["subject"]], bool
        )
        assert len(mails) == 1
        assert admin.get("/users", email="device@example.com").ok()["items"][0]["lastLoginAt"] > before
