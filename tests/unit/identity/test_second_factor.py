from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from tests.fakes import FakeClock, LambdaFunction, call, customer_event
from tests.unit.identity.factors import (
    Authenticator,
    add_factor,
    as_member,
    begin,
    challenge_of,
    confirm,
    finish,
    make_code,
    remove,
    renew,
    wrong_code,
)
from tests.unit.identity.people import (
    EMAIL,
    PASSWORD,
    Member,
    at_once,
    change_password,
    login,
    logout,
    refresh,
    register,
    sign_in_member,
)

from tradewind.aws.events import timeline
from tradewind.aws.table import Update
from tradewind.edge.access import user_key
from tradewind.identity import reads, second_factor
from tradewind.kernel.partitions import user_partition
from tradewind.shop import Shop

NOBODYS_CODE = "AAAA-AAAA-AAAA-AAAA"


@pytest.fixture
def app(shop: Shop, ada: Member, clock: FakeClock) -> Authenticator:
    """Ada has a second factor."""
    return add_factor(shop, clock, ada)


def recorded(shop: Shop, member: Member) -> list[str]:
    return [event.type for event in timeline(shop.table, user_partition(member.user_id))]


class TestBegin:
    def test_secret_comes_for_typing_and_for_a_picture(self, shop: Shop, ada: Member) -> None:
        status, body = begin(shop, ada)
        assert status == 201
        assert parse_qs(urlsplit(body["uri"]).query)["secret"] == [body["secret"]]
        assert body["expiresAt"] == "2026-11-21T03:19:05.678000Z"

    def test_nothing_is_asked_until_it_is_confirmed(self, shop: Shop, ada: Member) -> None:
        begin(shop, ada)
        assert login(shop)[0] == 200
        assert "SecondFactorAdded" not in recorded(shop, ada)

    def test_wrong_password_is_refused_and_counted(self, shop: Shop, ada: Member) -> None:
        guesses = [begin(shop, ada, "a guess")[1]["error"] for _ in range(10)]
        assert set(guesses) == {"WrongPassword"}
        assert begin(shop, ada)[1]["error"] == "TooManyAttempts"

    @pytest.mark.usefixtures("app")
    def test_second_one_is_refused(self, shop: Shop, ada: Member) -> None:
        assert begin(shop, ada)[1]["error"] == "SecondFactorActive"

    @pytest.mark.parametrize(
        "endpoint",
        [
            second_factor.begin_second_factor,
            second_factor.remove_second_factor,
            second_factor.renew_recovery_codes,
        ],
    )
    def test_account_that_is_gone_is_not_found(self, endpoint: LambdaFunction, shop: Shop) -> None:
        shown = {} if endpoint is second_factor.begin_second_factor else {"code": "123456"}
        status, body = call(endpoint, customer_event({"password": PASSWORD, **shown}), shop)
        assert (status, body["error"]) == (404, "UserNotFound")


