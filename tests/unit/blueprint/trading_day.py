"""A day of trading in which every function of the blueprint runs, and what each of them uses of the table and secrets.

A service may have a part of the day of its own: `trade(day)` in `tests/unit/<service>/day.py`, which runs at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from importlib import import_module
from typing import Any, NamedTuple

import msgspec
from argon2 import PasswordHasher
from tests.fakes import ADMIN_ID, START, FakeClock, admin_event, customer_event, guest_event, make_shop, public_event
from tests.source import TESTS
from tests.trading import ADDRESS, events, with_customer
from tests.unit.identity.people import registration
from tests.unit.notifications.mail_events import complaint
from tests.unit.ops.fake_queues import FakeQueues
from tests.unit.outbox.fake_bus import FakeBus
from tests.unit.rotation.fake_vault import FakeVault
from tests.webhooks import webhook_for, webhook_request

from tradewind.aws.mailer import Mail
from tradewind.aws.secrets import Secret, Secrets
from tradewind.aws.sms import SmsMessage
from tradewind.aws.table import Check, Delete, Item, Key, Put, Query, QueryResult, Table, Update, Write
from tradewind.cart.model import MAX_LINES
from tradewind.checkout.model import STUCK_AFTER
from tradewind.edge.access import user_key
from tradewind.edge.consumer import Job, QueueConsumer, Step
from tradewind.edge.http import Endpoint
from tradewind.identity.authorizer import authorize
from tradewind.identity.links import issue_reset_token, issue_verification_token
from tradewind.inventory.model import MAX_VARIANTS
from tradewind.inventory.public import plan_reservations
from tradewind.inventory.public_writes import hold_stock
from tradewind.kernel.events import Event
from tradewind.notifications.unsubscribe_links import issue_unsubscribe_token
from tradewind.ordering.model import HOLD
from tradewind.outbox.aliases import with_aliases
from tradewind.payments.fake import charge_reference
from tradewind.payments.model import CHECK_AFTER, DisputeStanding, DisputeState
from tradewind.payments.reconciliation import SETTLED_AFTER
from tradewind.rotation.steps import STEPS as STEPS_OF_ROTATION
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.handlers import resolve
from tradewind_tools.blueprint.model import Route
from tradewind_tools.blueprint.saga import definition_by_name
from tradewind_tools.memory.state_machine import MemoryStateMachine

HOUR_SECONDS = 3_600
PASSWORD = "correct horse battery"
_ACTIONS: dict[type[Write], str] = {
    Put: "dynamodb:PutItem",
    Update: "dynamodb:UpdateItem",
    Delete: "dynamodb:DeleteItem",
    Check: "dynamodb:ConditionCheckItem",
}


class Use(NamedTuple):
    """One use: an action on a kind of partition, or the reading of a secret."""

    action: str
    what: str
    of_index: str | None = None


class WatchedTable:
    """Records every action on the table, by the kind of its partition."""

    def __init__(self, table: Table, uses: set[Use]) -> None:
        self._table = table
        self._uses = uses

    def get(self, key: Key, *, consistent: bool = False) -> Item | None:
        self._record("dynamodb:GetItem", key.pk)
        return self._table.get(key, consistent=consistent)

    def get_many(self, keys: Iterable[Key], *, consistent: bool = False) -> dict[Key, Item]:
        wanted = list(keys)
        for key in wanted:
            self._record("dynamodb:BatchGetItem", key.pk)
        return self._table.get_many(wanted, consistent=consistent)

    def query(self, query: Query) -> QueryResult:
        self._record("dynamodb:Query", query.pk, query.index)
        return self._table.query(query)

    def write(self, write: Put | Update | Delete) -> Item | None:
        self._record_write(write)
        return self._table.write(write)

    def transact(self, writes: Sequence[Write]) -> None:
        for write in writes:
            self._record_write(write)
        self._table.transact(writes)

    def _record_write(self, write: Write) -> None:
        partition = write.item["PK"] if isinstance(write, Put) else write.key.pk
        self._record(_ACTIONS[type(write)], partition)

    def _record(self, action: str, partition: str, index: str | None = None) -> None:
        self._uses.add(Use(action, partition.partition("#")[0] + "#*", index))


class WatchedSecrets:
    """Records every secret that is read, by its purpose."""

    def __init__(self, secrets: Secrets, uses: set[Use]) -> None:
        self._secrets = secrets
        self._uses = uses

    def current(self, name: str) -> Secret:
        self._record(name)
        return self._secrets.current(name)

    def previous(self, name: str) -> Secret | None:
        self._record(name)
        return self._secrets.previous(name)

    def _record(self, name: str) -> None:
        self._uses.add(Use("secretsmanager:GetSecretValue", name.rpartition("/")[2]))


class AcceptingMailer:
    """A mail service that accepts everything."""

    def send(self, mail: Mail) -> str:
        return f"mail to {mail.recipient}"


class AcceptingSms:
    """A short message service that accepts everything."""

    def send(self, message: SmsMessage) -> str:
        return f"short message to {message.recipient}"


class TradingDay:
    """Calls functions by their names in the blueprint; `uses` has what each of them used."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        shop = make_shop(
            clock=self.clock,
            settings=Settings(held_units_limit=1_000),
            bus=FakeBus(),
            mailer=AcceptingMailer(),
            queues=FakeQueues(),
            sms=AcceptingSms(),
            vault=FakeVault(),
        )
        shop.state_machine = self._machine = MemoryStateMachine(definition_by_name(), self._step)
        self.shop = with_customer(shop, ADMIN_ID)
        self.uses: defaultdict[str, set[Use]] = defaultdict(set)
        self.called: set[str] = set()
        self._handlers = {function.name: resolve(function) for function in FUNCTIONS}
        self._routes = {each.name: each.trigger for each in FUNCTIONS if isinstance(each.trigger, Route)}
        self.customer = ""

    def call(self, name: str, event: dict[str, Any], status: int) -> Any:  # noqa: ANN401 - JSON
        handler = self._handlers[name]
        assert isinstance(handler, Endpoint)
        route = self._routes[name]
        event |= {"httpMethod": route.method, "resource": route.path}
        answer = handler(event, None, self._watched(name))
        assert answer["statusCode"] == status, (name, answer["body"])
        is_json = answer["headers"]["content-type"] == "application/json" and answer["body"]
        return msgspec.json.decode(answer["body"]) if is_json else None

    def call_as_customer(self, name: str, body: object = None, *, status: int = 200, **request: Any) -> Any:  # noqa: ANN401 - JSON
        """Call an operation as the customer."""
        return self.call(name, customer_event(body, user_id=self.customer, **request), status)

    def call_as_admin(self, name: str, body: object = None, *, status: int = 200, **request: Any) -> Any:  # noqa: ANN401
        """Call an operation as the administrator."""
        return self.call(name, admin_event(body, **request), status)

    def call_as_guest(self, name: str, body: object = None, *, status: int = 200, **request: Any) -> Any:  # noqa: ANN401
        """Call an operation with a guest's token."""
        return self.call(name, guest_event(body, **request), status)

    def call_as_visitor(self, name: str, body: object = None, *, status: int = 200, **request: Any) -> Any:  # noqa: ANN401
        """Call an operation without a token."""
        return self.call(name, public_event(body, **request), status)

    def authorize(self, token: str) -> None:
        event = {"authorizationToken": f"Bearer {token}", "methodArn": "arn:aws:execute-api:r:a:api/v1/GET/cart"}
        policy = authorize(event, None, self._watched("auth-authorizer"))
        assert policy["principalId"] == self.customer

    def write_old_hash(self, password_hash: str) -> None:
        """Replace the customer's password hash by one with weaker parameters, as from an import."""
        self.shop.table.write(Update(user_key(self.customer), set={"passwordHash": password_hash}))

    def deliver(self, name: str, event: Event) -> None:
        """Deliver the event to a queue's consumer."""
        self.deliver_body(name, msgspec.json.encode({"detail": event}).decode())

    def deliver_body(self, name: str, body: str) -> None:
        """Deliver what is no event of the shop's own to a queue's consumer."""
        handler = self._handlers[name]
        assert isinstance(handler, QueueConsumer)
        batch = {"Records": [{"messageId": "1", "body": body}]}
        assert handler(batch, None, self._watched(name)) == {"batchItemFailures": []}

    def run_job(self, name: str) -> None:
        """Run a scheduled job."""
        handler = self._handlers[name]
        assert isinstance(handler, Job)
        handler({}, None, self._watched(name))

    def rotate(self, name: str, secret_id: str) -> None:
        """Rotate a secret, in all steps."""
        handler = self._handlers[name]
        for step in STEPS_OF_ROTATION:
            handler({"Step": step, "SecretId": secret_id, "ClientRequestToken": "new"}, None, self._watched(name))

    def run_saga(self, order_id: str) -> list[str]:
        """Run the saga; the states that it entered."""
        self.deliver("checkout-starter", self.event("OrderPlaced", order_id))
        return self._machine.executions[-1].path

    def event(self, kind: str, about: str) -> Event:
        return next(event for event in events(self.shop) if (event.type, event.aggregate_id) == (kind, about))

    def step(self, name: str, order_id: str) -> None:
        """Run one step of the saga alone, as a second run may at any moment."""
        payload = {"orderId": order_id, "customerId": self.customer, "correlationId": "again", "reason": "CardDeclined"}
        self._step(name, payload)

    def _step(self, name: str, payload: dict[str, Any]) -> dict[str, Any]:
        handler = self._handlers[name]
        assert isinstance(handler, Step)
        return handler(payload, None, self._watched(name))

    def _watched(self, name: str) -> Shop:
        self.called.add(name)
        shop = copy(self.shop)
        shop.table = WatchedTable(self.shop.table, self.uses[name])
        shop.secrets = WatchedSecrets(self.shop.secrets, self.uses[name])
        return shop


