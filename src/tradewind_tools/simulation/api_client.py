"""How people in a simulated world call the shop's API: once, or with retries until they get a response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from tradewind_tools.simulation.api_gateway import REFUSED, ApiResponse, TokenCheck, api_event
from tradewind_tools.simulation.errors import CALL_FAILURES

if TYPE_CHECKING:
    from tradewind_tools.simulation.world import World

_ATTEMPTS = 6
_PATIENCE_MS = 12_000
_PAUSE_MS = 5_000
_LONG_PAUSE_MS = 60_000
"""Where an earlier request still runs, or has died: until its claim lapses."""

_REPETITION_CHANCE = 0.15


class ApiClient:
    """Calls the functions behind the API; `responses` keeps every successful response by user and key.

    `token_checks` are for those who show a token, by user; everybody else is let in.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.responses: dict[tuple[str, str], list[ApiResponse]] = {}
        self.token_checks: dict[str, Callable[[], TokenCheck]] = {}

    def request_with_retries(
        self,
        name: str,
        user_id: str | None,
        body: object,
        *,
        path: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> ApiResponse | None:
        """Repeat the request while there is no final response; only with a key, or where repeating changes nothing."""
        may_repeat = key is not None or path is not None
        for _ in range(_ATTEMPTS if may_repeat else 1):
            response = self.request(name, user_id, body, path=path, key=key)
            if response is not None and not response.is_retryable:
                self._maybe_repeat(name, user_id, body, path=path, key=key)
                return response
            has_begun = response is not None and response.is_in_progress
            self.world.scheduler.pause(int(self.world.random.random() * (_LONG_PAUSE_MS if has_begun else _PAUSE_MS)))
        return None

    def request(
        self,
        name: str,
        user_id: str | None,
        body: object,
        *,
        path: Mapping[str, str] | None = None,
        key: str | None = None,
        context: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiResponse | None:
        """Send one request; None when no response came. `context` is the authorizer's word on who sends it."""
        text = None if body is None else msgspec.json.encode(body).decode()
        try:
            if user_id in self.token_checks:
                context = self.token_checks[user_id]().context
                if context is None:
                    return REFUSED
            event = api_event(user_id, text, path=path, key=key, context=context, headers=headers)
            returned = self.world.functions.call(name, event, about=key or "", patience_ms=_PATIENCE_MS)
        except CALL_FAILURES:
            return None
        response = ApiResponse(returned["statusCode"], returned["body"])
        outcome = f"{response.status} {response.body[:160]}"
        self.world.calls.log("people", name, (path or {}).get("orderId", ""), outcome)
        if key is not None and user_id is not None and response.is_success:
            self.responses.setdefault((user_id, key), []).append(response)
        return response

    def _maybe_repeat(
        self, name: str, user_id: str | None, body: object, *, path: Mapping[str, str] | None, key: str | None
    ) -> None:
        """Some programs repeat a request that succeeded."""
        if key is not None and self.world.faults.draw(_REPETITION_CHANCE):
            self.world.scheduler.pause(int(self.world.random.random() * _PAUSE_MS))
            self.request(name, user_id, body, path=path, key=key)
