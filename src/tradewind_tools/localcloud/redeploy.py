"""`python -m tradewind_tools.localcloud.redeploy FOLDER ENDPOINT FRONT_DOOR`: deploy the template if it has changed.

Changed code needs no deployment: workers run what is saved. So the template is compared without the code's address.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tradewind_tools.errors import Refusal
from tradewind_tools.localcloud.deploy import STACK, Template
from tradewind_tools.localcloud.sdk import local_session
from tradewind_tools.localcloud.shop import TradewindShop, shop_template
from tradewind_tools.localcloud.state import StateFolder


class Differences(NamedTuple):
    """The logical ids of resources that two templates do not have in common, or have otherwise."""

    new: list[str]
    changed: list[str]
    removed: list[str]

    def __str__(self) -> str:
        kinds = zip(self._fields, self, strict=True)
        return ", ".join(f"{len(names)} {kind}" for kind, names in kinds if names)


def redeploy(folder: StateFolder, endpoint_url: str, front_door_url: str) -> str | None:
    """Deploy the shop if its template has changed, and say so. Raises Refusal."""
    with folder.hold_deployment_lock():
        begin = time.monotonic()
        differences = compare_templates(_read_deployed(endpoint_url), _as_json(shop_template(front_door_url, "")))
        if not any(differences):
            return None
        TradewindShop().deploy(endpoint_url, front_door_url)
        return f"deployed the template: {differences} ({time.monotonic() - begin:.1f} s)"


def compare_templates(before: Template, after: Template) -> Differences:
    """What a deployment would change, but for the code's address."""
    old, new = before["Resources"], after["Resources"]
    return Differences(
        sorted(new.keys() - old.keys()),
        sorted(name for name in new.keys() & old.keys() if _without_code(old[name]) != _without_code(new[name])),
        sorted(old.keys() - new.keys()),
    )


def _without_code(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**resource, "Properties": {**resource.get("Properties", {}), "Code": None}}


def _read_deployed(endpoint_url: str) -> Template:
    client = local_session().client("cloudformation", endpoint_url=endpoint_url)
    body: Any = client.get_template(StackName=STACK)["TemplateBody"]
    template: Template = json.loads(body) if isinstance(body, str) else body
    return template


def _as_json(template: Template) -> Template:
    """The template as it comes back from the cloud: a tuple has become a list."""
    copied: Template = json.loads(json.dumps(template))
    return copied


def main() -> None:
    path, endpoint_url, front_door_url = sys.argv[1:]
    try:
        if said := redeploy(StateFolder(Path(path)), endpoint_url, front_door_url):
            print(said)
    except Refusal as reason:
        sys.exit(str(reason).splitlines()[0])


if __name__ == "__main__":
    main()
