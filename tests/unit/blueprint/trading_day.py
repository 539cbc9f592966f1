"""A day of trading in which every function of the blueprint runs, and what each of them reached for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, NamedTuple

import msgspec
from argon2 import PasswordHasher
from tests.fakes import ADMIN_ID, START, FakeClock, admin_event, customer_event, make_shop, public_event
from tests.trading import ADDRESS, events, with_customer
from tests.unit.identity.people import registration
from tests.unit.ops.fake_queues import FakeQueues
from tests.unit.outbox.fake_bus import FakeBus
from tests.unit.rotation.fake_vault import FakeVault
from tests.webhooks import webhook_for, webhook_request

from tradewind.aws.mailer import Mail
from tradewind.aws.secrets import Secret, Secrets
from tradewind.aws.sms import Text
from tradewind.aws.table import Check, Delete, Item, Key, Put, Query, QueryResult, Table, Update, Write
from tradewind.checkout.model import STUCK_AFTER
from tradewind.edge.consumer import Job, QueueConsumer, Step
from tradewind.edge.http import Endpoint
from tradewind.identity.authorizer import authorize
from tradewind.identity.links import issue_link_token
from tradewind.identity.reads import user_key
from tradewind.identity.tokens import AccessTokens
from tradewind.inventory.model import MAX_PRODUCTS
from tradewind.inventory.public import hold_stock, plan_reservations
from tradewind.kernel.events import Event
from tradewind.ordering.model import HOLD
from tradewind.outbox.aliases import with_aliases
from tradewind.payments.fake import charge_reference
from tradewind.payments.model import ANSWER_WITHIN, CHECK_AFTER
from tradewind.rotation.steps import STEPS as STEPS_OF_ROTATION
from tradewind.shop import Shop
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import resolve
from tradewind_tools.blueprint.saga import STEPS, definition
from tradewind_tools.memory.state_machine import run

PASSWORD = "correct horse battery"
_ACTIONS: dict[type[Write], str] = {
    Put: "dynamodb:PutItem",
    Update: "dynamodb:UpdateItem",
    Delete: "dynamodb:DeleteItem",
    Check: "dynamodb:ConditionCheckItem",
}


class Use(NamedTuple):
    """One thing reached for: an action on a kind of partition, or a secret."""

    action: str
    what: str
    of_index: str | None = None


class WatchedTable:
    """Notes every key that passes."""

    def __init__(self, table: Table, uses: set[Use]) -> None:
        self._table = table
        self._uses = uses

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        self._note("dynamodb:GetItem", key.pk)
        return self._table.get(key, consistent=consistent)

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = list(keys)
        for key in wanted:
            self._note("dynamodb:BatchGetItem", key.pk)
        return self._table.get_many(wanted, consistent=consistent)

    def query(self, query: Query) -> QueryResult:
        self._note("dynamodb:Query", query.pk, query.index)
        return self._table.query(query)

    def write(self, write: Put | Update | Delete) -> Item | None:
        self._note_write(write)
        return self._table.write(write)

    def transact(self, writes: Sequence[Write]) -> None:
        for write in writes:
            self._note_write(write)
        self._table.transact(writes)

    def _note_write(self, write: Write) -> None:
        partition = write.item["PK"] if isinstance(write, Put) else write.key.pk
        self._note(_ACTIONS[type(write)], partition)

    def _note(self, action: str, partition: str, index: str | None = None) -> None:
        self._uses.add(Use(action, partition.partition("#")[0] + "#*", index))


class WatchedSecrets:
    """Notes every secret that is read, by its purpose."""

    def __init__(self, secrets: Secrets, uses: set[Use]) -> None:
        self._secrets = secrets
        self._uses = uses

    def current(self, name: str) -> Secret:
        self._note(name)
        return self._secrets.current(name)

    def previous(self, name: str) -> Secret | None:
        self._note(name)
        return self._secrets.previous(name)

    def _note(self, name: str) -> None:
        self._uses.add(Use("secretsmanager:GetSecretValue", name.rpartition("/")[2]))


class Postbox:
    """A mail service that takes everything."""

    def send(self, mail: Mail) -> str:
        return f"mail to {mail.recipient}"


class Telephone:
    """A short message service that takes everything."""

    def send(self, text: Text) -> str:
        return f"text to {text.recipient}"


class TradingDay:
    """Calls functions by the names they have in the blueprint; `uses` tells what each reached for."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        shop = make_shop(
            clock=self.clock,
            bus=FakeBus(),
            mailer=Postbox(),
            queues=FakeQueues(),
            sms=Telephone(),
            vault=FakeVault(),
        )
        self.shop = with_customer(shop, ADMIN_ID)
        self.uses: defaultdict[str, set[Use]] = defaultdict(set)
        self.worked: set[str] = set()
        self._handlers = {function.name: resolve(function) for function in FUNCTIONS}
        self.customer = ""

    def call(self, name: str, event: dict[str, Any], status: int) -> Any:  # noqa: ANN401 - JSON
        handler = self._handlers[name]
        assert isinstance(handler, Endpoint)
        answer = handler(event, None, self._watched(name))
        assert answer["statusCode"] == status, (name, answer["body"])
        return msgspec.json.decode(answer["body"]) if answer["body"] else None

    def asks(self, name: str, body: object = None, *, status: int = 200, **request: Any) -> Any:  # noqa: ANN401 - JSON
        """Call it as the customer."""
        return self.call(name, customer_event(body, user_id=self.customer, **request), status)

    def administers(self, name: str, body: object = None, *, status: int = 200, **request: Any) -> Any:  # noqa: ANN401
        """Call it as the administrator."""
        return self.call(name, admin_event(body, **request), status)

    def visits(self, name: str, body: object = None, *, status: int = 200, **request: Any) -> Any:  # noqa: ANN401
        """Call it without a token."""
        return self.call(name, public_event(body, **request), status)

    def authorizes(self, token: str) -> None:
        event = {"authorizationToken": f"Bearer {token}", "methodArn": "arn:aws:execute-api:r:a:api/v1/GET/cart"}
        policy = authorize(event, None, AccessTokens.of(self._watched("auth-authorizer")))
        assert policy["principalId"] == self.customer

    def remembers_an_old_hash(self, password_hash: str) -> None:
        """As an import brings, or a time of weaker parameters."""
        self.shop.table.write(Update(user_key(self.customer), set={"passwordHash": password_hash}))

    def delivers(self, name: str, event: Event) -> None:
        """Give the event to a queue's consumer."""
        body = msgspec.json.encode({"detail": event}).decode()
        handler = self._handlers[name]
        assert isinstance(handler, QueueConsumer)
        batch = {"Records": [{"messageId": "1", "body": body}]}
        assert handler(batch, None, self._watched(name)) == {"batchItemFailures": []}

    def runs(self, name: str) -> None:
        """Let a scheduled job run."""
        handler = self._handlers[name]
        assert isinstance(handler, Job)
        handler({}, None, self._watched(name))

    def rotates(self, name: str, secret_id: str) -> None:
        """Give a secret a new value, in all steps."""
        handler = self._handlers[name]
        for step in STEPS_OF_ROTATION:
            handler({"Step": step, "SecretId": secret_id, "ClientRequestToken": "new"}, None, self._watched(name))

    def checks_out(self, order_id: str) -> list[str]:
        """Run the saga; the states it entered."""
        steps = {step.function: step.function for step in STEPS}
        integrations = {"arn:aws:states:::lambda:invoke": self._step}
        placed = self.event("OrderPlaced", order_id)
        return run(definition(steps), {"detail": msgspec.to_builtins(placed)}, integrations).path

    def event(self, kind: str, about: str) -> Event:
        return next(event for event in events(self.shop) if (event.type, event.aggregate_id) == (kind, about))

    def step(self, name: str, order_id: str) -> None:
        """Run one step alone, as a second run of the saga may at any moment."""
        payload = {"orderId": order_id, "customerId": self.customer, "correlationId": "again", "reason": "CardDeclined"}
        self._step({"FunctionName": name, "Payload": payload})

    def _step(self, parameters: dict[str, Any]) -> dict[str, Any]:
        name = parameters["FunctionName"]
        handler = self._handlers[name]
        assert isinstance(handler, Step)
        return {"Payload": handler(parameters["Payload"], None, self._watched(name))}

    def _watched(self, name: str) -> Shop:
        self.worked.add(name)
        shop = copy(self.shop)
        shop.table = WatchedTable(self.shop.table, self.uses[name])
        shop.secrets = WatchedSecrets(self.shop.secrets, self.uses[name])
        return shop


