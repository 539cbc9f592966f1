"""Messages of the operations on the service itself."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct


class ServiceStatus(Struct, frozen=True, rename="camel"):
    """`time` is the service's own clock, in UTC."""

    status: Literal["ok"]
    service: str
    version: str
    stage: str
    time: datetime
