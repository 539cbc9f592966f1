"""Messages of the operations on the service itself."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from tradewind.kernel.money import Currency


class ServiceStatus(Struct, frozen=True, rename="camel"):
    """`time` is the service's own clock, in UTC; `currency` the shop's own."""

    status: Literal["ok"]
    service: str
    version: str
    stage: str
    currency: Currency
    time: datetime