def traded() -> TradingDay:
    """The day, from the first product to the last order."""
    day = TradingDay()
    _open_an_account(day)
    _fill_the_shelves(day)
    _fill_a_cart(day)
    _order(day)
    _order_much(day)
    _order_for_a_customer(day)
    _order_with_trouble(day)
    _change_minds(day)
    _look_around(day)
    _count(day)
    _remind(day)
    return day


def _open_an_account(day: TradingDay) -> None:
    names = {"firstName": "Ada", "lastName": "Lovelace"}
    credentials = {"email": "ada@example.com", "password": PASSWORD}
    day.customer = day.visits("auth-register", credentials | names, status=201)["userId"]
    day.visits("auth-resend-verification", {"email": credentials["email"]}, status=202)
    day.visits("auth-login", credentials | {"password": "a guess"}, status=401)
    signed_in = day.visits("auth-login", credentials)
    refreshed = day.visits("auth-refresh", {"refreshToken": signed_in["refreshToken"]})
    day.visits("auth-refresh", {"refreshToken": signed_in["refreshToken"]}, status=401)
    day.asks("auth-logout", {"refreshToken": refreshed["refreshToken"]}, status=204)
    day.authorizes(signed_in["token"])
    day.remembers_an_old_hash(PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD))
    newest = day.visits("auth-login", credentials)["refreshToken"]
    changed = {"currentPassword": PASSWORD, "newPassword": "staple a better horse", "refreshToken": newest}
    day.asks("password-change", changed, status=204)
    day.asks("auth-me")
    day.asks("profile-get")
    day.asks("profile-update", names | {"phone": "+44 20 7946 0000"})
    day.asks("notifications-set", {"email": {"reminders": False}, "sms": {"orders": True}})
    day.asks("notifications-get")
    day.administers("user-find", query={"email": "ada@example.com"})
    day.administers("user-get", path={"userId": day.customer})