def run_day() -> TradingDay:
    """Run the whole day."""
    day = TradingDay()
    _register(day)
    _create_products(day)
    _fill_a_cart(day)
    _order(day)
    _order_many_products(day)
    _fill_a_guests_cart(day)
    _order_for_a_customer(day)
    _order_with_failures(day)
    _cancel_fulfil_and_refund(day)
    _browse(day)
    _count_events(day)
    _run_reminders(day)
    _forget_the_password(day, "ada@example.com")
    for part in sorted(TESTS.glob("unit/*/day.py")):
        import_module(f"tests.unit.{part.parent.name}.day").trade(day)
    return day


def _register(day: TradingDay) -> None:
    names = {"firstName": "Ada", "lastName": "Lovelace"}
    credentials = {"email": "ada@example.com", "password": PASSWORD}
    day.customer = day.call_as_visitor("auth-register", credentials | names, status=201)["userId"]
    day.call_as_visitor("auth-resend-verification", {"email": credentials["email"]}, status=202)
    day.call_as_visitor("auth-login", credentials | {"password": "a guess"}, status=401)
    signed_in = day.call_as_visitor("auth-login", credentials)
    refreshed = day.call_as_visitor("auth-refresh", {"refreshToken": signed_in["refreshToken"]})
    newest = day.call_as_visitor("auth-refresh", {"refreshToken": refreshed["refreshToken"]})
    day.call_as_visitor("auth-refresh", {"refreshToken": signed_in["refreshToken"]}, status=401)
    day.authorize(day.call_as_visitor("auth-login", credentials)["token"])
    day.call_as_customer("auth-logout", {"refreshToken": newest["refreshToken"]}, status=204)
    day.write_old_hash(PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD))
    known_device = {"refreshToken": signed_in["refreshToken"]}
    day.call_as_visitor("auth-login", credentials | known_device | {"password": "a guess"}, status=401)
    newest = day.call_as_visitor("auth-login", credentials | known_device)["refreshToken"]
    changed = {"currentPassword": PASSWORD, "newPassword": "staple a better horse", "refreshToken": newest}
    day.call_as_customer("password-change", changed | {"currentPassword": "a guess"}, status=422)
    day.call_as_customer("password-change", changed, status=204)
    _end_sessions(day, credentials | {"password": "staple a better horse"})
    day.call_as_customer("auth-me")
    day.call_as_customer("profile-get")
    day.call_as_customer("profile-update", names | {"phone": "+44 20 7946 0000"})
    day.call_as_customer("profile-update", {**names, "lastName": "King", "phone": "+44 20 7946 0000"})
    day.call_as_customer("notifications-update", {"email": {"reminders": False}, "sms": {"orders": True}})
    day.call_as_customer("notifications-get")
    token = {"token": issue_unsubscribe_token(day.customer, day.shop)}
    day.call("unsubscribe-page", public_event(path=token), 200)
    day.call("unsubscribe", public_event("List-Unsubscribe=One-Click", path=token), 200)
    day.call_as_admin("user-list", query={"email": "ada@example.com"})
    for query in ({"limit": "1"}, {"emailPrefix": "ad"}, {"namePrefix": "ad"}):
        day.call_as_admin("user-list", query=query)
    day.call_as_admin("user-get", path={"userId": day.customer})
    for status in ("disabled", "active"):
        day.call_as_admin("user-update", {"status": status}, path={"userId": day.customer})