class TestConfirm:
    def test_right_code_gives_recovery_codes_and_ends_other_sessions(
        self, shop: Shop, ada: Member, clock: FakeClock
    ) -> None:
        other = sign_in_member(shop)
        app = add_factor(shop, clock, ada)
        assert len(set(app.recovery_codes)) == 10
        assert (refresh(shop, other.refresh_token)[0], refresh(shop, ada.refresh_token)[0]) == (401, 200)
        assert login(shop)[1]["error"] == "SecondFactorRequired"
        assert recorded(shop, ada).count("SecondFactorAdded") == 1

    def test_nothing_of_the_secret_stands_beside_the_account(self, shop: Shop, app: Authenticator) -> None:
        user = reads.find_user(shop.table, app.member.user_id)
        assert user is not None
        assert user.has_second_factor
        assert app.secret not in str(user)

    def test_wrong_code_is_refused_and_counted(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        secret = begin(shop, ada)[1]["secret"]
        wrong = [confirm(shop, ada, wrong_code(secret, clock))[1] for _ in range(10)]
        assert {each["error"] for each in wrong} == {"WrongCode"}
        assert wrong[0]["details"][0]["field"] == "code"
        assert confirm(shop, ada, make_code(secret, clock))[1]["error"] == "TooManyAttempts"

    def test_code_without_a_beginning_is_refused(self, shop: Shop, ada: Member) -> None:
        assert confirm(shop, ada, "123456")[1]["error"] == "SecondFactorNotBegun"

    def test_beginning_of_long_ago_is_refused(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        secret = begin(shop, ada)[1]["secret"]
        clock.advance(15 * 60)
        assert confirm(shop, ada, make_code(secret, clock))[1]["error"] == "SecondFactorNotBegun"

    def test_beginning_under_another_password_is_refused(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        secret = begin(shop, ada)[1]["secret"]
        change_password(shop, ada.user_id, "difference engine", refreshToken=ada.refresh_token)
        assert confirm(shop, ada, make_code(secret, clock))[1]["error"] == "SecondFactorNotBegun"

    def test_newer_beginning_takes_the_place_of_an_older(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        older, newer = (begin(shop, ada)[1]["secret"] for _ in range(2))
        assert confirm(shop, ada, make_code(older, clock))[1]["error"] == "WrongCode"
        assert confirm(shop, ada, make_code(newer, clock))[0] == 200

    def test_session_that_has_ended_confirms_nothing(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        secret = begin(shop, ada)[1]["secret"]
        logout(shop, ada.user_id, ada.refresh_token)
        assert confirm(shop, ada, make_code(secret, clock))[1]["error"] == "SessionRevoked"

    def test_of_two_confirmations_at_once_one_succeeds(self, shop: Shop, ada: Member, clock: FakeClock) -> None:
        code = make_code(begin(shop, ada)[1]["secret"], clock)
        statuses = sorted(status for status, _ in at_once(4, lambda: confirm(shop, ada, code)))
        assert statuses[0] == 200
        assert set(statuses[1:]) <= {401, 409}


class TestSignIn:
    def test_code_after_the_password_signs_in(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        status, body = finish(shop, challenge_of(shop), code=app.code(clock))
        assert status == 200
        assert (body["user"]["email"], body["user"]["hasSecondFactor"]) == (EMAIL, True)
        assert refresh(shop, body["refreshToken"])[0] == 200

    @pytest.mark.usefixtures("app")
    def test_wrong_password_is_answered_as_without_a_factor(self, shop: Shop) -> None:
        status, body = login(shop, password="a guess")
        register(shop, email="eve@example.com")
        assert (status, {**body, "requestId": ""}) == (401, {**login(shop, "eve@example.com", "x")[1], "requestId": ""})

    def test_code_is_good_once(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        challenge, code = challenge_of(shop), app.code(clock)
        assert finish(shop, challenge, code=code)[0] == 200
        status, body = finish(shop, challenge, code=code)
        assert (status, body["error"]) == (401, "InvalidCode")

    def test_of_many_uses_of_a_code_at_once_one_succeeds(
        self, shop: Shop, app: Authenticator, clock: FakeClock
    ) -> None:
        challenge, code = challenge_of(shop), app.code(clock)
        statuses = [status for status, _ in at_once(6, lambda: finish(shop, challenge, code=code))]
        assert statuses.count(200) == 1

    def test_of_many_uses_of_a_recovery_code_at_once_one_succeeds(self, shop: Shop, app: Authenticator) -> None:
        challenge, code = challenge_of(shop), app.recovery_codes[0]
        statuses = [status for status, _ in at_once(6, lambda: finish(shop, challenge, recoveryCode=code))]
        assert statuses.count(200) == 1
        factor = reads.find_factor(shop.table, app.member.user_id)
        assert factor is not None
        assert len(factor.recovery_hashes) == 9

    def test_used_wrong_and_unknown_codes_are_answered_alike(
        self, shop: Shop, app: Authenticator, clock: FakeClock
    ) -> None:
        challenge = challenge_of(shop)
        finish(shop, challenge, recoveryCode=app.recovery_codes[0])
        shown = [
            {"code": wrong_code(app.secret, clock)},
            {"recoveryCode": app.recovery_codes[0]},
            {"recoveryCode": NOBODYS_CODE},
        ]
        answers = [{**finish(shop, challenge, **each)[1], "requestId": ""} for each in shown]
        assert answers == [answers[0]] * 3

    def test_guessing_is_stopped_even_with_the_right_code(
        self, shop: Shop, app: Authenticator, clock: FakeClock
    ) -> None:
        challenge = challenge_of(shop)
        for _ in range(10):
            assert finish(shop, challenge, code=wrong_code(app.secret, clock))[1]["error"] == "InvalidCode"
        assert finish(shop, challenge, code=app.code(clock))[1]["error"] == "TooManyAttempts"
        assert finish(shop, challenge_of(shop), code=app.code(clock))[1]["error"] == "TooManyAttempts"
        clock.advance(60)
        assert finish(shop, challenge_of(shop), code=app.code(clock))[0] == 200

    @pytest.mark.parametrize(
        "shown", [{}, {"code": "123456", "recoveryCode": NOBODYS_CODE}, {"code": "12345"}, {"code": "12345x"}]
    )
    def test_either_a_code_or_a_recovery_code_is_given(self, shop: Shop, shown: dict[str, str]) -> None:
        assert finish(shop, "x", **shown)[0] == 422

    def test_made_up_challenge_is_refused(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        for made_up in ("x", app.member.token):
            assert finish(shop, made_up, code=app.code(clock))[1]["error"] == "InvalidChallenge"

    def test_challenge_under_an_earlier_password_is_refused(
        self, shop: Shop, app: Authenticator, clock: FakeClock
    ) -> None:
        challenge = challenge_of(shop)
        assert change_password(shop, app.member.user_id, "difference engine")[0] == 204
        assert finish(shop, challenge, code=app.code(clock))[1]["error"] == "InvalidChallenge"
        again = challenge_of(shop, password="difference engine")
        assert finish(shop, again, code=app.code(clock))[0] == 200

    def test_challenge_of_a_removed_factor_is_refused(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        challenge = challenge_of(shop)
        remove(shop, app.member, recoveryCode=app.recovery_codes[0])
        assert finish(shop, challenge, code=app.code(clock))[1]["error"] == "InvalidChallenge"

    def test_closed_account_does_not_sign_in(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        challenge = challenge_of(shop)
        _disable(shop, app.member)
        assert finish(shop, challenge, code=app.code(clock))[1]["error"] == "AccountDisabled"


class TestRemove:
    def test_password_alone_signs_in_again(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        assert remove(shop, app.member, code=app.code(clock))[0] == 204
        assert login(shop)[0] == 200
        assert recorded(shop, app.member).count("SecondFactorRemoved") == 1
        assert remove(shop, app.member, code=app.code(clock))[1]["error"] == "NoSecondFactor"

    def test_recovery_code_removes_it_too(self, shop: Shop, app: Authenticator) -> None:
        assert remove(shop, app.member, recoveryCode=app.recovery_codes[9].lower())[0] == 204
        assert login(shop)[0] == 200

    def test_another_can_be_added_afterwards(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        remove(shop, app.member, code=app.code(clock))
        again = add_factor(shop, clock, sign_in_member(shop))
        assert again.secret != app.secret

    def test_password_and_code_are_both_needed(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        guess = {"password": "a guess", "code": app.code(clock)}
        assert remove(shop, app.member, **guess)[1]["error"] == "WrongPassword"
        assert remove(shop, app.member, code=wrong_code(app.secret, clock))[1]["error"] == "WrongCode"
        _, body = remove(shop, app.member, recoveryCode=NOBODYS_CODE)
        assert [detail["field"] for detail in body["details"]] == ["recoveryCode"]
        assert login(shop)[1]["error"] == "SecondFactorRequired"

    def test_of_two_removals_at_once_one_succeeds(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        code = app.code(clock)
        errors = [body and body["error"] for _, body in at_once(3, lambda: remove(shop, app.member, code=code))]
        assert errors.count(None) == 1
        assert set(errors) <= {None, "UserChanged", "NoSecondFactor"}


class TestRecoveryCodes:
    def test_new_ones_end_the_old(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        status, body = renew(shop, app.member, code=app.code(clock))
        assert status == 201
        challenge = challenge_of(shop)
        assert finish(shop, challenge, recoveryCode=app.recovery_codes[0])[1]["error"] == "InvalidCode"
        assert finish(shop, challenge, recoveryCode=body["recoveryCodes"][0])[0] == 200

    def test_code_that_renewed_them_is_spent(self, shop: Shop, app: Authenticator, clock: FakeClock) -> None:
        code = app.code(clock)
        renew(shop, app.member, code=code)
        assert renew(shop, app.member, code=code)[1]["error"] == "WrongCode"

    def test_account_without_a_factor_has_none(self, shop: Shop, ada: Member) -> None:
        assert renew(shop, ada, code="123456")[1]["error"] == "NoSecondFactor"


def test_session_of_another_is_not_kept(shop: Shop, ada: Member) -> None:
    begin(shop, ada)
    stranger = ada._replace(refresh_token="x.01KAJ0SESS0000000000000099.x")
    event = as_member(stranger, {"code": "123456"})
    assert call(second_factor.confirm_second_factor, event, shop)[1]["error"] == "SessionRevoked"


def _disable(shop: Shop, member: Member) -> None:
    shop.table.write(Update(user_key(member.user_id), set={"status": "disabled"}))