def _fill_the_shelves(day: TradingDay) -> None:
    product = {"name": "Shirt", "price": 12.5, "category": "shirts"}
    for number in range(3):
        day.administers("product-create", product | {"productId": f"shirt-{number}", "stock": 20}, status=201)
    day.administers("product-create", product | {"productId": "postage", "trackStock": False}, status=201)
    day.administers("product-update", product | {"trackStock": True}, path={"productId": "postage"})
    day.administers("product-delete", path={"productId": "shirt-2"}, status=204)
    day.administers("stock-get", path={"productId": "shirt-0"})
    day.administers("stock-set", {"onHand": 10}, path={"productId": "shirt-0"})
    day.administers("stock-set", {"adjustment": -6}, path={"productId": "shirt-0"})
    day.administers("stock-movements", path={"productId": "shirt-0"}, query={"limit": "1"})


def _fill_a_cart(day: TradingDay) -> None:
    line = {"productId": "shirt-1", "quantity": 1}
    day.asks("cart-add-item", line, status=201)
    day.asks("cart-update-item", {"quantity": 2}, path={"productId": "shirt-1"})
    day.asks("cart-get")
    day.asks("cart-remove-item", path={"productId": "shirt-1"}, status=204)
    day.asks("cart-add-item", line, status=201)
    day.asks("cart-clear", status=204)
    day.asks("cart-add-item", line, status=201)


def _order(day: TradingDay) -> None:
    for token in ("tok_approved", "tok_declined"):
        wanted = _wanted({"shirt-0": 1}, token)
        key = {"idempotency-key": token}
        order_id = day.asks("order-create", wanted, headers=key, status=201)["orderId"]
        day.asks("order-create", wanted, headers=key, status=201)
        day.checks_out(order_id)
        day.checks_out(order_id)
    paid = _payment("tok_approved")
    from_cart = day.asks("checkout", paid, headers={"idempotency-key": "cart"}, status=201)["orderId"]
    day.asks("checkout", paid, headers={"idempotency-key": "cart"}, status=201)
    day.delivers("cart-emptier", day.event("OrderPlaced", from_cart))
    told = events(day.shop)
    for event in told:
        day.delivers("email-sender", event)
        if event.type == "OrderConfirmed":
            day.delivers("email-sender", event)
            day.delivers("sms-sender", event)
    for done in with_aliases(event for event in told if event.type == "OrderConfirmed"):
        day.delivers("order-auditor", done)
    day.asks("order-get", path={"orderId": from_cart})
    day.asks("order-status", path={"orderId": from_cart})
    day.administers("order-get", path={"orderId": from_cart})
    day.administers("order-status", path={"orderId": from_cart})


