"""Guests in a simulated world: they have a token instead of an account, and by it a cart."""

from __future__ import annotations

from collections.abc import Iterator

from tradewind.edge.http import AUTHORIZATION
from tradewind_tools.simulation.account_scenario import GuestVisit
from tradewind_tools.simulation.api_client import ApiClient
from tradewind_tools.simulation.api_gateway import Authorization
from tradewind_tools.simulation.errors import CALL_FAILURES
from tradewind_tools.simulation.scenario_generator import UNTRACKED
from tradewind_tools.simulation.world import World


class Guest:
    """Somebody who puts one thing into the cart each time they come; `sent` and `confirmed` count the units."""

    def __init__(self, visit: GuestVisit, client: ApiClient, authorization: Authorization) -> None:
        self.visit = visit
        self.guest_ids: set[str] = set()
        self.sent = 0
        self.confirmed = 0
        self._token: str | None = None
        self._client = client
        self._authorization = authorization

    def come(self) -> None:
        """To be called by a task."""
        for _ in range(self.visit.additions):
            self._renew_token()
            self._add()
            self._client.world.scheduler.pause(self.visit.pause_ms)

    def find_violations(self, world: World) -> Iterator[str]:
        """A guest stays the same, and has in the cart what was confirmed; all of it expires."""
        items = [item for item in world.table.truth.all_items() if item["PK"].startswith("GUEST#")]
        units = sum(item["quantity"] for item in items if item["SK"].startswith("CART#"))
        if len(self.guest_ids) > 1:
            yield f"a guest became {sorted(self.guest_ids)}"
        if not self.confirmed <= units <= self.sent:
            yield f"a guest's cart has {units} units, of {self.confirmed} that were confirmed and {self.sent} wanted"
        yield from (f"{item['PK']} {item['SK']} is kept for good" for item in items if not _expires(item))

    def _renew_token(self) -> None:
        headers = {AUTHORIZATION: f"Bearer {self._token}"} if self._token else None
        response = self._client.request("auth-guest", None, None, headers=headers)
        if response is not None and response.is_success:
            self._token = response.read("token")
            self.guest_ids.add(response.read("guestId"))

    def _add(self) -> None:
        if self._token is None:
            return
        try:
            context = self._authorization.check(self._token).context
        except CALL_FAILURES:
            return
        self.sent += 1
        item = {"productId": UNTRACKED, "quantity": 1}
        response = self._client.request("cart-add-item", None, item, context=context)
        self.confirmed += response is not None and response.is_success


def _expires(item: dict[str, object]) -> bool:
    sort_key = str(item["SK"])
    return sort_key.startswith("EVENT#") or "expiresAt" in item
