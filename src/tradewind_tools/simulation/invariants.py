"""What must hold once faults have stopped and everything has come to rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from tradewind.aws.events import PREFIX, from_item
from tradewind.aws.table import Item
from tradewind.inventory.reservations import Reservation, ReservationStatus
from tradewind.notifications.letters import LETTERS, REMINDERS
from tradewind.notifications.model import NotificationStatus
from tradewind.ordering.model import CancelReason, Line, Order, OrderStatus, PaymentStatus
from tradewind.payments.model import TIMED_OUT, LedgerEntry, PaymentState, balance
from tradewind_tools.blueprint.messaging import EMAIL_QUEUE, RULES, SMS_QUEUE, Rule, ToQueue
from tradewind_tools.simulation import figures
from tradewind_tools.simulation.messaging import matches
from tradewind_tools.simulation.purchases import Purchase
from tradewind_tools.simulation.shopping import People
from tradewind_tools.simulation.world import World

_REASONS = {
    "tok_approved": set[str](),
    "tok_async": {CancelReason.CARD_DECLINED.value, TIMED_OUT},
    "tok_declined": {CancelReason.CARD_DECLINED.value},
    "tok_insufficient_funds": {CancelReason.INSUFFICIENT_FUNDS.value},
}
_ALWAYS_POSSIBLE = {CancelReason.CUSTOMER_REQUEST.value, CancelReason.SHOP_REQUEST.value}
_UNDER_FAULTS = {CancelReason.TECHNICAL_FAILURE.value, CancelReason.OUT_OF_STOCK.value}
_FINAL = {OrderStatus.PROCESSING, OrderStatus.COMPLETED, OrderStatus.CANCELLED}
_SETTLED = {PaymentState.SUCCEEDED.value, PaymentState.FAILED.value, PaymentState.REFUNDED.value}


class Found:
    """The table's items at the end, by what they are."""

    def __init__(self, world: World) -> None:
        items = world.table.truth.everything()
        self.orders = [msgspec.convert(item, Order) for item in items if "orderId" in item and _is_order(item)]
        self.events = [from_item(item) for item in items if item["SK"].startswith(PREFIX)]
        self.notifications = [item for item in items if item["SK"].startswith("NOTIFICATION#")]
        self.payments = [item for item in items if item["SK"].startswith("PAYMENT#")]
        self.carts = [item for item in items if item["SK"].startswith("CART#")]
        self._lines = {(item["PK"], item["SK"]): item for item in items if item["SK"].startswith("LINES#")}
        self._reservations = [
            msgspec.convert(item, Reservation) for item in items if item["SK"].startswith("RESERVATION#")
        ]
        self._ledger = [msgspec.convert(item, LedgerEntry) for item in items if item["SK"].startswith("LEDGER#")]
        self.texted = {item["PK"].removeprefix("USER#") for item in items if _wishes_texts(item)}
        self.emails = {item["userId"]: item["email"] for item in items if item["SK"] == "PROFILE"}

    def lines(self, order: Order) -> list[Line]:
        pages = [page for (pk, _), page in sorted(self._lines.items()) if pk == f"ORDER#{order.order_id}"]
        return [line for page in pages for line in msgspec.convert(page["lines"], list[Line])]

    def reservations(self, order_id: str) -> list[Reservation]:
        return [each for each in self._reservations if each.order_id == order_id]

    def ledger(self, order_id: str) -> list[LedgerEntry]:
        return [entry for entry in self._ledger if entry.order_id == order_id]

    def orphans(self) -> list[Reservation]:
        known = {order.order_id for order in self.orders}
        return [each for each in self._reservations if each.order_id not in known]


def violations(world: World, people: People) -> list[str]:
    """Everything that is wrong, in words; empty when all is well."""
    found = Found(world)
    told = [*world.books.violations, *world.bank.complaints]
    for order in found.orders:
        told += _of_order(order, found, world, people.ordered.get(order.order_id))
    told += [
        f"stock stays reserved for {each.order_id}, which was never placed"
        for each in found.orphans()
        if _is_held(each)
    ]
    told += _undelivered(found, world)
    told += _messages(found, world)
    told += _accounts(found, people)
    told += _reminders(found, world)
    told += _idempotency(found, people)
    told += _orders_of_people(found, people)
    told += figures.differences(world.table.truth, found.orders)
    return told


