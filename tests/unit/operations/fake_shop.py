"""The shop's own operations on dead letters, asked without HTTP."""

from __future__ import annotations

from typing import Any

from tests.fakes import admin_event, call, make_shop
from tests.unit.ops.fake_queues import FakeQueues
from tests.unit.outbox.fake_bus import FakeBus

from tradewind.ops.handlers import list_dead_letters, redrive_dead_letters
from tradewind_tools.localcloud.http_client import Answer
from tradewind_tools.localcloud.state import Login

ADMIN = Login("admin@example.com", "secret")
_no = Answer(401, {"error": "InvalidCredentials", "message": "No."}, {})


class FakeShop:
    """The shop's operations on dead letters, behind their addresses."""

    def __init__(self, queues: FakeQueues) -> None:
        self._shop = make_shop(queues=queues, bus=FakeBus())

    def ask(self, method: str, url: str, body: object = None, token: str | None = None) -> Answer:
        path = url.removeprefix("http://shop/v1")
        if path == "/auth/login":
            return (
                Answer(200, {"token": "t"}, {}) if body == {"email": ADMIN.email, "password": ADMIN.password} else _no
            )
        assert token == "t"
        if method == "GET":
            return _answer(call(list_dead_letters, admin_event(), self._shop))
        return _answer(call(redrive_dead_letters, admin_event(path={"queue": path.split("/")[3]}), self._shop))


def _answer(given: tuple[int, Any]) -> Answer:
    return Answer(*given, {})