def _end_sessions(day: TradingDay, credentials: dict[str, str]) -> None:
    refresh_token = day.call_as_visitor("auth-login", credentials)["refreshToken"]
    _, session_id, _ = refresh_token.split(".")
    day.call_as_customer("session-list")
    for _ in range(2):
        day.call_as_customer("session-end", path={"sessionId": session_id}, status=204)
    newest = day.call_as_visitor("auth-login", credentials)["refreshToken"].split(".")[1]
    event = customer_event(user_id=day.customer)
    event["requestContext"]["authorizer"]["sessionId"] = newest
    day.call("session-end-others", event, 204)


def _forget_the_password(day: TradingDay, email: str) -> None:
    for address in (email, "nobody@example.com"):
        day.call_as_visitor("auth-forgot-password", {"email": address}, status=202)
    requested = day.event("PasswordResetRequested", day.customer)
    day.deliver("email-sender", requested)
    token = issue_reset_token(day.customer, email, requested.data["passwordVersion"], requested.occurred_at, day.shop)
    day.call_as_visitor("auth-reset-password", {"token": str(token), "newPassword": PASSWORD}, status=204)


def _create_products(day: TradingDay) -> None:
    product = {"name": "Shirt", "price": 12.5, "category": "shirts"}
    for number in range(3):
        day.call_as_admin("product-create", product | {"productId": f"shirt-{number}", "stock": 20}, status=201)
    day.call_as_admin("product-create", product | {"productId": "postage", "trackStock": False}, status=201)
    day.call_as_admin("product-update", product | {"trackStock": True}, path={"productId": "postage"})
    day.call_as_admin("product-delete", path={"productId": "shirt-2"}, status=204)
    day.call_as_admin("stock-get", path={"variantId": "shirt-0"})
    day.call_as_admin("stock-set", {"onHand": 10}, path={"variantId": "shirt-0"})
    day.call_as_admin("stock-set", {"adjustment": -6}, path={"variantId": "shirt-0"})
    day.call_as_admin("stock-movements", path={"variantId": "shirt-0"}, query={"limit": "1"})
    _sell_in_variants(day)