def _of_order(order: Order, found: Found, world: World, purchase: Purchase | None) -> Iterator[str]:
    name = f"order {order.order_id} ({order.status.value})"
    if order.status not in _FINAL:
        yield f"{name} is stuck"
    lines = found.lines(order)
    if len(lines) != order.line_count or sum(line.total_minor for line in lines) != order.total_minor:
        yield f"{name}: its lines do not add up"
    yield from (f"{name}: {told}" for told in _money(order, found, world))
    yield from (f"{name}: {told}" for told in _stock(order, lines, found))
    yield from (f"{name}: {told}" for told in _reason(order, purchase, world))
    yield from (f"{name}: {told}" for told in _facts(order, found))


def _money(order: Order, found: Found, world: World) -> Iterator[str]:
    taken, given_back = world.bank.taken_minor(order.order_id), world.bank.given_back_minor(order.order_id)
    if world.bank.times_charged(order.order_id) > 1:
        yield "was charged more than once"
    if order.status is OrderStatus.CANCELLED:
        if taken != given_back:
            yield f"{taken} taken and {given_back} given back, and the order is cancelled"
        if taken and order.payment_status is not PaymentStatus.REFUNDED:
            yield f"its money went back, and its payment is {order.payment_status.value}"
    elif (taken, given_back) != (order.total_minor, order.refunded_minor):
        yield f"{taken} taken of {order.total_minor}, {given_back} given back of {order.refunded_minor}"
    ledger = balance(found.ledger(order.order_id))
    if (ledger.charged, ledger.refunded) != (taken, given_back):
        yield f"the ledger says {ledger}, the bank {taken} taken and {given_back} given back"
    for payment in found.payments:
        if payment["orderId"] == order.order_id and payment["state"] not in _SETTLED:
            yield f"its payment is left {payment['state']}"


def _stock(order: Order, lines: list[Line], found: Found) -> Iterator[str]:
    reservations = found.reservations(order.order_id)
    wanted = ReservationStatus.RELEASED if order.status is OrderStatus.CANCELLED else ReservationStatus.COMMITTED
    if any(each.status is not wanted for each in reservations):
        yield f"its stock is {', '.join(each.status.value for each in reservations)}"
    units: Counter[str] = Counter()
    for each in reservations:
        units.update(each.units)
    ordered = Counter[str]()
    for line in lines:
        ordered[line.product_id] += line.quantity * line.tracked
    too_much = {name: count for name, count in units.items() if count > ordered.get(name, 0)}
    too_little = {name for name, count in ordered.items() if count - units[name] > order.refunded_units.get(name, 0)}
    if too_much or too_little:
        yield f"it reserved {dict(units)} for {ordered}"


def _reason(order: Order, purchase: Purchase | None, world: World) -> Iterator[str]:
    if order.status is not OrderStatus.CANCELLED:
        return
    possible = _ALWAYS_POSSIBLE | _REASONS[order.payment_token] | (_UNDER_FAULTS if world.calls.was_struck else set())
    if order.cancel_reason not in possible:
        yield f"was cancelled for {order.cancel_reason}"
    wished = purchase is None or purchase.may_be_cancelled
    if order.cancel_reason in _ALWAYS_POSSIBLE and not wished:
        yield "was cancelled at nobody's wish"


def _facts(order: Order, found: Found) -> Iterator[str]:
    """Each transition was told once."""
    told = Counter(event.type for event in found.events if event.aggregate_id == order.order_id)
    expected = {
        "OrderPlaced": 1,
        "OrderCancelled": int(order.status is OrderStatus.CANCELLED),
        "OrderFulfilled": int(order.status is OrderStatus.COMPLETED),
    }
    for kind, count in expected.items():
        if told[kind] != count:
            yield f"{told[kind]} events {kind}, not {count}"
    if order.status is not OrderStatus.CANCELLED and told["OrderConfirmed"] != 1:
        yield f"{told['OrderConfirmed']} events OrderConfirmed, not 1"


def _undelivered(found: Found, world: World) -> Iterator[str]:
    for event in found.events:
        detail = msgspec.to_builtins(event)
        for rule in RULES:
            if matches(rule, event.type, detail) and event.event_id not in _handled(rule, world):
                yield f"{event.type} {event.event_id} never came through {rule.name}"


def _handled(rule: Rule, world: World) -> set[str]:
    return world.queues[rule.target.queue].handled if isinstance(rule.target, ToQueue) else world.executions.started


def _letters(found: Found) -> set[str]:
    """The notifications that there must be: by mail, and, for customers who wish it, by short message."""
    mailed = _sent_to(EMAIL_QUEUE) & set(LETTERS) - {"CartAbandoned"}
    letters = {event.event_id for event in found.events if event.type in mailed}
    texted = [event for event in found.events if event.type in _sent_to(SMS_QUEUE)]
    return letters | {f"{event.event_id}#sms" for event in texted if event.data["customerId"] in found.texted}


