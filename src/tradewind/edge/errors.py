"""What every operation may refuse, and the HTTP status of each kind of refusal."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.kernel.errors import (
    Conflict,
    Forbidden,
    Malformed,
    NotFound,
    TooLarge,
    TooMany,
    TradewindError,
    Unauthenticated,
    Unavailable,
    Unprocessable,
    UnsupportedType,
)

STATUSES: Mapping[type[TradewindError], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    UnsupportedType: 415,
    Unprocessable: 422,
    TooMany: 429,
    Unavailable: 503,
}
"""RFC 9110 and, for 422 and 429, RFC 4918 and RFC 6585."""


class InvalidJson(Malformed):
    """The body is not JSON."""


class InvalidRequest(Unprocessable):
    """The request does not have the documented form; `details` names every field."""


class BodyTooLarge(TooLarge):
    """The body is larger than the shop accepts."""


class NotJson(UnsupportedType):
    """The content type is something else than application/json."""


class InvalidIdempotencyKey(Unprocessable):
    """The key is longer than 255 characters."""


class IdempotencyKeyReused(Unprocessable):
    """The key was used for another request: take a new one for each new request."""


class InProgress(Conflict):
    """The first request with this key still runs: ask again in a moment."""


class VariantRequired(Unprocessable):
    """The `productId` means several variants: name one of those in `details` by its `variantId`."""


class InvalidCursor(Unprocessable):
    """The cursor is not one of ours for this list: begin again without one."""


def status_of(error: type[TradewindError]) -> int:
    """The HTTP status of a refusal: that of the nearest kind which it derives from. Raises StopIteration for none."""
    return next(STATUSES[kind] for kind in error.__mro__ if kind in STATUSES)
