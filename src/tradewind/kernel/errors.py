"""The error base: one class per kind of refusal; each service derives the outcomes its callers can act on.

The class name is the stable error code that a caller sees (`OutOfStock`); the kind decides the HTTP status, which the
edge knows (`tradewind.edge.errors`).
"""

from __future__ import annotations

import msgspec


class Detail(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One thing that is wrong: `field` is a path such as `items[2].quantity` or a product id."""

    field: str
    message: str


class InvalidFields(ValueError):
    """What a message finds wrong with its fields when it is made; `details` names them as paths within the message."""

    def __init__(self, *details: Detail) -> None:
        super().__init__("; ".join(f"{detail.field}: {detail.message}" for detail in details))
        self.details = details


class TradewindError(Exception):
    """A refusal that the caller can understand and act on; anything else that is raised is a fault of ours.

    `challenge` is what the caller sends along with what is still missing.
    """

    def __init__(
        self,
        message: str,
        details: tuple[Detail, ...] = (),
        *,
        retry_after_seconds: int | None = None,
        challenge: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.retry_after_seconds = retry_after_seconds
        self.challenge = challenge

    @property
    def code(self) -> str:
        return type(self).__name__


class RetryLater(Exception):
    """The message cannot be handled yet, though nothing is wrong: it is to be delivered again later."""


class Malformed(TradewindError):
    """The request cannot be read."""


class Unauthenticated(TradewindError):
    """The caller is not known: no token, or none that is valid."""


class Forbidden(TradewindError):
    """The caller is known, and may not do this."""


class NotFound(TradewindError):
    """There is no such thing, or its existence is not the caller's business."""


class Conflict(TradewindError):
    """The request is sound, but the state of the shop does not allow it."""


class TooLarge(TradewindError):
    """The request is beyond a limit of the shop."""


class UnsupportedType(TradewindError):
    """The body is not JSON."""


class Unprocessable(TradewindError):
    """The request was understood, and it is invalid; `details` names every field."""


class TooMany(TradewindError):
    """Slow down, and try again after `retry_after_seconds`."""


class Unavailable(TradewindError):
    """The shop is too busy just now; nothing was changed, and trying again is safe."""


class SignInRequired(Unauthenticated):
    """The operation needs a valid token."""


class AccountRequired(Forbidden):
    """The operation is for those who have an account: a guest signs in or registers first."""


class AdminOnly(Forbidden):
    """The operation is for administrators."""


class PermissionRequired(Forbidden):
    """The operation is for staff who have its permission, and for administrators."""


class SecondFactorMissing(Forbidden):
    """The shop asks its people for a second factor, and this account has none: set one up."""


class InvalidAmount(Unprocessable):
    """The amount has more decimals than its currency, or is out of range."""