def _sell_in_variants(day: TradingDay) -> None:
    described = {"name": "Deck shirt", "category": "shirts", "productId": "deck"}
    sizes = [{"name": "Size", "values": ["S", "M", "L"]}]
    small, medium, large = ({"options": {"Size": size}, "price": 40, "sku": size} for size in "SML")
    new = described | {"options": sizes, "variants": [small, medium]}
    options = day.call_as_admin("product-create", new, status=201)["options"]
    path = {"productId": "deck"}
    day.call_as_admin("variant-add", {"variants": [large | {"stock": 1}]}, path=path, status=201)
    day.call_as_admin("variant-order", {"variantIds": ["deck.2", "deck.1", "deck"]}, path=path)
    for variant_id in ("deck.1", "deck.2"):
        day.call_as_admin("variant-remove", path=path | {"variantId": variant_id}, status=204)
    day.call_as_admin("variant-list", path=path)
    untold = {name: value for name, value in large.items() if name != "sku"}
    for body in (large | {"trackStock": False}, untold):
        day.call_as_admin("variant-update", body, path=path | {"variantId": "deck.2"})
    version = day.call_as_admin("variant-update", small, path=path | {"variantId": "deck"})["version"]
    day.call_as_admin("options-replace", {"options": options, "version": version}, path=path)
    day.call_as_admin("variant-remove", path=path | {"variantId": "deck"}, status=204)
    day.call_as_admin("product-delete", path=path, status=204)
    day.call_as_admin("product-create", new, status=201)
    day.call_as_admin(
        "product-update", {"name": "Mug", "price": 3, "category": "mugs", "sku": "M"}, path={"productId": "postage"}
    )
    day.call_as_admin("product-update", {"name": "Mug", "price": 3, "category": "mugs"}, path={"productId": "postage"})


