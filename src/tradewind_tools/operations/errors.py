"""What can go wrong while operating the shop, each as one clear line."""

from __future__ import annotations

from datetime import datetime

from tradewind_tools.errors import Refusal


class ShopRefused(Refusal):
    """The shop refused a request; the message is its own."""

    def __init__(self, status: int, body: object) -> None:
        message = body.get("message", body) if isinstance(body, dict) else body
        super().__init__(f"The shop answers {status}: {message}")


class UnknownType(Refusal):
    """No rule of the bus matches this type of event."""

    def __init__(self, kind: str, known: list[str]) -> None:
        super().__init__(f"No rule matches {kind!r}. Known: {', '.join(known)}")


class EmptyPeriod(Refusal):
    """The end of the period is not after its beginning."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        super().__init__(f"There is nothing between {begin:%Y-%m-%dT%H:%M:%S} and {end:%Y-%m-%dT%H:%M:%S}")


class ReplayFailed(Refusal):
    """EventBridge could not replay."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The replay failed: {reason}")
