"""Somebody with a second factor, and the app that shows its codes."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, replace

from tests.e2e.browserless import PASSWORD, Visitor

from tradewind.identity import totp


@dataclass
class Authenticator:
    """Codes in the order of their steps: each is good once, and one may be half a minute early."""

    owner: Visitor
    secret: str
    codes: list[str]
    last_step: int

    @classmethod
    def set_up(cls, owner: Visitor) -> Authenticator:
        """Begin and confirm; the owner goes on in the same session, with a new token."""
        secret = owner.post("/users/second-factor", {"password": PASSWORD}).ok()["secret"]
        app = cls(owner, secret, [], int(time.time()) // totp.STEP_SECONDS - 2)
        app.codes = owner.post("/users/second-factor/confirm", {"code": app.next_code()}).ok()["recoveryCodes"]
        pair = owner.post("/auth/refresh", {"refreshToken": owner.refresh_token}).ok()
        app.owner = replace(owner, token=pair["token"], refresh_token=pair["refreshToken"])
        return app

    def next_code(self) -> str:
        """The oldest code that is good and was not shown yet; waits for it where too many were."""
        oldest = int(time.time()) // totp.STEP_SECONDS - totp.WINDOW_STEPS
        self.last_step = max(self.last_step + 1, oldest)
        earliest = (self.last_step - totp.WINDOW_STEPS) * totp.STEP_SECONDS
        time.sleep(max(0.0, earliest - time.time()))
        return totp.make_code(base64.b32decode(self.secret), self.last_step)

    def challenge(self, visitor: Visitor, password: str = PASSWORD) -> str:
        """What the right password is answered with."""
        answer = visitor.post("/auth/login", {"email": self.owner.user["email"], "password": password})
        assert answer.error == (401, "SecondFactorRequired")
        challenge: str = answer.body["challenge"]
        return challenge

    def sign_in(self, visitor: Visitor, password: str = PASSWORD) -> Visitor:
        shown = {"challenge": self.challenge(visitor, password), "code": self.next_code()}
        answer = visitor.post("/auth/login/second-factor", shown).ok()
        return replace(visitor, token=answer["token"], user=answer["user"], refresh_token=answer["refreshToken"])
