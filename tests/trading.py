"""A shop in memory to trade in: customers, products, orders, and the checkout saga run to its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from tests.fakes import ADMIN_ID, CUSTOMER_ID, admin_event, call, customer_event

from tradewind.aws.events import PREFIX, from_item
from tradewind.catalog.handlers import create_product
from tradewind.checkout import handlers as checkout
from tradewind.checkout.model import RunInput
from tradewind.identity import writes as identity
from tradewind.inventory.public import Stock, stock_from, stock_key
from tradewind.kernel.caller import AccountStatus, Role
from tradewind.kernel.events import Event
from tradewind.ordering.handlers import place_order
from tradewind.ordering.model import Order
from tradewind.ordering.public import read_order
from tradewind.shop import Shop
from tradewind_tools.blueprint.saga import STEPS, definition_by_name
from tradewind_tools.memory.access import make_user, open_session
from tradewind_tools.memory.state_machine import Execution, MemoryStateMachine
from tradewind_tools.memory.table import MemoryTable

ADDRESS = {"name": "Ada", "street": "1 Lane", "city": "London", "postalCode": "N1 9GU", "country": "GB"}
_FUNCTIONS = {
    step.function: getattr(checkout, step.function.removeprefix("checkout-").replace("-", "_")) for step in STEPS
}


def add_product(shop: Shop, product_id: str, units: int = 10, *, price: float = 12.5, **fields: Any) -> None:  # noqa: ANN401 - JSON
    body = {"productId": product_id, "name": product_id.title(), "price": price, "category": "things", "stock": units}
    status, answer = call(create_product, admin_event(body | fields), shop)
    assert status == 201, answer


def stock(shop: Shop, product_id: str) -> tuple[int, int, int]:
    """Available, reserved, sold."""
    item = shop.table.get(stock_key(product_id), consistent=True)
    assert item
    found: Stock = stock_from(item)
    return found.available, found.reserved, found.sold


def order_body(items: Mapping[str, int], token: str = "tok_approved", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    wanted = [{"productId": product_id, "quantity": quantity} for product_id, quantity in items.items()]
    return {"items": wanted, "shippingAddress": ADDRESS, "paymentMethod": {"token": token}, **fields}


def submit_order(shop: Shop, items: Mapping[str, int], token: str = "tok_approved", **fields: Any) -> str:  # noqa: ANN401 - JSON
    """Place an order of the customer; the order's id."""
    status, answer = call(place_order, customer_event(order_body(items, token, **fields)), shop)
    assert status == 201, answer
    order_id: str = answer["orderId"]
    return order_id


def order_of(shop: Shop, order_id: str, customer_id: str = CUSTOMER_ID) -> Order:
    order = read_order(shop.table, customer_id, order_id)
    assert order
    return order


def events(shop: Shop) -> list[Event]:
    """Every event that the stream has seen, in order."""
    assert isinstance(shop.table, MemoryTable)
    images = [record.new_image for record in shop.table.stream if record.event_name == "INSERT" and record.new_image]
    return [from_item(image) for image in images if image["SK"].startswith(PREFIX)]


def event_types(shop: Shop) -> list[str]:
    return [event.type for event in events(shop)]


class Saga:
    """Runs the deployed state machine on a shop; `failing` says what the functions of some of its steps raise."""

    def __init__(self, shop: Shop, failing: Mapping[str, Exception] | None = None) -> None:
        self.shop = shop
        self._failing = failing or {}
        self._machine = MemoryStateMachine(definition_by_name(), self._invoke)

    def run(self, order_id: str) -> Execution:
        """Run the saga for an order, as the starter does when the order was placed. Raises ExecutionFailed."""
        placed = next(
            event for event in events(self.shop) if event.type == "OrderPlaced" and event.aggregate_id == order_id
        )
        run_input = RunInput(order_id, placed.data["customerId"], placed.correlation_id)
        return self._machine.execute(msgspec.to_builtins(run_input))

    def _invoke(self, function: str, payload: dict[str, Any]) -> dict[str, Any]:
        if function in self._failing:
            raise self._failing[function]
        answer: dict[str, Any] = _FUNCTIONS[function](payload, None, self.shop)
        return answer


def with_customer(
    shop: Shop,
    user_id: str = CUSTOMER_ID,
    status: AccountStatus = AccountStatus.ACTIVE,
    *,
    is_verified: bool = False,
) -> Shop:
    """The shop with an account, and a session of it."""
    now, role = shop.clock.now(), Role.ADMIN if user_id == ADMIN_ID else Role.CUSTOMER
    user = make_user(user_id, role, now, status=status, email_verified=is_verified)
    shop.table.transact([*identity.insert_user(user), open_session(user_id, now)])
    return shop


def with_people(shop: Shop) -> Shop:
    """The shop with its customer and its administrator."""
    return with_customer(with_customer(shop), ADMIN_ID)
