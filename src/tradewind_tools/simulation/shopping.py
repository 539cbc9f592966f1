"""People in a simulated world: customers who buy, change their minds and lose patience, and an administrator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from tradewind.cart import store as cart
from tradewind.identity import links
from tradewind_tools.simulation.api import ADMIN_ID, Answer
from tradewind_tools.simulation.front_door import FrontDoor
from tradewind_tools.simulation.messaging import FAILURES
from tradewind_tools.simulation.opening import LEFT_AGAIN
from tradewind_tools.simulation.purchases import Absentee, Coincidence, Deed, Part, Purchase, Return, Visit
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.stories import ADDED, UNTRACKED
from tradewind_tools.simulation.world import World

_ADDRESS = {"street": "1 Lane", "city": "London", "postalCode": "N1", "country": "GB"}
_SHIPMENT = {"carrier": "Post", "trackingNumber": "1"}
_TAPPED_LINES = 10
_PAUSE_MS = 5_000
REFUND_MINOR = 50
"""What is given back where an amount is wished."""


class RefundWish(NamedTuple):
    """What an administrator wants to give back; the product counts where it is for goods."""

    part: Part
    product_id: str


class People:
    """Acts out purchases and visits; keeps which orders came of which purchase, and who was registered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.front_door = FrontDoor(world)
        self.purchases = 0
        self.ordered: dict[str, Purchase] = {}
        self.promised: list[tuple[str, Purchase]] = []
        self.refused: list[tuple[Purchase, Answer]] = []
        self.registered: dict[str, str] = {}
        self.refunds: dict[tuple[str, str], RefundWish] = {}
        self.taken_twice: list[str] = []
        self.absentees: list[Absentee] = []
        self.touched: dict[str, datetime] = {}

    def act_out(self, purchase: Purchase) -> None:
        """Begin a purchase: a cart to fill, if it comes from there, and one task for each copy of the request."""
        self._later("customer", purchase.begins_ms, partial(self._begin, purchase))

    def visit(self, visit: Visit) -> None:
        """Begin a registration: one task for each copy of the request."""
        for _ in range(visit.copies):
            self.world.scheduler.spawn("visitor", partial(self._register, visit), after_ms=visit.begins_ms)

    def expect(self, absentee: Absentee) -> None:
        """Somebody may come back; `touched` is when they last did something with their cart, if that is known."""
        self.absentees.append(absentee)
        if absentee.left_twice:
            self.touched[absentee.user_id] = self.world.clock.beginning - LEFT_AGAIN
        later = partial(self._later, "absentee", absentee.after_ms, partial(self._come_back, absentee))
        if absentee.back and absentee.back.at:
            self.world.functions.at_first_call(absentee.back.at, "", later)
        elif absentee.back:
            later()

    def _begin(self, purchase: Purchase) -> None:
        if purchase.from_cart and not self._fill_cart(purchase):
            return
        self.purchases += 1
        for _ in range(purchase.copies):
            self._later("customer", 0, partial(self._buy, purchase))

    def _buy(self, purchase: Purchase) -> None:
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
        self.promised.append((order_id, purchase))
        if order_id not in self.ordered:
            self.ordered[order_id] = purchase
            self._follow_up(purchase, order_id)
            self._perhaps_reuse_key(name, purchase, wanted)

    def _perhaps_reuse_key(self, name: str, purchase: Purchase, wanted: Mapping[str, object]) -> None:
        """For something else: that is to be refused."""
        if purchase.reuses_key:
            other = {**wanted, "shippingAddress": {**_ADDRESS, "street": "2 Lane"}}
            answer = self.front_door.ask(name, purchase.customer_id, other, key=purchase.key)
            if answer and answer.is_success:
                self.taken_twice.append(f"{purchase.key} of {purchase.customer_id}")

    def _register(self, visit: Visit) -> None:
        """By an address in other letters, too: it is the same one."""
        body = {"email": visit.email, "password": "correct horse battery", "firstName": "Ada", "lastName": "Lovelace"}
        answer = self.front_door.ask("auth-register", None, body)
        if answer is not None and answer.is_success:
            self.registered[answer.read("userId")] = visit.email

    def _fill_cart(self, purchase: Purchase) -> bool:
        """Put everything into the cart, in two tabs at once; whoever gets no answer gives up, as adding repeats."""
        if len(purchase.items) > _TAPPED_LINES:
            self._find_cart_full(purchase)
            return True
        tabs = [[(name, count - count // 2) for name, count in purchase.items]]
        tabs += [[(name, count // 2) for name, count in purchase.items if count > 1]]
        scheduler = self.world.scheduler
        tapping = [scheduler.spawn("tab", partial(self._tap, purchase.customer_id, items)) for items in tabs]
        filled = [scheduler.wait_for(tab, HOUR_MS) and tab.result for tab in tapping]
        scheduler.pause(_PAUSE_MS)
        return all(filled)

    def _tap(self, customer_id: str, items: Sequence[tuple[str, int]]) -> bool:
        return all(self._add(customer_id, name, count) for name, count in items)

    def _add(self, customer_id: str, product_id: str, quantity: int) -> bool:
        wanted = {"productId": product_id, "quantity": quantity}
        answer = self.front_door.ask("cart-add-item", customer_id, wanted)
        return answer is not None and answer.is_success

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
            refund = partial(self._refund, order_id, purchase, number, given.part)
            self._later("refunder", given.after_ms, partial(refund, f"refund-{number}"))
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
                return partial(self._refund, order_id, purchase, number, Part.AMOUNT, f"coincidence-{number}")
            case Deed.WEBHOOK:
                return partial(self.world.bank.tell_again, order_id)
            case Deed.CLEAR:
                return self._clear
            case Deed.RUN:
                return partial(self.world.bus.deliver_again, "OrderPlaced", order_id)

    def _cancel(self, order_id: str, user_id: str) -> None:
        self.front_door.insist("order-cancel", user_id, None, path={"orderId": order_id})

    def _fulfil(self, order_id: str) -> None:
        self.front_door.insist("order-fulfil", ADMIN_ID, _SHIPMENT, path={"orderId": order_id})

    def _refund(self, order_id: str, purchase: Purchase, number: int, part: Part, name: str) -> None:
        key, path = f"{order_id}-{name}", {"orderId": order_id}
        product_id, _ = purchase.items[number % len(purchase.items)]
        self.refunds[ADMIN_ID, key] = RefundWish(part, product_id)
        self.front_door.insist("order-refund", ADMIN_ID, _refund_body(part, product_id), path=path, key=key)

    def _come_back(self, absentee: Absentee) -> None:
        if self._does(absentee) and absentee.back is not Return.VERIFY:
            self.touched[absentee.user_id] = self.world.clock.now()

    def _does(self, absentee: Absentee) -> bool:
        """Whether it was done, for all that they know."""
        user_id = absentee.user_id
        match absentee.back:
            case Return.VERIFY:
                return self._verify(user_id)
            case Return.ADD:
                return self._add(user_id, ADDED, 1)
            case _:
                from_cart = absentee.back is Return.ORDER
                items = ((UNTRACKED, 1), (ADDED, 1)) if absentee.left_twice else ((UNTRACKED, 1),)
                return self._order(Purchase(user_id, items, "tok_approved", "left", from_cart=from_cart))

    def _order(self, purchase: Purchase) -> bool:
        self.purchases += 1
        self._buy(purchase)
        return any(each is purchase for each in self.ordered.values())

    def _verify(self, user_id: str) -> bool:
        """By a link of this moment, as the letter has one."""
        world = self.world
        token = links.issued(user_id, f"{user_id.lower()}@example.com", world.clock.now(), world.shop)
        answer = self.front_door.ask("auth-verify-email", None, {"token": str(token)})
        return answer is not None and answer.is_success

    def _clear(self) -> None:
        with suppress(*FAILURES):
            self.world.functions.call("payment-clearing", {})


def _refund_body(part: Part, product_id: str) -> dict[str, Any]:
    match part:
        case Part.REST:
            return {"reason": "all of it"}
        case Part.AMOUNT:
            return {"amount": REFUND_MINOR / 100, "reason": "late"}
        case Part.LINE:
            return {"lines": [{"productId": product_id, "quantity": 1}], "reason": "broken"}
        case Part.RETURN:
            return {"lines": [{"productId": product_id, "quantity": 1}], "restock": True, "reason": "returned"}
