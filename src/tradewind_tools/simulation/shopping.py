"""People in a simulated world: customers who buy, change their minds and lose patience, and an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import msgspec

from tradewind.cart import store as cart
from tradewind_tools.simulation.api import ADMIN_ID, Answer, api_event
from tradewind_tools.simulation.messaging import FAILURES
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.world import World

_ADDRESS = {"street": "1 Lane", "city": "London", "postalCode": "N1", "country": "GB"}
_ATTEMPTS = 6
_TAPPED_LINES = 10
_PATIENCE_MS = 12_000
_PAUSE_MS = 5_000
_REPETITION_CHANCE = 0.15


class Purchase(NamedTuple):
    """What somebody is going to do: buy, perhaps twice at once with one key, and what comes after."""

    customer_id: str
    items: tuple[tuple[str, int], ...]
    token: str
    key: str | None = None
    from_cart: bool = False
    copies: int = 1
    begins_ms: int = 0
    cancels_ms: tuple[int, ...] = ()
    is_cancelled_by_admin: bool = False
    refunds_ms: tuple[int, ...] = ()
    restocks: bool = False
    fulfils_ms: int | None = None


class People:
    """Acts out purchases; keeps every answer by its key, and which orders came of which purchase."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.answers: dict[tuple[str, str], list[Answer]] = {}
        self.purchases = 0
        self.ordered: dict[str, Purchase] = {}
        self.refused: list[tuple[Purchase, Answer]] = []

    def act_out(self, purchase: Purchase) -> None:
        """Begin a purchase: one task for each copy of the request."""
        self.purchases += 1
        for copy in range(purchase.copies):
            self.world.scheduler.spawn(
                "customer", partial(self._buy, purchase, is_first=not copy), after_ms=purchase.begins_ms
            )

    def _buy(self, purchase: Purchase, *, is_first: bool) -> None:
        if purchase.from_cart and is_first and not self._fill_cart(purchase):
            return
        body = {"shippingAddress": _ADDRESS, "paymentMethod": {"token": purchase.token}}
        items = [{"productId": product_id, "quantity": quantity} for product_id, quantity in purchase.items]
        name = "checkout" if purchase.from_cart else "order-create"
        wanted = body if purchase.from_cart else {**body, "items": items}
        answer = self._insist(name, purchase.customer_id, wanted, key=purchase.key)
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

    def _fill_cart(self, purchase: Purchase) -> bool:
        """Put everything into the cart; adding is not repeatable, so whoever gets no answer gives up."""
        if len(purchase.items) > _TAPPED_LINES:
            self._find_cart_full(purchase)
            return True
        for product_id, quantity in purchase.items:
            answer = self._ask("cart-add-item", purchase.customer_id, {"productId": product_id, "quantity": quantity})
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
        path = {"orderId": order_id}
        canceller = ADMIN_ID if purchase.is_cancelled_by_admin else purchase.customer_id
        for number, after_ms in enumerate(purchase.cancels_ms):
            self._later("canceller", after_ms, "order-cancel", canceller if not number else ADMIN_ID, path, None)
        for number, after_ms in enumerate(purchase.refunds_ms):
            self._later("refunder", after_ms, "order-refund", ADMIN_ID, path, _refund(purchase, number))
        if purchase.fulfils_ms is not None:
            sent = {"carrier": "Post", "trackingNumber": "1"}
            self._later("sender", purchase.fulfils_ms, "order-fulfil", ADMIN_ID, path, sent)

    def _later(self, actor: str, after_ms: int, name: str, user_id: str, path: Mapping[str, str], body: object) -> None:
        key = f"{actor}-{path['orderId']}-{after_ms}" if name == "order-refund" else None

        def act() -> None:
            self._insist(name, user_id, body, path=path, key=key)

        self.world.scheduler.spawn(actor, act, after_ms=after_ms)

    def _insist(
        self, name: str, user_id: str, body: object, *, path: Mapping[str, str] | None = None, key: str | None = None
    ) -> Answer | None:
        """Ask again while there is no answer; only with a key, or where a repetition changes nothing."""
        may_repeat = key is not None or path is not None
        for _ in range(_ATTEMPTS if may_repeat else 1):
            answer = self._ask(name, user_id, body, path=path, key=key)
            if answer is not None and not answer.is_worth_repeating:
                self._perhaps_ask_again(name, user_id, body, path=path, key=key)
                return answer
            self.world.scheduler.pause(int(self.world.random.random() * _PAUSE_MS))
        return None

    def _perhaps_ask_again(
        self, name: str, user_id: str, body: object, *, path: Mapping[str, str] | None, key: str | None
    ) -> None:
        """Some programs repeat what was answered well."""
        if key is not None and self.world.faults.may_happen(_REPETITION_CHANCE):
            self.world.scheduler.pause(int(self.world.random.random() * _PAUSE_MS))
            self._ask(name, user_id, body, path=path, key=key)

    def _ask(
        self, name: str, user_id: str, body: object, *, path: Mapping[str, str] | None = None, key: str | None = None
    ) -> Answer | None:
        """One request; None when no answer came."""
        text = None if body is None else msgspec.json.encode(body).decode()
        event = api_event(user_id, text, path=path, key=key)
        try:
            answered = self.world.functions.call(name, event, about=key or "", patience_ms=_PATIENCE_MS)
        except FAILURES:
            return None
        answer = Answer(answered["statusCode"], answered["body"])
        self.world.calls.note("people", name, (path or {}).get("orderId", ""), f"{answer.status} {answer.body[:160]}")
        if key is not None and answer.is_success:
            self.answers.setdefault((user_id, key), []).append(answer)
        return answer


def _refund(purchase: Purchase, number: int) -> dict[str, Any]:
    product_id, _ = purchase.items[number % len(purchase.items)]
    if purchase.restocks:
        return {"lines": [{"productId": product_id, "quantity": 1}], "restock": True, "reason": "returned"}
    return {"amount": 0.5, "reason": "late"} if number else {"reason": "all of it"}
