"""The first administrator, whom no API can make: written by the shop's own code into the local cloud's table."""

from __future__ import annotations

import os

from tradewind.aws.secrets import ExtensionSecrets
from tradewind.aws.table import DynamoTable
from tradewind.identity.public import create_admin
from tradewind.kernel.clock import SystemClock
from tradewind.shop import Settings, Shop
from tradewind_tools.localcloud.environment import CREDENTIALS


def create(endpoint_url: str, email: str, password: str) -> None:
    """Make the administrator, or give an account that is there this password and role."""
    for name, value in CREDENTIALS.items():
        os.environ.setdefault(name, value)
    clock, settings = SystemClock(), Settings()
    shop = Shop(
        table=DynamoTable(settings.table_name, clock, endpoint_url=endpoint_url),
        clock=clock,
        secrets=ExtensionSecrets(clock),
        settings=settings,
    )
    create_admin(shop, email, password, first_name="Shop", last_name="Keeper")
