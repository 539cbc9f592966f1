"""How functions off the request path call AWS: boto3 is loaded for the first client, and no call waits long."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.config import Config

_CONNECT_TIMEOUT_SECONDS = 2
_READ_TIMEOUT_SECONDS = 4
_ATTEMPTS = 2
_RUN_TIMEOUT_SECONDS = 305
"""A little longer than an Express run may last."""


def client_config() -> Config:
    """The configuration of a client whose calls end before the function's own time is up."""
    from botocore.config import Config  # noqa: PLC0415 - only consumers pay for it

    return Config(
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        read_timeout=_READ_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
    )


def patient_config() -> Config:
    """The configuration of a client that awaits runs of a state machine, and begins none a second time by itself.

    Their host has a prefix of its own, `sync-`, but for somebody who says which endpoint to use.
    """
    from botocore.config import Config  # noqa: PLC0415 - as above

    return Config(
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        read_timeout=_RUN_TIMEOUT_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
        inject_host_prefix="AWS_ENDPOINT_URL" not in os.environ,
    )


def connect(service: str, config: Config | None = None) -> Any:  # noqa: ANN401 - boto3 makes its clients' types when it runs
    """Make a client of an AWS service, by boto3's name for it."""
    import boto3  # noqa: PLC0415 - 2.3 s at 256 MB: whoever has nothing to send does not pay for it

    return boto3.client(service, config=config or client_config())  # type: ignore[call-overload]
