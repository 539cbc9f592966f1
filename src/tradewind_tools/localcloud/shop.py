"""The shop itself: the template and the package that the blueprint exports, and the demo products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tradewind_tools.exports.cloudformation import template as cloudformation
from tradewind_tools.exports.cloudformation.names import LOCAL
from tradewind_tools.localcloud import archive, package, seed
from tradewind_tools.localcloud.deploy import BUCKET, STACK, Deployer, StackChange
from tradewind_tools.localcloud.state import AdminLogin
from tradewind_tools.packaging.sources import api_description


class TradewindShop:
    """Tradewind, as `./dev up` and the end-to-end tests deploy it."""

    reloads = True

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        """`settings` by the names of the template's parameters; those that are not given have their defaults."""
        self._settings = settings or {}

    def deploy(self, endpoint_url: str, front_door_url: str) -> StackChange:
        """Build the package, upload it and deploy the blueprint's template. Raises `StackFailed`."""
        deployer = Deployer(endpoint_url)
        built = package.build(api_description())
        deployer.upload(built)
        change = deployer.deploy(shop_template(front_door_url, built.key, self._settings))
        archive.ensure(endpoint_url, STACK)
        return change

    def load(self, front_door_url: str, endpoint_url: str, admin: AdminLogin) -> None:
        """Load the demo shop. Raises `SeedFailed`."""
        seed.load(front_door_url, endpoint_url, admin)

    def resume(self, endpoint_url: str) -> None:
        """Start the checkout again for orders that stand still."""
        from tradewind_tools.localcloud import recovery  # noqa: PLC0415 - a new shop has none, and starts faster

        recovery.resume_all(endpoint_url)


def shop_template(front_door_url: str, key: str, settings: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The blueprint's template, with its code under this key. Links in mails lead to the front door."""
    template = cloudformation.template(stage=LOCAL, code=cloudformation.Code(BUCKET, key))
    links = {"ShopUrl": front_door_url, "ApiUrl": f"{front_door_url}/v1"}
    parameters = template["Parameters"]
    chosen = {name: parameters[name] | {"Default": value} for name, value in {**links, **(settings or {})}.items()}
    return template | {"Parameters": parameters | chosen}