def _fill_a_cart(day: TradingDay) -> None:
    line = {"productId": "shirt-1", "quantity": 1}
    day.call_as_visitor("auth-guest")
    for call in (day.call_as_guest, day.call_as_customer):
        call("cart-add-item", line, status=201)
        call("cart-update-item", {"quantity": 2}, path={"variantId": "shirt-1"})
        call("cart-get")
        call("cart-remove-item", path={"variantId": "shirt-1"}, status=204)
        call("cart-add-item", line, status=201)
        call("cart-clear", status=204)
        call("cart-add-item", line, status=201)


def _order(day: TradingDay) -> None:
    for token in ("tok_approved", "tok_declined"):
        wanted = _order_body({"shirt-0": 1}, token)
        key = {"idempotency-key": token}
        order_id = day.call_as_customer("order-create", wanted, headers=key, status=201)["orderId"]
        day.call_as_customer("order-create", wanted, headers=key, status=201)
        day.run_saga(order_id)
        day.run_saga(order_id)
    day.call_as_customer("cart-add-item", {"productId": "shirt-0", "quantity": 2}, status=201)
    day.call_as_customer("order-create", _order_body({"shirt-0": 1}, "tok_approved"), status=201)
    day.call_as_customer("order-create", _order_body({"shirt-0": 1}, "tok_approved"), status=201)
    paid = _payment("tok_approved")
    from_cart = day.call_as_customer("checkout", paid, headers={"idempotency-key": "cart"}, status=201)["orderId"]
    day.call_as_customer("checkout", paid, headers={"idempotency-key": "cart"}, status=201)
    day.deliver("cart-emptier", day.event("OrderPlaced", from_cart))
    recorded = events(day.shop)
    for event in recorded:
        day.deliver("email-sender", event)
        if event.type == "OrderConfirmed":
            day.deliver("email-sender", event)
            day.deliver("sms-sender", event)
    for done in with_aliases(event for event in recorded if event.type == "OrderConfirmed"):
        day.deliver("order-auditor", done)
    day.call_as_customer("order-get", path={"orderId": from_cart})
    day.call_as_customer("order-status", path={"orderId": from_cart})
    day.call_as_admin("order-get", path={"orderId": from_cart})
    day.call_as_admin("order-status", path={"orderId": from_cart})