def _order_much(day: TradingDay) -> None:
    """More products than one transaction holds, so they are reserved in chunks, and the cart is emptied afterwards."""
    product = {"name": "Button", "price": 0.5, "category": "buttons", "stock": 3}
    buttons = [f"button-{number}" for number in range(MAX_PRODUCTS + 10)]
    for product_id in buttons:
        day.administers("product-create", product | {"productId": product_id}, status=201)
        day.asks("cart-add-item", {"productId": product_id, "quantity": 1}, status=201)
    paid = _payment("tok_approved")
    order_id = day.asks("checkout", paid, headers={"idempotency-key": "much"}, status=201)["orderId"]
    day.delivers("cart-emptier", day.event("OrderPlaced", order_id))
    day.checks_out(order_id)
    everything = _wanted(dict.fromkeys(buttons, 1), "tok_approved")
    day.asks("order-create", everything, headers={"idempotency-key": "as much"}, status=201)
    too_much = _wanted(dict.fromkeys(buttons, 1) | {buttons[-1]: 3}, "tok_approved")
    day.asks("order-create", too_much, headers={"idempotency-key": "too much"}, status=409)
    for product_id in buttons:
        day.asks("cart-add-item", {"productId": product_id, "quantity": 3}, status=201)
    day.asks("checkout", paid, headers={"idempotency-key": "too much again"}, status=409)


def _order_for_a_customer(day: TradingDay) -> None:
    wanted = _wanted({"shirt-1": 1}, "tok_approved")
    day.administers("order-create", wanted | {"customerId": day.customer}, status=201)


def _order_with_trouble(day: TradingDay) -> None:
    """A hold that ran out, a payment that answers later, an order that is cancelled when it is paid already."""
    late = _placed(day, "tok_approved")
    day.clock.advance(HOLD.total_seconds() + 1)
    day.checks_out(late)
    day.checks_out(_placed(day, "tok_async"))
    _hear_later(day)
    paid = _placed(day, "tok_approved")
    for step in ("process-payment", "update-inventory", "cancel-order", "release-stock", "refund-payment"):
        day.step(f"checkout-{step}", paid)
    day.step("checkout-check-inventory", paid)
    lost = _placed(day, "tok_approved")
    day.step("checkout-cancel-order", lost)
    day.step("checkout-release-stock", lost)
    done = _placed(day, "tok_approved")
    day.checks_out(done)
    for name in ("confirm-order", "cancel-order"):
        day.step(f"checkout-{name}", done)
    dropped = _placed(day, "tok_approved")
    day.step("checkout-release-stock", dropped)
    day.checks_out(dropped)
    stuck = _placed(day, "tok_declined")
    day.clock.advance(STUCK_AFTER.total_seconds() + 1)
    day.runs("checkout-sweeper")
    day.runs("inventory-audit")
    day.checks_out(stuck)
    day.clock.advance(STUCK_AFTER.total_seconds() + 1)
    day.checks_out(stuck)


def _hear_later(day: TradingDay) -> None:
    """Payment methods that answer by webhook: yes, no, and not at all; and a refund that the provider tells of."""
    approved, refused, silent = (_placed(day, "tok_async") for _ in range(3))
    for order_id in (approved, refused, silent):
        day.checks_out(order_id)
    day.asks("payment-action", path={"orderId": silent})
    for order_id, kind in ((approved, "charge.succeeded"), (refused, "charge.failed")):
        webhook = webhook_for(day.shop, order_id, kind, customer_id=day.customer)
        day.call("payment-webhook", webhook_request(day.shop, webhook), 200)
        day.delivers("payment-settler", day.event("PaymentWebhookReceived", f"{order_id}-1"))
        day.checks_out(order_id)
    by_hand = {"payment_id": "", "charge_reference": charge_reference(f"{approved}-1")}
    refund = webhook_for(day.shop, approved, "refund.succeeded", customer_id=day.customer, **by_hand)
    day.call("payment-webhook", webhook_request(day.shop, refund), 200)
    day.delivers("payment-settler", day.event("PaymentWebhookReceived", by_hand["charge_reference"]))
    day.administers("order-payments", path={"orderId": approved})
    day.clock.advance(ANSWER_WITHIN.total_seconds())
    day.runs("payment-clearing")
    day.checks_out(silent)
    day.call("payment-webhook", webhook_request(day.shop, webhook_for(day.shop, silent, customer_id=day.customer)), 200)
    day.delivers("payment-settler", day.event("PaymentWebhookReceived", f"{silent}-1"))
    day.clock.advance(CHECK_AFTER.total_seconds())
    day.runs("payment-clearing")


