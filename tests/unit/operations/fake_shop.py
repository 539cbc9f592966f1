"""The shop's own operations on dead letters, asked without HTTP."""

from __future__ import annotations

from typing import Any

from httpx2 import Response
from tests.fakes import admin_event, call, make_shop
from tests.unit.ops.fake_queues import FakeQueues
from tests.unit.outbox.fake_bus import FakeBus

from tradewind.ops.handlers import list_dead_letters, redrive_dead_letters
from tradewind_tools.localcloud.state import AdminLogin

ADMIN = AdminLogin("admin@example.com", "secret")
_REFUSAL = Response(401, json={"error": "InvalidCredentials", "message": "No."})


class FakeShop:
    """The shop's operations on dead letters, behind their addresses."""

    def __init__(self, queues: FakeQueues) -> None:
        self._shop = make_shop(queues=queues, bus=FakeBus())

    def ask(self, method: str, url: str, body: object = None, token: str | None = None) -> Response:
        path = url.removeprefix("http://shop/v1")
        if path == "/auth/login":
            is_admin = body == {"email": ADMIN.email, "password": ADMIN.password}
            return Response(200, json={"token": "t"}) if is_admin else _REFUSAL
        assert token == "t"
        if method == "GET":
            return _answer(call(list_dead_letters, admin_event(), self._shop))
        return _answer(call(redrive_dead_letters, admin_event(path={"queue": path.split("/")[3]}), self._shop))


def _answer(given: tuple[int, Any]) -> Response:
    status, body = given
    return Response(status, json=body)
