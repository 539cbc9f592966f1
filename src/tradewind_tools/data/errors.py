"""What stops a run, each in one line for the person at the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind_tools.errors import Refusal


class DataError(Refusal):
    """A reason to stop before the data are in the shop."""


class UnreadableFileError(DataError):
    """The file is missing, is no CSV, lacks a column, or does not say how to read it and no option does."""


class UnknownCurrencyError(DataError):
    """There is no such currency, or the shop does not say which is its own."""


class UnknownShopError(DataError):
    """No shop was named, and none is running here."""


class LoginRefusedError(DataError):
    """The shop does not accept this login, or it is not an administrator's."""


class ShopUnreachableError(DataError):
    """The shop did not answer, though it was asked several times."""


class ShopRefusedError(Refusal):
    """The shop's own refusal, in the API's error shape.

    `status` is the HTTP status, `code` the stable error code (`OutOfStock`), `details` the shop's list of particulars.
    """

    def __init__(
        self, status: int, code: str, message: str, details: Sequence[object] = (), request_id: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = tuple(details)
        self.request_id = request_id

    @property
    def is_fault(self) -> bool:
        """Whether the shop itself failed, and did not refuse what it was sent."""
        return self.status >= 500  # noqa: PLR2004 (the HTTP class of server errors)

    def __str__(self) -> str:
        particulars = "; ".join(str(detail) for detail in self.details)
        request = f" (request {self.request_id})" if self.is_fault and self.request_id else ""
        return f"{self.code}: {self.message}{f' [{particulars}]' if particulars else ''}{request}"