def _change_minds(day: TradingDay) -> None:
    """An order cancelled, one sent, one given back, and a reservation whose order never came."""
    cancelled, sent, returned = (_placed(day, "tok_approved") for _ in range(3))
    for order_id in (cancelled, sent, returned):
        day.checks_out(order_id)
    for name, order_id, body in (
        ("order-cancel", cancelled, None),
        ("order-fulfil", sent, {"carrier": "Royal Mail", "trackingNumber": "RM1"}),
    ):
        day.administers(name, body, path={"orderId": order_id})
    refund = {"reason": "returned", "restock": True}
    day.administers(
        "order-refund", refund, path={"orderId": returned}, headers={"idempotency-key": "refund"}, status=201
    )
    day.delivers("refund-issuer", day.event("RefundRequested", returned))
    (reservation,) = plan_reservations("01KAJ0RPHAN000000000000001", {"shirt-1": 1}, day.clock.now())
    day.shop.table.transact(hold_stock(reservation, ahead_of_order=True))
    day.clock.advance(1)
    day.runs("reservation-sweeper")


def _placed(day: TradingDay, token: str) -> str:
    order_id: str = day.asks("order-create", _wanted({"shirt-1": 1}, token), status=201)["orderId"]
    return order_id


def _look_around(day: TradingDay) -> None:
    first = day.visits("product-list", query={"limit": "1"})
    day.visits("product-list", query={"limit": "1", "cursor": first["nextCursor"]})
    day.visits("product-list", query={"category": "shirts"})
    day.visits("product-list-category", path={"category": "shirts"}, query={"limit": "1"})
    day.visits("product-get", path={"productId": "shirt-0"})
    day.asks("order-list", query={"limit": "1"})
    day.administers("order-list", query={"limit": "1"})
    day.visits("status")
    day.administers("dead-letters")
    day.administers("dead-letters-redrive", path={"queue": "email-queue-dead-letters"})


def _count(day: TradingDay) -> None:
    """What visitors told, what happened, and what came when its day was over."""
    steps = [{"type": "page_view", "sessionId": "session-of-ada"}, {"type": "purchase", "sessionId": "session-of-bob"}]
    day.visits("events-track", {"events": steps}, status=202)
    day.visits("events-track", {"events": steps[:1]}, status=202)
    *early, late = (event for event in events(day.shop) if event.type in {"OrderConfirmed", "OrderCancelled"})
    for event in early:
        day.delivers("event-recorder", event)
    day.clock.advance(3 * 86_400)
    day.delivers("event-recorder", late)
    day.runs("figures-roll-up")
    period = {"from": f"{START.date()}", "to": f"{day.clock.now().date()}"}
    for name in ("analytics-sales", "analytics-top-products", "analytics-funnel"):
        day.administers(name, query=period)


def _remind(day: TradingDay) -> None:
    """A cart that was left, and an address that was not verified until its owner was reminded."""
    day.visits("auth-register", registration(email="eve@example.com"), status=201)
    day.asks("cart-add-item", {"productId": "shirt-1", "quantity": 1}, status=201)
    day.clock.advance(2 * 86_400)
    day.runs("unverified-reminder")
    day.runs("cart-reminder")
    token = issue_link_token(day.customer, "ada@example.com", day.clock.now(), day.shop)
    day.visits("auth-verify-email", {"token": str(token)}, status=204)
    day.delivers("email-sender", day.event("CartAbandoned", day.customer))
    day.rotates("key-rotator", "tradewind/local/jwt-key")


def _wanted(items: dict[str, int], token: str) -> dict[str, Any]:
    lines = [{"productId": product_id, "quantity": quantity} for product_id, quantity in items.items()]
    return _payment(token) | {"items": lines}


def _payment(token: str) -> dict[str, Any]:
    return {"shippingAddress": ADDRESS, "paymentMethod": {"token": token}}
