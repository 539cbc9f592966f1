"""How people in a simulated world ask the shop for something: once, or until they have an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from tradewind_tools.simulation.api import Answer, api_event
from tradewind_tools.simulation.messaging import FAILURES

if TYPE_CHECKING:
    from tradewind_tools.simulation.world import World

_ATTEMPTS = 6
_PATIENCE_MS = 12_000
_PAUSE_MS = 5_000
_REPETITION_CHANCE = 0.15


class FrontDoor:
    """Takes requests to the functions behind the API; `answers` keeps every good answer by user and key."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.answers: dict[tuple[str, str], list[Answer]] = {}

    def insist(
        self,
        name: str,
        user_id: str | None,
        body: object,
        *,
        path: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> Answer | None:
        """Ask again while there is no answer; only with a key, or where a repetition changes nothing."""
        may_repeat = key is not None or path is not None
        for _ in range(_ATTEMPTS if may_repeat else 1):
            answer = self.ask(name, user_id, body, path=path, key=key)
            if answer is not None and not answer.is_worth_repeating:
                self._perhaps_ask_again(name, user_id, body, path=path, key=key)
                return answer
            self.world.scheduler.pause(int(self.world.random.random() * _PAUSE_MS))
        return None

    def ask(
        self,
        name: str,
        user_id: str | None,
        body: object,
        *,
        path: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> Answer | None:
        """One request; None when no answer came."""
        text = None if body is None else msgspec.json.encode(body).decode()
        event = api_event(user_id, text, path=path, key=key)
        try:
            answered = self.world.functions.call(name, event, about=key or "", patience_ms=_PATIENCE_MS)
        except FAILURES:
            return None
        answer = Answer(answered["statusCode"], answered["body"])
        self.world.calls.note("people", name, (path or {}).get("orderId", ""), f"{answer.status} {answer.body[:160]}")
        if key is not None and user_id is not None and answer.is_success:
            self.answers.setdefault((user_id, key), []).append(answer)
        return answer

    def _perhaps_ask_again(
        self, name: str, user_id: str | None, body: object, *, path: Mapping[str, str] | None, key: str | None
    ) -> None:
        """Some programs repeat what was answered well."""
        if key is not None and self.world.faults.may_happen(_REPETITION_CHANCE):
            self.world.scheduler.pause(int(self.world.random.random() * _PAUSE_MS))
            self.ask(name, user_id, body, path=path, key=key)