def _sent_to(queue: str) -> set[str]:
    return {kind for rule in RULES if rule.target == ToQueue(queue) for kind in rule.events}


def _messages(found: Found, world: World) -> Iterator[str]:
    """Mails and short messages."""
    sent = {item["notificationId"]: item for item in found.notifications if _is_sent(item)}
    wanted = _letters(found)
    yield from (f"nobody was told of {letter}" for letter in sorted(wanted - set(sent)))
    surplus = {letter for letter, item in sent.items() if letter not in wanted and item["kind"] != "CartAbandoned"}
    yield from (f"somebody was told of {letter}, who did not wish it" for letter in sorted(surplus))
    noted = {item["messageId"] for item in sent.values()}
    went_out = (*world.office.sent, *world.texts.sent)
    missing = noted - {message.message_id for message in went_out}
    if missing:
        yield f"messages were noted that never went out: {sorted(missing)}"
    for message in went_out:
        if message.message_id not in noted and not message.was_struck:
            yield f"{message.recipient} was told twice: {message.told}"


def _accounts(found: Found, people: People) -> Iterator[str]:
    """Whoever was told of an account has it, alone by its address, and the shop has heard of it once."""
    told = Counter(event.aggregate_id for event in found.events if event.type == "UserRegistered")
    addresses = Counter(email.lower() for email in found.emails.values())
    yield from (f"{count} accounts have the address {email}" for email, count in addresses.items() if count > 1)
    yield from (f"{told[user_id]} events UserRegistered of {user_id}" for user_id in found.emails if told[user_id] != 1)
    yield from (
        f"{user_id} was promised and does not exist" for user_id in people.registered.keys() - found.emails.keys()
    )


def _reminders(found: Found, world: World) -> Iterator[str]:
    """Of an address that nobody has verified its owner is reminded after a day, once; of a cart at most once."""
    told = Counter((event.type, event.aggregate_id) for event in found.events if event.type in REMINDERS)
    for (kind, user_id), count in told.items():
        if count > 1:
            yield f"{user_id} was reminded {count} times: {kind}"
    if world.has_aged:
        forgotten = {user_id for user_id in found.emails if not told["EmailVerificationOverdue", user_id]}
        yield from (f"{user_id} was never reminded to verify an address" for user_id in sorted(forgotten))


def _idempotency(found: Found, people: People) -> Iterator[str]:
    """Repeats get the first answer, and do nothing more: nobody has more orders or refunds than they wanted."""
    if len(found.orders) > people.purchases:
        yield f"{len(found.orders)} orders came of {people.purchases} purchases"
    refunds = Counter(event.aggregate_id for event in found.events if event.type == "RefundRequested")
    for order_id, purchase in people.ordered.items():
        if refunds[order_id] > purchase.refunds_wanted:
            yield f"order {order_id} has {refunds[order_id]} refunds instead of {purchase.refunds_wanted}"
    for (user_id, key), answers in people.front_door.answers.items():
        if len(set(answers)) > 1:
            yield f"{user_id} got different answers to {key}: {[answer.body for answer in answers]}"


def _orders_of_people(found: Found, people: People) -> Iterator[str]:
    """Whoever was told of an order has it; and a cart whose order stands is empty."""
    orders = {order.order_id: order for order in found.orders}
    for order_id in people.ordered:
        order = orders.get(order_id)
        if order is None:
            yield f"{order_id} was promised and does not exist"
        elif order.from_cart:
            yield from _left_in_cart(order, found)


def _left_in_cart(order: Order, found: Found) -> Iterator[str]:
    ordered = {line.product_id for line in found.lines(order)}
    left = [item["productId"] for item in found.carts if item["PK"] == f"USER#{order.customer_id}"]
    kept = sorted(ordered & set(left))
    if kept:
        yield f"{len(kept)} products, {', '.join(kept[:3])} among them, are still in the cart of order {order.order_id}"


def _is_order(item: Item) -> bool:
    pk: str = item["PK"]
    sk: str = item["SK"]
    return pk.startswith("USER#") and sk.startswith("ORDER#")


def _wishes_texts(item: Item) -> bool:
    return item["SK"] == "PREFERENCES" and bool(item.get("orderTexts"))


def _is_held(reservation: Reservation) -> bool:
    return reservation.status is not ReservationStatus.RELEASED


def _is_sent(notification: Item) -> bool:
    status: str = notification["status"]
    return status == NotificationStatus.SENT.value
