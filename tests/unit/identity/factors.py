"""People with a second factor, and their authenticator app."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

from tests.fakes import FakeClock, call, customer_event, public_event
from tests.unit.identity.people import EMAIL, PASSWORD, Member, login

from tradewind.identity import second_factor, sign_in, totp
from tradewind.shop import Shop


class Authenticator(NamedTuple):
    """The app, the recovery codes beside it, and the session that has set it up."""

    secret: str
    recovery_codes: list[str]
    member: Member

    def code(self, clock: FakeClock, steps: int = 0) -> str:
        return make_code(self.secret, clock, steps)


def make_code(secret: str, clock: FakeClock, steps: int = 0) -> str:
    """The code that the app shows, or that of so many steps later."""
    return totp.make_code(base64.b32decode(secret), totp.step_of(clock.now()) + steps)


def wrong_code(secret: str, clock: FakeClock) -> str:
    """One that is that of no step nearby."""
    right = {make_code(secret, clock, steps) for steps in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right)


def as_member(member: Member, body: object = None) -> dict[str, Any]:
    """A request in the member's own session."""
    event = customer_event(body, user_id=member.user_id)
    event["requestContext"]["authorizer"]["sessionId"] = member.refresh_token.split(".")[1]
    return event


def begin(shop: Shop, member: Member, password: str = PASSWORD) -> tuple[int, Any]:
    return call(second_factor.begin_second_factor, as_member(member, {"password": password}), shop)


def confirm(shop: Shop, member: Member, code: str) -> tuple[int, Any]:
    return call(second_factor.confirm_second_factor, as_member(member, {"code": code}), shop)


def remove(shop: Shop, member: Member, **shown: str) -> tuple[int, Any]:
    return call(second_factor.remove_second_factor, as_member(member, {"password": PASSWORD, **shown}), shop)


def renew(shop: Shop, member: Member, **shown: str) -> tuple[int, Any]:
    return call(second_factor.renew_recovery_codes, as_member(member, {"password": PASSWORD, **shown}), shop)


def add_factor(shop: Shop, clock: FakeClock, member: Member) -> Authenticator:
    """Add a second factor; the code that confirmed it is spent, the next is good half a minute later."""
    secret = begin(shop, member)[1]["secret"]
    status, body = confirm(shop, member, make_code(secret, clock))
    assert status == 200, body
    clock.advance(totp.STEP_SECONDS)
    return Authenticator(secret, body["recoveryCodes"], member)


def challenge_of(shop: Shop, email: str = EMAIL, password: str = PASSWORD) -> str:
    """What the right password is answered with."""
    status, body = login(shop, email, password)
    assert (status, body["error"]) == (401, "SecondFactorRequired")
    challenge: str = body["challenge"]
    return challenge


def finish(shop: Shop, challenge: str, **shown: str) -> tuple[int, Any]:
    return call(sign_in.login_second_factor, public_event({"challenge": challenge, **shown}), shop)
