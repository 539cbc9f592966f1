"""People in a simulated world: customers who buy, change their minds and lose patience, and an administrator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from tradewind.cart import store as cart
from tradewind_tools.simulation.api import ADMIN_ID, Answer
from tradewind_tools.simulation.front_door import FrontDoor
from tradewind_tools.simulation.messaging import FAILURES
from tradewind_tools.simulation.purchases import Coincidence, Deed, Part, Purchase, Visit
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.world import World

_ADDRESS = {"street": "1 Lane", "city": "London", "postalCode": "N1", "country": "GB"}
_SHIPMENT = {"carrier": "Post", "trackingNumber": "1"}
_TAPPED_LINES = 10
_PAUSE_MS = 5_000


class People:
    """Acts out purchases and visits; keeps which orders came of which purchase, and who was registered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.front_door = FrontDoor(world)
        self.purchases = 0
        self.ordered: dict[str, Purchase] = {}
        self.refused: list[tuple[Purchase, Answer]] = []
        self.registered: dict[str, str] = {}

    def act_out(self, purchase: Purchase) -> None:
        """Begin a purchase: one task for each copy of the request."""
        self.purchases += 1
        for copy in range(purchase.copies):
            self.world.scheduler.spawn(
                "customer", partial(self._buy, purchase, is_first=not copy), after_ms=purchase.begins_ms
            )

    def visit(self, visit: Visit) -> None:
        """Begin a registration: one task for each copy of the request."""
        for _ in range(visit.copies):
            self.world.scheduler.spawn("visitor", partial(self._register, visit), after_ms=visit.begins_ms)

    def _buy(self, purchase: Purchase, *, is_first: bool) -> None:
        if purchase.from_cart and is_first and not self._fill_cart(purchase):
            return
        body = {"shippingAddress": _ADDRESS, "paymentMethod": {"token": purchase.token}}
        items = [{"productId": product_id, "quantity": quantity} for product_id, quantity in purchase.items]
        name = "checkout" if purchase.from_cart else "order-create"
        wanted = body if purchase.from_cart else {**body, "items": items}
        answer = self.front_door.insist(name, purchase.customer_id, wanted, key=purchase.key)
        if answer is None:
            return
        if not answer.is_success:
            self.refused.append((purchase, answer))
            return
        order_id = answer.read("orderId")
        is_new = order_id not in self.ordered
        self.ordered[order_id] = purchase
        if is_new:
            self._follow_up(purchase, order_id)

    def _register(self, visit: Visit) -> None:
        """By an address in other letters, too: it is the same one."""
        body = {"email": visit.email, "password": "correct horse battery", "firstName": "Ada", "lastName": "Lovelace"}
        answer = self.front_door.ask("auth-register", None, body)
        if answer is not None and answer.is_success:
            self.registered[answer.read("userId")] = visit.email

    def _fill_cart(self, purchase: Purchase) -> bool:
        """Put everything into the cart; adding is not repeatable, so whoever gets no answer gives up."""
        if len(purchase.items) > _TAPPED_LINES:
            self._find_cart_full(purchase)
            return True
        for product_id, quantity in purchase.items:
            wanted = {"productId": product_id, "quantity": quantity}
            answer = self.front_door.ask("cart-add-item", purchase.customer_id, wanted)
            if answer is None or not answer.is_success:
                return False
        self.world.scheduler.pause(_PAUSE_MS)
        return True

    def _find_cart_full(self, purchase: Purchase) -> None:
        """A large cart was filled before the history begins."""
        table, now = self.world.table, self.world.clock.now() - timedelta(hours=1)
        for product_id, quantity in purchase.items:
            table.truth.write(cart.addition(purchase.customer_id, product_id, quantity, now))
        table.tell(ago_ms=HOUR_MS)
        self.world.scheduler.pause(_PAUSE_MS)

    def _follow_up(self, purchase: Purchase, order_id: str) -> None:
        first_canceller = ADMIN_ID if purchase.is_cancelled_by_admin else purchase.customer_id
        for number, after_ms in enumerate(purchase.cancels_ms):
            canceller = ADMIN_ID if number else first_canceller
            self._later("canceller", after_ms, partial(self._cancel, order_id, canceller))
        for number, given in enumerate(purchase.refunds):
            body = _refund(purchase, number, given.part)
            self._later("refunder", given.after_ms, partial(self._refund, order_id, body, f"refund-{number}"))
        if purchase.fulfils_ms is not None:
            self._later("sender", purchase.fulfils_ms, partial(self._fulfil, order_id))
        for number, each in enumerate(purchase.coincidences):
            deed = self._deed(each, number, purchase, order_id)
            later = partial(self._later, each.deed.name.lower(), each.after_ms, deed)
            self.world.functions.at_first_call(each.at, order_id, later)

    def _later(self, actor: str, after_ms: int, act: Callable[[], object]) -> None:
        self.world.scheduler.spawn(actor, act, after_ms=after_ms)

    def _deed(self, coincidence: Coincidence, number: int, purchase: Purchase, order_id: str) -> Callable[[], object]:
        match coincidence.deed:
            case Deed.CANCEL:
                return partial(self._cancel, order_id, purchase.customer_id)
            case Deed.CANCEL_FOR_SHOP:
                return partial(self._cancel, order_id, ADMIN_ID)
            case Deed.FULFIL:
                return partial(self._fulfil, order_id)
            case Deed.REFUND:
                body = _refund(purchase, number, Part.AMOUNT)
                return partial(self._refund, order_id, body, f"coincidence-{number}")
            case Deed.NOTICE:
                return partial(self.world.bank.tell_again, order_id)
            case Deed.CLEAR:
                return self._clear
            case Deed.RUN:
                return partial(self.world.bus.deliver_again, "OrderPlaced", order_id)

    def _cancel(self, order_id: str, user_id: str) -> None:
        self.front_door.insist("order-cancel", user_id, None, path={"orderId": order_id})

    def _fulfil(self, order_id: str) -> None:
        self.front_door.insist("order-fulfil", ADMIN_ID, _SHIPMENT, path={"orderId": order_id})

    def _refund(self, order_id: str, body: Mapping[str, Any], key: str) -> None:
        self.front_door.insist("order-refund", ADMIN_ID, body, path={"orderId": order_id}, key=f"{order_id}-{key}")

    def _clear(self) -> None:
        with suppress(*FAILURES):
            self.world.functions.call("payment-clearing", {})


def _refund(purchase: Purchase, number: int, part: Part) -> dict[str, Any]:
    product_id, _ = purchase.items[number % len(purchase.items)]
    match part:
        case Part.REST:
            return {"reason": "all of it"}
        case Part.AMOUNT:
            return {"amount": 0.5, "reason": "late"}
        case Part.LINE:
            return {"lines": [{"productId": product_id, "quantity": 1}], "reason": "broken"}
        case Part.RETURN:
            return {"lines": [{"productId": product_id, "quantity": 1}], "restock": True, "reason": "returned"}
