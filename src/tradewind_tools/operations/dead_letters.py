"""Dead letters through the shop's own API, as an administrator."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeAlias

from httpx2 import Response

from tradewind_tools.http_client import call, content_of
from tradewind_tools.localcloud.state import AdminLogin
from tradewind_tools.operations.errors import ShopRefused

Ask: TypeAlias = Callable[..., Response]
"""`http_client.call`, or a fake of it."""


class DeadLetterClient:
    """Reads and redrives the dead letters of the shop behind a front door."""

    def __init__(self, front_door_url: str, admin: AdminLogin, ask: Ask = call) -> None:
        self._api = f"{front_door_url}/v1"
        self._ask = ask
        login = {"email": admin.email, "password": admin.password}
        self._token = str(_require_success(ask("POST", f"{self._api}/auth/login", login))["token"])

    def queues(self) -> list[dict[str, Any]]:
        """Every dead-letter queue as the API shows it. Raises ShopRefused."""
        found: list[dict[str, Any]] = self._admin("GET", "/ops/dead-letters")["queues"]
        return found

    def redrive(self, queue: str) -> int:
        """Send back the messages that the queue holds now, call by call. Returns how many. Raises ShopRefused."""
        found = next((each["waiting"] for each in self.queues() if each["queue"] == queue), 0)
        moved, last = 0, -1
        while moved < max(found, 1) and last:
            last = self._admin("POST", f"/ops/dead-letters/{queue}/redrive")["moved"]
            moved += last
        return moved

    def _admin(self, method: str, path: str) -> Any:  # noqa: ANN401 - JSON
        return _require_success(self._ask(method, f"{self._api}{path}", None, self._token))


def _require_success(response: Response) -> Any:  # noqa: ANN401 - JSON
    if response.status_code != HTTPStatus.OK:
        raise ShopRefused(response.status_code, content_of(response))
    return response.json()