def _order_many_products(day: TradingDay) -> None:
    """Order more products than one transaction holds: they are reserved in chunks, and the cart is emptied later."""
    product = {"name": "Button", "price": 0.5, "category": "buttons", "stock": 3}
    buttons = [f"button-{number}" for number in range(MAX_VARIANTS + 5)]
    for product_id in buttons:
        day.call_as_admin("product-create", product | {"productId": product_id}, status=201)
        day.call_as_customer("cart-add-item", {"productId": product_id, "quantity": 1}, status=201)
    paid = _payment("tok_approved")
    order_id = day.call_as_customer("checkout", paid, headers={"idempotency-key": "much"}, status=201)["orderId"]
    day.deliver("cart-emptier", day.event("OrderPlaced", order_id))
    day.run_saga(order_id)
    for product_id in buttons:
        day.call_as_customer("cart-add-item", {"productId": product_id, "quantity": 2}, status=201)
    everything, key = _order_body(dict.fromkeys(buttons, 1), "tok_approved"), {"idempotency-key": "as much"}
    order_id = day.call_as_customer("order-create", everything, headers=key, status=201)["orderId"]
    day.deliver("cart-emptier", day.event("OrderPlaced", order_id))
    too_much = _order_body(dict.fromkeys(buttons, 1) | {buttons[-1]: 3}, "tok_approved")
    day.call_as_customer("order-create", too_much, headers={"idempotency-key": "too much"}, status=409)
    for product_id in buttons:
        quantity = 3 if product_id == buttons[-1] else 1
        day.call_as_customer("cart-add-item", {"productId": product_id, "quantity": quantity}, status=201)
    day.call_as_customer("checkout", paid, headers={"idempotency-key": "too much again"}, status=409)


def _fill_a_guests_cart(day: TradingDay) -> None:
    """Add to it often enough for its lines to be counted anew."""
    for number in (*range(MAX_VARIANTS), *range(MAX_LINES - MAX_VARIANTS)):
        product_id = f"button-{number}"
        day.call_as_guest("cart-add-item", {"productId": product_id, "quantity": 1}, status=201)
        day.call_as_guest("cart-remove-item", path={"variantId": product_id}, status=204)


def _order_for_a_customer(day: TradingDay) -> None:
    wanted = _order_body({"shirt-1": 1}, "tok_approved")
    day.call_as_admin("order-create", wanted | {"customerId": day.customer}, status=201)


def _order_with_failures(day: TradingDay) -> None:
    """A hold that expires, a payment that is decided later, an order that is cancelled after it was paid."""
    late = _place_order(day, "tok_approved")
    day.clock.advance(HOLD.total_seconds() + 1)
    day.run_saga(late)
    day.run_saga(_place_order(day, "tok_async"))
    _answer_payments_later(day)
    paid = _place_order(day, "tok_approved")
    for step in ("process-payment", "update-inventory", "cancel-order", "release-stock", "refund-payment"):
        day.step(f"checkout-{step}", paid)
    day.step("checkout-check-inventory", paid)
    lost = _place_order(day, "tok_approved")
    day.step("checkout-cancel-order", lost)
    day.step("checkout-release-stock", lost)
    done = _place_order(day, "tok_approved")
    day.run_saga(done)
    for name in ("confirm-order", "cancel-order"):
        day.step(f"checkout-{name}", done)
    dropped = _place_order(day, "tok_approved")
    day.step("checkout-release-stock", dropped)
    day.run_saga(dropped)
    stuck = _place_order(day, "tok_declined")
    day.clock.advance(STUCK_AFTER.total_seconds() + 1)
    day.run_job("checkout-sweeper")
    day.run_job("inventory-audit")
    day.run_saga(stuck)
    day.clock.advance(STUCK_AFTER.total_seconds() + 1)
    day.run_saga(stuck)


