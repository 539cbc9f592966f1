"""How consumers off the request path call AWS: boto3 is loaded for the first client, and no call waits long."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.config import Config

_CONNECT_TIMEOUT_SECONDS = 2
_READ_TIMEOUT_SECONDS = 4
_ATTEMPTS = 2


def bounded() -> Config:
    """The configuration of a client whose calls end before the function's own time is up."""
    from botocore.config import Config  # noqa: PLC0415 - only consumers pay for it

    return Config(
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        read_timeout=_READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    )
