"""Where a function is invoked: a shop, and what stands there for the ids in the sample events."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from tradewind.identity.reads import find_user
from tradewind.identity.sessions import open_session
from tradewind.identity.tokens import AccessTokens
from tradewind.identity.writes import insert_session
from tradewind.kernel.caller import Caller, Role
from tradewind.shop import Shop
from tradewind_tools.exports.examples import CUSTOMER_ID, MOMENT
from tradewind_tools.exports.sample_events import ACCESS_TOKEN

Finder: TypeAlias = Callable[[], str | None]
"""Finds what to put in the place of a text; None where there is nothing like it, and the text stays."""


@dataclass(slots=True)
class Site:
    """A shop, in words what it is, and the names of what is there, by what the sample events call it."""

    shop: Shop
    about: str
    names: dict[str, Finder] = field(default_factory=dict)

    def localize(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The event with the names of what is there."""
        text = json.dumps(event, ensure_ascii=False)
        own = {ACCESS_TOKEN: self._issue_token, json.loads(msgspec.json.encode(MOMENT)): self._current_moment}
        for example, find in (own | self.names).items():
            if example in text and (name := find()) is not None:
                text = text.replace(example, name)
        localized: dict[str, Any] = json.loads(text)
        return localized

    def _current_moment(self) -> str:
        """What the sample events tell of happens now: consumers leave alone what is over."""
        moment: str = json.loads(msgspec.json.encode(self.shop.clock.now()))
        return moment

    def _issue_token(self) -> str:
        """Open a session of a customer, if there is one; without a session, a token is of no use."""
        tokens = AccessTokens.of(self.shop)
        user = find_user(self.shop.table, self.names.get(CUSTOMER_ID, lambda: None)() or CUSTOMER_ID)
        if user is None:
            return tokens.issue(Caller(CUSTOMER_ID, Role.CUSTOMER, session_id="none"))
        session, _ = open_session(user, self.shop.clock)
        self.shop.table.write(insert_session(session))
        return tokens.issue(session.caller(user))
