"""The first administrator, whom no API can make: written by the shop's own code into the local cloud's table."""

from __future__ import annotations

from tradewind.identity.administrators import create_admin
from tradewind_tools.localcloud.inside import shop_at


def create(endpoint_url: str, email: str, password: str) -> None:
    """Make the administrator, or give an account that is there this password and role."""
    create_admin(shop_at(endpoint_url), email, password, first_name="Shop", last_name="Keeper")
