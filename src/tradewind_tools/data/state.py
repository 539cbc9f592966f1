"""Which shop, and whose login: what was said on the command line, or what `./dev up` keeps in the state folder."""

from __future__ import annotations

from tradewind_tools.data.errors import UnknownShopError
from tradewind_tools.data.messages import Credentials
from tradewind_tools.localcloud.errors import LocalCloudError
from tradewind_tools.localcloud.state import StateFolder


def shop_url(given: str | None, folder: StateFolder) -> str:
    """Return the address of the shop; that of its API, as a deployment prints it, is given as well.

    Raises UnknownShopError when none is said and none runs here.
    """
    if given:
        return given.rstrip("/").removesuffix("/v1")
    try:
        return folder.find_running().front_door_url
    except LocalCloudError as error:
        raise UnknownShopError("no shop runs here: start one with ./dev up, or say --url") from error


def credentials(email: str | None, password: str | None, folder: StateFolder) -> Credentials:
    """Return the login to use. Raises UnknownShopError when a part of it is neither said nor stored."""
    if email and password:
        return Credentials(email=email, password=password)
    if not folder.path.is_dir():
        raise UnknownShopError("no administrator's login is stored here: say --email and --password")
    stored = folder.admin_login()
    return Credentials(email=email or stored.email, password=password or stored.password)
