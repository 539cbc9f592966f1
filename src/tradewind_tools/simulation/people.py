"""People in a simulated world: customers who buy, change their minds and lose patience, and an administrator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from tradewind.cart import writes as cart
from tradewind.identity import links
from tradewind_tools.simulation.api_client import ApiClient
from tradewind_tools.simulation.api_gateway import ADMIN_ID, ApiResponse
from tradewind_tools.simulation.errors import CALL_FAILURES
from tradewind_tools.simulation.initial_data import CART_CHANGED_AGO
from tradewind_tools.simulation.scenario import (
    AbandoningCustomer,
    Action,
    Purchase,
    RefundScope,
    Registration,
    ReturnAction,
    TriggeredAction,
    Trouble,
)
from tradewind_tools.simulation.scenario_generator import ADDED, UNTRACKED
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.world import World

_ADDRESS = {"street": "1 Lane", "city": "London", "postalCode": "N1 9GU", "country": "GB"}
_SHIPMENT = {"carrier": "Post", "trackingNumber": "1"}
_MAX_CLICKED_LINES = 10
_PAUSE_MS = 5_000
REFUND_MINOR = 50
"""What is refunded where an administrator refunds an amount, or less than a line cost."""


class RequestedRefund(NamedTuple):
    """What an administrator refunds; `variant_id` counts where the scope is a line."""

    scope: RefundScope
    variant_id: str


class Refusal(NamedTuple):
    """A purchase was refused at some moment between the two."""

    purchase: Purchase
    response: ApiResponse
    since_ms: int
    until_ms: int


class People:
    """Runs purchases and registrations, and keeps what was requested and what the responses confirmed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = ApiClient(world)
        self.purchases = 0
        self._begun: list[Purchase] = []
        self.purchase_by_order: dict[str, Purchase] = {}
        self.placed_orders: list[tuple[str, Purchase]] = []
        self.refusals: list[Refusal] = []
        self.accounts: dict[str, str] = {}
        self.refunds: dict[tuple[str, str], RequestedRefund] = {}
        self.reused_keys: list[str] = []
        self.abandoning_customers: list[AbandoningCustomer] = []
        self.cart_changes_at: dict[str, datetime] = {}

    def run(self, purchase: Purchase) -> None:
        """Begin a purchase: fill the cart, if the order comes from it, and start one task for each copy."""
        self._spawn("customer", purchase.begins_ms, partial(self._begin, purchase))

    def register(self, registration: Registration) -> None:
        """Begin a registration: one task for each copy of the request."""
        for _ in range(registration.copies):
            self._spawn("visitor", registration.begins_ms, partial(self._register, registration))

    def schedule_return(self, customer: AbandoningCustomer) -> None:
        """Let an abandoning customer come back at their time, if ever; `cart_changes_at` keeps their last change."""
        self.abandoning_customers.append(customer)
        if customer.added_later:
            self.cart_changes_at[customer.user_id] = self.world.clock.beginning - CART_CHANGED_AGO
        later = partial(self._spawn, "returning customer", customer.after_ms, partial(self._come_back, customer))
        if customer.return_action and customer.return_action.trigger_job:
            self.world.functions.on_first_call(customer.return_action.trigger_job, "", later)
        elif customer.return_action:
            later()

    def opt_in(self, customer_id: str, after_ms: int) -> None:
        """Let a customer turn short messages on."""
        body = {"email": {"reminders": True}, "sms": {"orders": True}}
        ask = partial(self.client.request_with_retries, "notifications-update", customer_id, body)
        self._spawn("customer", after_ms, ask)

    def units_taken_from_cart(self, purchase: Purchase) -> Counter[str]:
        """What other orders of the customer, by name, may have taken out of the cart that this purchase is from."""
        units: Counter[str] = Counter()
        for other in self._begun if purchase.from_cart else ():
            if other.customer_id == purchase.customer_id and not other.from_cart:
                units.update({name: other.copies * count for name, count in other.units.items()})
        return units

    def _begin(self, purchase: Purchase) -> None:
        if purchase.from_cart and not self._fill_cart(purchase):
            return
        self.purchases += 1
        self._begun.append(purchase)
        for _ in range(purchase.copies):
            self._spawn("customer", 0, partial(self._buy, purchase))

    def _buy(self, purchase: Purchase) -> None:
        body = {"shippingAddress": _ADDRESS, "paymentMethod": {"token": purchase.token}}
        items = [{"variantId": variant_id, "quantity": quantity} for variant_id, quantity in purchase.items]
        name = "checkout" if purchase.from_cart else "order-create"
        request = body if purchase.from_cart else {**body, "items": items}
        scheduler = self.world.scheduler
        since_ms = scheduler.now_ms
        response = self.client.request_with_retries(name, purchase.customer_id, request, key=purchase.key)
        if response is None:
            return
        if not response.is_success:
            self.refusals.append(Refusal(purchase, response, since_ms, scheduler.now_ms))
            return
        order_id = response.read("orderId")
        self.placed_orders.append((order_id, purchase))
        if order_id not in self.purchase_by_order:
            self.purchase_by_order[order_id] = purchase
            self._follow_up(purchase, order_id)
            self._maybe_reuse_key(name, purchase, request)

    def _maybe_reuse_key(self, name: str, purchase: Purchase, request: Mapping[str, object]) -> None:
        """Send another request with the same idempotency key: the shop must refuse it."""
        if purchase.reuses_key:
            other = {**request, "shippingAddress": {**_ADDRESS, "street": "2 Lane"}}
            response = self.client.request(name, purchase.customer_id, other, key=purchase.key)
            if response and response.is_success:
                self.reused_keys.append(f"{purchase.key} of {purchase.customer_id}")

    def _register(self, registration: Registration) -> None:
        body = {
            "email": registration.email,
            "password": "correct horse battery",
            "firstName": "Ada",
            "lastName": "Lovelace",
        }
        response = self.client.request("auth-register", None, body)
        if response is not None and response.is_success:
            self.accounts[response.read("userId")] = registration.email

    def _fill_cart(self, purchase: Purchase) -> bool:
        """Put everything into the cart, in two browser tabs at once. False if a response failed or never came."""
        if len(purchase.items) > _MAX_CLICKED_LINES:
            self._write_large_cart(purchase)
            return True
        tabs = [[(name, count - count // 2) for name, count in purchase.items]]
        tabs += [[(name, count // 2) for name, count in purchase.items if count > 1]]
        scheduler = self.world.scheduler
        tasks = [scheduler.spawn("tab", partial(self._add_all, purchase.customer_id, items)) for items in tabs]
        filled = [scheduler.wait_for(task, HOUR_MS) and task.result for task in tasks]
        scheduler.pause(_PAUSE_MS)
        return all(filled)

    def _add_all(self, customer_id: str, items: Sequence[tuple[str, int]]) -> bool:
        return all(self._add(customer_id, name, count) for name, count in items)

    def _add(self, customer_id: str, variant_id: str, quantity: int) -> bool:
        body = {"variantId": variant_id, "quantity": quantity}
        response = self.client.request("cart-add-item", customer_id, body)
        return response is not None and response.is_success

    def _write_large_cart(self, purchase: Purchase) -> None:
        """A large cart was filled an hour before the history begins."""
        table, now = self.world.table, self.world.clock.now() - timedelta(hours=1)
        for variant_id, quantity in purchase.items:
            table.truth.write(cart.add_units(purchase.customer_id, variant_id, quantity, now))
        table.publish(ago_ms=HOUR_MS)
        self.world.scheduler.pause(_PAUSE_MS)

    def _follow_up(self, purchase: Purchase, order_id: str) -> None:
        first_canceller = ADMIN_ID if purchase.is_cancelled_by_admin else purchase.customer_id
        for number, after_ms in enumerate(purchase.cancels_ms):
            canceller = ADMIN_ID if number else first_canceller
            self._spawn("canceller", after_ms, partial(self._cancel, order_id, canceller))
        for number, planned in enumerate(purchase.refunds):
            refund = partial(self._refund, order_id, purchase, number, planned.scope)
            self._spawn("refunder", planned.after_ms, partial(refund, f"refund-{number}"))
        for planned_trouble in purchase.troubles:
            trouble = partial(self.world.provider.make_trouble, order_id, planned_trouble.trouble)
            self._spawn("provider", planned_trouble.after_ms, trouble)
        if purchase.fulfils_ms is not None:
            self._spawn("fulfiller", purchase.fulfils_ms, partial(self._fulfil, order_id))
        for number, each in enumerate(purchase.triggered_actions):
            act = self._bind_action(each, number, purchase, order_id)
            later = partial(self._spawn, each.action.name.lower(), each.after_ms, act)
            self.world.functions.on_first_call(each.function, order_id, later)

    def _spawn(self, actor: str, after_ms: int, act: Callable[[], object]) -> None:
        self.world.scheduler.spawn(actor, act, after_ms=after_ms)

    def _bind_action(
        self, triggered: TriggeredAction, number: int, purchase: Purchase, order_id: str
    ) -> Callable[[], object]:
        match triggered.action:
            case Action.CANCEL:
                return partial(self._cancel, order_id, purchase.customer_id)
            case Action.CANCEL_FOR_SHOP:
                return partial(self._cancel, order_id, ADMIN_ID)
            case Action.FULFIL:
                return partial(self._fulfil, order_id)
            case Action.REFUND:
                return partial(self._refund, order_id, purchase, number, RefundScope.AMOUNT, f"triggered-{number}")
            case _:
                return self._bind_coincidence(triggered, order_id)

    def _bind_coincidence(self, triggered: TriggeredAction, order_id: str) -> Callable[[], object]:
        """What nobody does on purpose at this moment."""
        world = self.world
        match triggered.action:
            case Action.WEBHOOK:
                return partial(world.provider.resend_webhooks, order_id)
            case Action.TROUBLE:
                return partial(world.provider.make_trouble, order_id, Trouble.REFUND_BY_HAND)
            case Action.LATE_CHARGE:
                return partial(world.provider.delay_charge, order_id)
            case Action.SLOW_WRITE:
                return partial(world.calls.slow_down, triggered.function)
            case Action.RUN:
                return partial(world.bus.redeliver, "OrderPlaced", order_id)
            case _:
                return self._run_clearing_job

    def _cancel(self, order_id: str, user_id: str) -> None:
        self.client.request_with_retries("order-cancel", user_id, None, path={"orderId": order_id})

    def _fulfil(self, order_id: str) -> None:
        self.client.request_with_retries("order-fulfil", ADMIN_ID, _SHIPMENT, path={"orderId": order_id})

    def _refund(self, order_id: str, purchase: Purchase, number: int, scope: RefundScope, name: str) -> None:
        key, path = f"{order_id}-{name}", {"orderId": order_id}
        variant_id, _ = purchase.items[number % len(purchase.items)]
        self.refunds[ADMIN_ID, key] = RequestedRefund(scope, variant_id)
        body = _refund_body(scope, variant_id)
        self.client.request_with_retries("order-refund", ADMIN_ID, body, path=path, key=key)

    def _come_back(self, customer: AbandoningCustomer) -> None:
        if self._perform_return(customer) and customer.return_action is not ReturnAction.VERIFY:
            self.cart_changes_at[customer.user_id] = self.world.clock.now()

    def _perform_return(self, customer: AbandoningCustomer) -> bool:
        """Whether the response confirmed what the customer did."""
        user_id = customer.user_id
        match customer.return_action:
            case ReturnAction.VERIFY:
                return self._verify_address(user_id)
            case ReturnAction.ADD:
                return self._add(user_id, ADDED, 1)
            case _:
                from_cart = customer.return_action is ReturnAction.ORDER
                items = ((UNTRACKED, 1), (ADDED, 1)) if customer.added_later else ((UNTRACKED, 1),)
                return self._order(Purchase(user_id, items, "tok_approved", "left", from_cart=from_cart))

    def _order(self, purchase: Purchase) -> bool:
        self.purchases += 1
        self._buy(purchase)
        return any(each is purchase for each in self.purchase_by_order.values())

    def _verify_address(self, user_id: str) -> bool:
        """Follow a link of this moment, as the mail has one."""
        world = self.world
        token = links.issue_verification_token(user_id, f"{user_id.lower()}@example.com", world.clock.now(), world.shop)
        response = self.client.request("auth-verify-email", None, {"token": str(token)})
        return response is not None and response.is_success

    def _run_clearing_job(self) -> None:
        with suppress(*CALL_FAILURES):
            self.world.functions.call("payment-clearing", {})


def _refund_body(scope: RefundScope, variant_id: str) -> dict[str, Any]:
    line = {"variantId": variant_id, "quantity": 1}
    match scope:
        case RefundScope.REMAINDER:
            return {"reason": "all of it"}
        case RefundScope.AMOUNT:
            return {"amount": REFUND_MINOR / 100, "reason": "late"}
        case RefundScope.LINE:
            return {"lines": [line], "reason": "broken"}
        case RefundScope.RETURNED_LINE:
            return {"lines": [line], "restock": True, "reason": "returned"}
        case RefundScope.REDUCED_LINE:
            return {"lines": [{**line, "amount": REFUND_MINOR / 100}], "restock": True, "reason": "worn"}
        case RefundScope.GOODS:
            return {"lines": [{**line, "amount": 0}], "restock": True, "reason": "came back"}
