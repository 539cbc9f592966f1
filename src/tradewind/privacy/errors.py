"""Errors of exports and deletions."""

from __future__ import annotations

from tradewind.kernel.errors import Conflict, NotFound, RetryLater, TooMany, Unprocessable


class EmailUnverified(Conflict):
    """The link to an export goes to the account's address, which is not verified yet."""


class TooManyExports(TooMany):
    """There was an export within the last day; `Retry-After` says when the next one is possible."""


class ExportNotFound(NotFound):
    """There is no export with this id, or it is somebody else's, or it has expired."""


class InvalidExportLink(Unprocessable):
    """The token is not that of a link to an export, or there is a newer export."""


class ExportLinkExpired(Unprocessable):
    """The link was valid for a day: request another export."""


class ExportTakenOver(RetryLater):
    """Another delivery of the same event is writing the export."""


class OrdersUnfinished(Conflict):
    """The account has orders that are not decided and sent, or whose money is on its way; `details` names them."""


class ErasureTakenOver(RetryLater):
    """Another delivery of the same event is erasing the account."""