def _answer_payments_later(day: TradingDay) -> None:
    """Payments that a webhook approves, declines, or never decides; and a refund that the provider reports."""
    approved, refused, silent = (_place_order(day, "tok_async") for _ in range(3))
    for order_id in (approved, refused, silent):
        day.run_saga(order_id)
    day.call_as_customer("payment-action", path={"orderId": silent})
    for order_id, kind in ((approved, "charge.succeeded"), (refused, "charge.failed")):
        webhook = webhook_for(day.shop, order_id, kind, customer_id=day.customer)
        day.call("payment-webhook", webhook_request(day.shop, webhook), 200)
        day.deliver("payment-settler", day.event("PaymentWebhookReceived", f"{order_id}-1"))
        day.run_saga(order_id)
    by_hand = {"payment_id": "", "charge_reference": charge_reference(f"{approved}-1")}
    refund = webhook_for(day.shop, approved, "refund.succeeded", customer_id=day.customer, **by_hand)
    day.call("payment-webhook", webhook_request(day.shop, refund), 200)
    day.deliver("payment-settler", day.event("PaymentWebhookReceived", by_hand["charge_reference"]))
    day.call_as_admin("order-payments", path={"orderId": approved})
    _dispute(day)
    day.clock.advance(day.shop.settings.answer_hours * 3_600)
    day.run_job("payment-clearing")
    day.run_saga(silent)
    day.call("payment-webhook", webhook_request(day.shop, webhook_for(day.shop, silent, customer_id=day.customer)), 200)
    day.clock.advance(HOUR_SECONDS)
    day.deliver("payment-settler", day.event("PaymentWebhookReceived", f"{silent}-1"))
    day.clock.advance(CHECK_AFTER.total_seconds())
    day.run_job("payment-clearing")
    day.clock.advance(SETTLED_AFTER.total_seconds() - CHECK_AFTER.total_seconds() - HOUR_SECONDS / 2)
    day.run_job("ledger-reconciler")
    day.clock.advance(HOUR_SECONDS)
    day.run_job("ledger-reconciler")


def _dispute(day: TradingDay) -> None:
    """A customer asks the bank for the money, and an administrator refunds what is disputed already."""
    order_id = _place_order(day, "tok_approved")
    day.run_saga(order_id)
    of_charge = {"payment_id": "", "charge_reference": charge_reference(f"{order_id}-1"), "reference": "dp_1"}
    standing = DisputeStanding(DisputeState.OPEN, is_withdrawn=True)
    dispute = webhook_for(
        day.shop, order_id, "dispute.updated", customer_id=day.customer, dispute=standing, **of_charge
    )
    day.call("payment-webhook", webhook_request(day.shop, dispute), 200)
    day.deliver("payment-settler", day.event("PaymentWebhookReceived", of_charge["charge_reference"]))
    refund = {"reason": "goodwill", "amount": 1}
    day.call_as_admin("order-refund", refund, path={"orderId": order_id}, status=201)
    day.deliver("refund-issuer", day.event("RefundRequested", order_id))


def _cancel_fulfil_and_refund(day: TradingDay) -> None:
    """An order cancelled, one fulfilled, one returned, and a reservation whose order was never placed."""
    cancelled, sent, returned = (_place_order(day, "tok_approved") for _ in range(3))
    for order_id in (cancelled, sent, returned):
        day.run_saga(order_id)
    for name, order_id, body in (
        ("order-cancel", cancelled, None),
        ("order-fulfil", sent, {"carrier": "Royal Mail", "trackingNumber": "RM1"}),
    ):
        day.call_as_admin(name, body, path={"orderId": order_id})
    _return_a_part_for_nothing(day)
    refund = {"reason": "returned", "restock": True}
    day.call_as_admin(
        "order-refund", refund, path={"orderId": returned}, headers={"idempotency-key": "refund"}, status=201
    )
    day.deliver("refund-issuer", day.event("RefundRequested", returned))
    day.deliver("email-sender", day.event("RefundIssued", returned))
    (reservation,) = plan_reservations("01KAJ0RPHAN000000000000001", {"shirt-1": 1}, day.clock.now())
    day.shop.table.transact(hold_stock(reservation, ahead_of_order=True))
    day.clock.advance(1)
    day.run_job("reservation-sweeper")


