"""A second factor from its first code to its removal, through the front door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.e2e.authenticator import Authenticator
from tests.e2e.browserless import PASSWORD, Answer, Visitor, until

NEW_PASSWORD = "a staple of new batteries"


@pytest.fixture
def app(customer: Visitor) -> Authenticator:
    """The customer has a second factor."""
    return Authenticator.set_up(customer)


def test_password_alone_signs_in_until_a_code_was_confirmed(visitor: Visitor, customer: Visitor) -> None:
    begun = customer.post("/users/second-factor", {"password": PASSWORD}).ok()
    assert begun["uri"].startswith("otpauth://totp/")
    assert visitor.sign_in(customer.user["email"], PASSWORD).token


def test_adding_one_ends_other_sessions_and_says_so_by_mail(visitor: Visitor, customer: Visitor) -> None:
    elsewhere = visitor.sign_in(customer.user["email"], PASSWORD)
    app = Authenticator.set_up(customer)
    assert len(app.codes) == 10
    assert app.owner.get("/auth/me").ok()["hasSecondFactor"] is True
    assert elsewhere.get("/auth/me").error == (401, "SignInRequired")
    _wait_for_mail(app.owner, "asks for a code now")


def test_code_is_needed_and_good_once(visitor: Visitor, app: Authenticator) -> None:
    challenge, code = app.challenge(visitor), app.next_code()
    signed_in = visitor.post("/auth/login/second-factor", {"challenge": challenge, "code": code})
    assert signed_in.ok()["user"]["userId"] == app.owner.user["userId"]
    again = visitor.post("/auth/login/second-factor", {"challenge": challenge, "code": code})
    assert again.error == (401, "InvalidCode")


def test_of_many_uses_of_a_recovery_code_at_once_one_signs_in(visitor: Visitor, app: Authenticator) -> None:
    shown = {"challenge": app.challenge(visitor), "recoveryCode": app.codes[0].lower()}
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: visitor.post("/auth/login/second-factor", shown), range(5)))
    assert [answer.status for answer in answers].count(200) == 1


def test_guessing_codes_is_stopped_even_with_the_right_one(visitor: Visitor, app: Authenticator) -> None:
    challenge = app.challenge(visitor)
    wrong = {"challenge": challenge, "recoveryCode": "AAAA-AAAA-AAAA-AAAA"}
    assert {visitor.post("/auth/login/second-factor", wrong).status for _ in range(10)} == {401}
    right = {"challenge": challenge, "code": app.next_code()}
    answer = visitor.post("/auth/login/second-factor", right)
    assert answer.error == (429, "TooManyAttempts")
    assert 0 < int(answer.headers["retry-after"]) <= 60


def test_challenge_opens_nothing_else(visitor: Visitor, app: Authenticator) -> None:
    challenge = app.challenge(visitor)
    bearer = {"authorization": f"Bearer {challenge}"}
    assert visitor.ask("GET", "/auth/me", headers=bearer).error == (401, "SignInRequired")
    shown = {"challenge": app.owner.token, "code": app.next_code()}
    assert visitor.post("/auth/login/second-factor", shown).error == (401, "InvalidChallenge")


def test_new_password_by_a_link_leaves_the_factor_in_place(visitor: Visitor, app: Authenticator) -> None:
    visitor.post("/auth/forgot-password", {"email": app.owner.user["email"]}).ok()
    token = app.owner.mailed_link("reset").removeprefix("/?reset=")
    visitor.post("/auth/reset-password", {"token": token, "newPassword": NEW_PASSWORD}).ok()
    assert app.sign_in(visitor, NEW_PASSWORD).get("/auth/me").ok()["hasSecondFactor"] is True


def test_new_recovery_codes_end_the_old(visitor: Visitor, app: Authenticator) -> None:
    shown = {"password": PASSWORD, "code": app.next_code()}
    newer = app.owner.post("/users/second-factor/recovery-codes", shown).ok()["recoveryCodes"]
    challenge = app.challenge(visitor)
    old, new = (
        visitor.post("/auth/login/second-factor", {"challenge": challenge, "recoveryCode": code})
        for code in (app.codes[1], newer[1])
    )
    assert (old.error, new.status) == ((401, "InvalidCode"), 200)


def test_removing_it_takes_password_and_code(visitor: Visitor, app: Authenticator) -> None:
    def remove(**shown: str) -> tuple[int, str]:
        answer = app.owner.ask("DELETE", "/users/second-factor", shown)
        return answer.status, answer.body["error"] if answer.body else ""

    assert remove(password="a guess", recoveryCode=app.codes[0]) == (422, "WrongPassword")
    assert remove(password=PASSWORD, recoveryCode="AAAA-AAAA-AAAA-AAAA") == (422, "WrongCode")
    assert remove(password=PASSWORD, recoveryCode=app.codes[0]) == (204, "")
    assert visitor.sign_in(app.owner.user["email"], PASSWORD).user["hasSecondFactor"] is False
    _wait_for_mail(app.owner, "asks for no code any more")


def test_lost_factor_is_removed_later_by_the_shop_unless_its_owner_signs_in_by_it(
    visitor: Visitor, admin: Visitor, app: Authenticator
) -> None:
    def remove(people: Visitor) -> Answer:
        user_id = app.owner.user["userId"]
        return people.ask("DELETE", f"/users/{user_id}/second-factor", {"reason": "Showed her passport"})

    assert remove(app.owner).error == (403, "PermissionRequired")
    due_at = remove(admin).ok()["dueAt"]
    _wait_for_mail(app.owner, "will soon ask for no code")
    assert app.owner.post("/auth/refresh", {"refreshToken": app.owner.refresh_token}).status == 401
    shown = admin.get(f"/users/{app.owner.user['userId']}").ok()
    assert (shown["secondFactorRemovalAt"], shown["hasSecondFactor"]) == (due_at, True)
    acts = admin.get("/audit-log", thing=f"user:{app.owner.user['userId']}").ok()["items"]
    assert [act["operation"] for act in acts] == ["DELETE /users/{userId}/second-factor"]
    app.sign_in(visitor)
    assert admin.get(f"/users/{app.owner.user['userId']}").ok()["secondFactorRemovalAt"] is None


def _wait_for_mail(owner: Visitor, words: str) -> None:
    until(lambda: [mail for mail in owner.mails(owner.user["email"]) if words in mail["subject"]], bool)
