"""What can be refused by the service about itself."""

from __future__ import annotations

from tradewind.kernel.errors import Unavailable


class DocumentMissing(Unavailable):
    """This installation was packaged without the API's description."""