def _return_a_part_for_nothing(day: TradingDay) -> None:
    """One unit of two comes back before the other one is sent."""
    body = _order_body({"shirt-1": 2}, "tok_approved")
    order_id = day.call_as_customer("order-create", body, status=201)["orderId"]
    day.run_saga(order_id)
    back = {"reason": "broken", "restock": True, "lines": [{"productId": "shirt-1", "quantity": 1, "amount": 0}]}
    day.call_as_admin("order-refund", back, path={"orderId": order_id}, status=201)
    day.deliver("order-auditor", day.event("RefundRequested", order_id))
    shipment = {"carrier": "Royal Mail", "trackingNumber": "RM1"}
    day.call_as_admin("order-fulfil", shipment, path={"orderId": order_id})


def _place_order(day: TradingDay, token: str) -> str:
    order_id: str = day.call_as_customer("order-create", _order_body({"shirt-1": 1}, token), status=201)["orderId"]
    return order_id


def _browse(day: TradingDay) -> None:
    first = day.call_as_visitor("product-list", query={"limit": "1"})
    day.call_as_visitor("product-list", query={"limit": "1", "cursor": first["nextCursor"]})
    day.call_as_visitor("product-list", query={"category": "shirts"})
    day.call_as_visitor("product-list-category", path={"category": "shirts"}, query={"limit": "1"})
    day.call_as_visitor("product-get", path={"productId": "shirt-0"})
    day.call_as_customer("order-list", query={"limit": "1"})
    day.call_as_admin("order-list", query={"limit": "1"})
    day.call_as_visitor("status")
    day.call_as_admin("dead-letters")
    day.call_as_admin("dead-letters-redrive", path={"queue": "email-queue-dead-letters"})


def _count_events(day: TradingDay) -> None:
    """Events of visitors, events of the shop, and an event that comes after its day is over."""
    steps = [{"type": "page_view", "sessionId": "session-of-ada"}, {"type": "purchase", "sessionId": "session-of-bob"}]
    day.call_as_visitor("events-track", {"events": steps}, status=202)
    day.call_as_visitor("events-track", {"events": steps[:1]}, status=202)
    *early, late = (event for event in events(day.shop) if event.type in {"OrderConfirmed", "OrderCancelled"})
    for event in early:
        day.deliver("event-recorder", event)
    day.clock.advance(3 * 86_400)
    day.deliver("event-recorder", late)
    day.run_job("figures-roll-up")
    period = {"from": f"{START.date()}", "to": f"{day.clock.now().date()}"}
    for name in ("analytics-sales", "analytics-top-products", "analytics-funnel"):
        day.call_as_admin(name, query=period)
    day.clock.advance(10 * 86_400)
    day.run_job("figures-roll-up")
    day.call_as_admin("analytics-top-products", query={"from": "2026-11-01", "to": "2026-11-30"})


def _run_reminders(day: TradingDay) -> None:
    """An abandoned cart, and an address that is verified only after a reminder."""
    day.call_as_visitor("auth-register", registration(email="eve@example.com"), status=201)
    day.call_as_customer("cart-add-item", {"productId": "shirt-1", "quantity": 1}, status=201)
    day.clock.advance(2 * 86_400)
    day.run_job("unverified-reminder")
    day.run_job("cart-reminder")
    token = issue_verification_token(day.customer, "ada@example.com", day.clock.now(), day.shop)
    day.call_as_visitor("auth-verify-email", {"token": str(token)}, status=204)
    day.deliver("email-sender", day.event("CartAbandoned", day.customer))
    day.deliver_body("mail-suppressor", complaint("ada@example.com", at=day.clock.now()))
    day.rotate("key-rotator", "tradewind/local/jwt-key")


def _order_body(items: dict[str, int], token: str) -> dict[str, Any]:
    lines = [{"productId": product_id, "quantity": quantity} for product_id, quantity in items.items()]
    return _payment(token) | {"items": lines}


def _payment(token: str) -> dict[str, Any]:
    return {"shippingAddress": ADDRESS, "paymentMethod": {"token": token}}
