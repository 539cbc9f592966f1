"""The shop's own code at work in the local cloud, but in this process: what no API of the shop can do."""

from __future__ import annotations

import os

from tradewind.aws.secrets import ExtensionSecrets
from tradewind.aws.table import DynamoTable
from tradewind.kernel.clock import SystemClock
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.ministack.environment import CREDENTIALS


def shop_at(endpoint_url: str) -> Shop:
    """The local cloud's shop; it writes into the same table as the functions."""
    for name, value in CREDENTIALS.items():
        os.environ.setdefault(name, value)
    clock, settings = SystemClock(), Settings()
    return Shop(
        table=DynamoTable(settings.table_name, clock, endpoint_url=endpoint_url),
        clock=clock,
        secrets=ExtensionSecrets(clock),
        settings=settings,
    )
