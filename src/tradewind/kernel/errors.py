"""The error base: one class per kind of refusal; each service derives the outcomes its callers can act on.

The class name is the stable error code that a caller sees (`OutOfStock`); the kind decides the HTTP status.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Detail(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One thing that is wrong: `field` is a path such as `items[2].quantity` or a product id."""

    field: str
    message: str


class TradewindError(Exception):
    """A refusal that the caller can understand and act on; anything else that is raised is a fault of ours."""

    status: ClassVar[int] = 400

    def __init__(
        self, message: str, details: tuple[Detail, ...] = (), *, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.retry_after_seconds = retry_after_seconds

    @property
    def code(self) -> str:
        return type(self).__name__


class ComeAgain(Exception):
    """Nothing is wrong, but not now: the message is to be delivered again later."""


class Malformed(TradewindError):
    """The request cannot be read."""

    status = 400


class Unauthenticated(TradewindError):
    """Nobody, or nobody we know, is asking."""

    status = 401


class Forbidden(TradewindError):
    """We know who is asking, and the answer is no."""

    status = 403


class NotFound(TradewindError):
    """There is no such thing, or its existence is not the caller's business."""

    status = 404


class Conflict(TradewindError):
    """The request is sound, but the state of the shop does not allow it."""

    status = 409


class TooLarge(TradewindError):
    """The request is beyond a limit of the shop."""

    status = 413


class UnsupportedType(TradewindError):
    """The body is not JSON."""

    status = 415


class Unprocessable(TradewindError):
    """The request was understood, and it is invalid; `details` names every field."""

    status = 422


class TooMany(TradewindError):
    """Slow down, and try again after `retry_after_seconds`."""

    status = 429


class Unavailable(TradewindError):
    """The shop is too busy just now; nothing was changed, and trying again is safe."""

    status = 503
