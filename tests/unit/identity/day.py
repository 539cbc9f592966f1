"""What an account, and one of a colleague of the staff, does on the day on which every function runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes import customer_event
from tests.trading import ADDRESS
from tests.unit.identity.factors import as_member, make_code
from tests.unit.identity.people import EMAIL, Member

from tradewind.identity import totp
from tradewind.identity.links import issue_confirm_token, issue_undo_token
from tradewind.identity.model import FACTOR_REMOVAL_DELAY, User
from tradewind.identity.reads import find_user

if TYPE_CHECKING:
    from tests.unit.blueprint.trading_day import TradingDay

PASSWORD = {"password": "correct horse battery"}


def trade(day: TradingDay) -> None:
    _use_a_second_factor(day)
    colleague = {"email": "grace@example.com", "firstName": "Grace", **PASSWORD}
    user_id = day.call_as_visitor("auth-register", colleague, status=201)["userId"]
    access = {"role": "staff", "permissions": ["orders"]}
    day.call_as_admin("user-update", access, path={"userId": user_id})
    _lose_a_second_factor(day)


def _lose_a_second_factor(day: TradingDay) -> None:
    """Twice: it is found again, and it is not."""
    email = "forgetful@example.com"
    account = {"email": email, "firstName": "Will", **PASSWORD}
    user_id = day.call_as_visitor("auth-register", account, status=201)["userId"]
    signed_in = day.call_as_visitor("auth-login", {"email": email, **PASSWORD})
    member = Member(user_id, signed_in["token"], signed_in["refreshToken"])
    secret = day.call("second-factor-begin", as_member(member, PASSWORD), 201)["secret"]
    code = {"code": make_code(secret, day.clock)}
    codes = day.call("second-factor-confirm", as_member(member, code), 200)["recoveryCodes"]
    reason = {"reason": "Knew the last three orders"}
    for shown in (codes[0], None):
        day.call_as_admin("user-second-factor-remove", reason, path={"userId": user_id}, status=202)
        day.deliver("email-sender", day.event("SecondFactorRemovalRequested", user_id))
        if shown:
            challenge = day.call_as_visitor("auth-login", {"email": email, **PASSWORD}, status=401)["challenge"]
            day.call_as_visitor("auth-login-second-factor", {"challenge": challenge, "recoveryCode": shown})
        day.clock.advance(FACTOR_REMOVAL_DELAY.total_seconds())
        day.run_job("factor-remover")
    day.deliver("email-sender", day.event("SecondFactorRemoved", user_id))


def _use_a_second_factor(day: TradingDay) -> None:
    signed_in = day.call_as_visitor("auth-login", {"email": EMAIL, **PASSWORD})
    session = signed_in["refreshToken"].split(".")[1]
    day.call("second-factor-begin", _in_session(day, session, {"password": "a guess"}), 422)
    secret = day.call("second-factor-begin", _in_session(day, session, PASSWORD), 201)["secret"]
    code = {"code": make_code(secret, day.clock)}
    codes = day.call("second-factor-confirm", _in_session(day, session, code), 200)["recoveryCodes"]
    shown = {**PASSWORD, "recoveryCode": codes[0]}
    codes = day.call("recovery-codes-renew", _in_session(day, session, shown), 201)["recoveryCodes"]
    challenge = day.call_as_visitor("auth-login", {"email": EMAIL, **PASSWORD}, status=401)["challenge"]
    day.clock.advance(totp.STEP_SECONDS)
    code = {"challenge": challenge, "code": make_code(secret, day.clock)}
    day.call_as_visitor("auth-login-second-factor", code)
    shown = {**PASSWORD, "recoveryCode": codes[0]}
    day.call("second-factor-remove", _in_session(day, session, shown), 204)
    _keep_addresses(day)
    _change_the_address(day, session)


def _keep_addresses(day: TradingDay) -> None:
    """One with all its fields stays; another comes and goes."""
    whole = ADDRESS | {
        "name": "Ada Lovelace",
        "street2": "Flat 2",
        "region": "Greater London",
        "phone": "+44 20 7946 0000",
    }
    kept = day.call_as_customer("address-add", whole, status=201)["addressId"]
    day.call_as_customer("address-update", whole, path={"addressId": kept})
    gone = day.call_as_customer("address-add", ADDRESS, status=201)["addressId"]
    day.call_as_customer("address-remove", path={"addressId": gone}, status=204)
    day.call_as_customer("address-list")


def _change_the_address(day: TradingDay, session: str) -> None:
    """Somebody else does it, and adds a second factor: the owner undoes both."""
    wanted = {"email": "mallory@example.com", "currentPassword": PASSWORD["password"]}
    day.call_as_customer("email-change", wanted, status=202)
    day.deliver("email-sender", day.event("EmailChangeRequested", day.customer))
    pending = _account(day).pending_email
    assert pending
    token = issue_confirm_token(day.customer, pending, day.shop)
    day.call_as_visitor("auth-confirm-email", {"token": str(token)}, status=204)
    day.deliver("email-sender", day.event("EmailChanged", day.customer))
    secret = day.call("second-factor-begin", _in_session(day, session, PASSWORD), 201)["secret"]
    day.call("second-factor-confirm", _in_session(day, session, {"code": make_code(secret, day.clock)}), 200)
    token = issue_undo_token(day.customer, _account(day).previous_emails[0], day.shop)
    day.call_as_visitor("auth-undo-email-change", {"token": str(token)}, status=204)


def _account(day: TradingDay) -> User:
    user = find_user(day.shop.table, day.customer)
    assert user
    return user


def _in_session(day: TradingDay, session_id: str, body: object) -> dict[str, Any]:
    event = customer_event(body, user_id=day.customer)
    event["requestContext"]["authorizer"]["sessionId"] = session_id
    return event
