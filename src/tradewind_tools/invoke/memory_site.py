"""A shop in memory that has traded a little: two people, a product, a cart, a paid order and a refund of it."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from typing import Any

import msgspec

from tradewind.aws.events import from_item
from tradewind.identity.administrators import create_admin
from tradewind.kernel.clock import SystemClock
from tradewind.kernel.events import Event
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.blueprint.saga import definition_by_name
from tradewind_tools.exports.examples import ADMIN_ID, CUSTOMER_ID, EMAIL, ORDER_ID, PASSWORD, REFUND_ID
from tradewind_tools.exports.sample_events import sample_event
from tradewind_tools.invoke.functions import find_entry_point, find_function
from tradewind_tools.invoke.site import Site
from tradewind_tools.memory.ports import (
    MemoryBus,
    MemoryMailer,
    MemoryQueues,
    MemorySecrets,
    MemorySmsSender,
    MemoryStream,
    MemoryVault,
)
from tradewind_tools.memory.state_machine import MemoryStateMachine
from tradewind_tools.memory.table import MemoryTable

ADMIN_EMAIL = "admin@example.com"
PRODUCT = {"productId": "tide-mug", "stock": 20}


def open_memory_site() -> Site:
    """Open the shop, and let it trade."""
    shop = _make_shop()
    site = Site(shop, "a shop in memory")
    with redirect_stdout(StringIO()):  # the log of all this
        _trade(site)
    return site


def table_of(site: Site) -> MemoryTable:
    assert isinstance(site.shop.table, MemoryTable)  # noqa: S101 - it was made here
    return site.shop.table


def _make_shop() -> Shop:
    shop = Shop(table=MemoryTable(), clock=SystemClock(), secrets=MemorySecrets(), settings=Settings())
    shop.bus, shop.mailer, shop.sms = MemoryBus(), MemoryMailer(), MemorySmsSender()
    shop.queues, shop.stream, shop.vault = MemoryQueues(), MemoryStream(), MemoryVault()
    shop.state_machine = MemoryStateMachine(definition_by_name(), partial(_invoke, shop))
    return shop


def _invoke(shop: Shop, name: str, payload: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    return find_entry_point(name)(payload, None, shop)


def _trade(site: Site) -> None:
    admin_id = create_admin(site.shop, ADMIN_EMAIL, PASSWORD, first_name="Shop", last_name="Keeper")
    site.names[ADMIN_ID] = lambda: admin_id
    customer_id = _request(site, "auth-register", email=EMAIL)["userId"]
    site.names[CUSTOMER_ID] = lambda: customer_id
    _request(site, "product-create", **PRODUCT)
    order_id = _request(site, "order-create")["orderId"]
    site.names[ORDER_ID] = lambda: order_id
    _check_out(site, order_id)
    refund_id = _request(site, "order-refund", amount=1)["refundId"]
    site.names[REFUND_ID] = lambda: refund_id
    _request(site, "cart-add-item")


def _request(site: Site, name: str, **fields: object) -> Any:  # noqa: ANN401 - JSON
    """Invoke an operation with its sample event, but for these fields of the body; the body of its answer."""
    event = site.localize(sample_event(find_function(name)))
    body = json.dumps({**json.loads(event["body"]), **fields})
    answer = find_entry_point(name)({**event, "body": body}, None, site.shop)
    return json.loads(answer["body"])


def _check_out(site: Site, order_id: str) -> None:
    """Deliver the order's event to the function that runs the saga."""
    placed = next(event for event in _events(site) if (event.type, event.aggregate_id) == ("OrderPlaced", order_id))
    body = msgspec.json.encode({"detail": placed}).decode()
    find_entry_point("checkout-starter")({"Records": [{"messageId": "1", "body": body}]}, None, site.shop)


def _events(site: Site) -> list[Event]:
    images = [change.new_image for change in table_of(site).stream if change.new_image]
    return [from_item(image) for image in images if image["SK"].startswith("EVENT#")]
