"""A customer and an order in the table, events about them, and a mailer that keeps its mails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from tests.fakes import ADMIN_ID, CUSTOMER_ID, START
from tests.trading import add_product

from tradewind.aws.mailer import Mail, MailRefused
from tradewind.aws.table import Put, Table
from tradewind.cart.writes import add_units
from tradewind.identity.public import contact_key
from tradewind.identity.reads import session_from
from tradewind.identity.writes import insert_session
from tradewind.kernel.clock import iso
from tradewind.kernel.events import Event
from tradewind.ordering.model import (
    Address,
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    PaymentStatus,
    total_minor,
)
from tradewind.ordering.writes import insert_lines, insert_order
from tradewind.shop import Shop
from tradewind_tools.memory.access import SESSION_ID, open_session

EMAIL = "ada@example.com"
NEW_EMAIL, OLD_EMAIL = "ada@lovelace.example", "ada@byron.example"
CHANGE_ID = "01KAJ0CHNG0000000000000001"
REMOVAL_AT = START + timedelta(days=3)
ORDER_ID = "01KAJ0RDER0000000000000001"
ADDRESS = Address(
    name="Ada Lovelace",
    street="12 Harbour Street",
    city="Falmouth",
    postal_code="TR11 3QX",
    region="Cornwall",
    country="GB",
)
_CONFIRMED = (OrderStatus.PROCESSING, FulfilmentStatus.UNFULFILLED)
_STATES = {
    "OrderCancelled": (OrderStatus.CANCELLED, FulfilmentStatus.UNFULFILLED),
    "OrderFulfilled": (OrderStatus.COMPLETED, FulfilmentStatus.FULFILLED),
}


class FakeMailer:
    """Keeps the mails it takes; refuses the first `refusals`."""

    def __init__(self, refusals: int = 0) -> None:
        self.mails: list[Mail] = []
        self._refusals = refusals

    def send(self, mail: Mail) -> str:
        if self._refusals:
            self._refusals -= 1
            raise MailRefused("TooManyRequestsException")
        self.mails.append(mail)
        return f"mail-{len(self.mails)}"


def line(name: str = "Ocean Blue Shirt", quantity: int = 2, unit_price_minor: int = 61_725) -> OrderLine:
    return OrderLine(variant_id="shirt", name=name, quantity=quantity, unit_price_minor=unit_price_minor, tracked=True)


def order(
    lines: Sequence[OrderLine], currency: str = "USD", cancel_reason: str | None = None, after: str = "OrderConfirmed"
) -> Order:
    """An order as it is after an event of that type."""
    status, fulfilment_status = _STATES.get(after, _CONFIRMED)
    return Order(
        order_id=ORDER_ID,
        customer_id=CUSTOMER_ID,
        status=status,
        payment_status=PaymentStatus.PAID,
        fulfilment_status=fulfilment_status,
        currency=currency,
        total_minor=total_minor(lines),
        refunded_minor=0,
        line_count=len(lines),
        shipping_address=ADDRESS,
        payment_token="approved",
        created_at=START - timedelta(days=1),
        updated_at=START,
        version=2,
        correlation_id="request-1",
        cancel_reason=cancel_reason,
    )


def add_customer(table: Table, email: str = EMAIL, first_name: str = "Ada", **more: object) -> None:
    """Add a customer, unverified unless `more` of the profile says otherwise."""
    pk, sk = contact_key(CUSTOMER_ID)
    profile = {"userId": CUSTOMER_ID, "email": email, "firstName": first_name, "lastName": "Lovelace", **more}
    table.transact([Put({"PK": pk, "SK": sk, "status": "active", **profile})])


def add_order(
    table: Table,
    lines: Sequence[OrderLine],
    currency: str = "USD",
    cancel_reason: str | None = None,
    after: str = "OrderConfirmed",
) -> None:
    placed = order(lines, currency, cancel_reason, after)
    table.transact([insert_order(placed), *insert_lines(placed, list(lines))])


def stock_low() -> Event:
    return Event(
        "event-1",
        "StockLow",
        1,
        START,
        "shirt",
        1,
        "request-1",
        {"productId": "shirt", "variantId": "shirt", "available": 3},
    )


def user_registered() -> Event:
    return _event("UserRegistered", {"userId": CUSTOMER_ID})


def order_confirmed() -> Event:
    return _event(
        "OrderConfirmed", {"orderId": ORDER_ID, "customerId": CUSTOMER_ID, "totalMinor": 1, "currency": "USD"}
    )


def order_cancelled(reason: str = "CardDeclined") -> Event:
    return _event("OrderCancelled", {"orderId": ORDER_ID, "customerId": CUSTOMER_ID, "reason": reason})


def order_fulfilled(tracking_number: str = "RM 1234 5678 9GB") -> Event:
    shipment = {"carrier": "Royal Mail", "trackingNumber": tracking_number}
    return _event("OrderFulfilled", {"orderId": ORDER_ID, "customerId": CUSTOMER_ID} | shipment)


def refund_issued(reason: str = "One shirt came back") -> Event:
    refund = {"refundId": "refund-1", "amountMinor": 61_725, "currency": "USD", "reason": reason}
    return _event("RefundIssued", {"orderId": ORDER_ID, "customerId": CUSTOMER_ID} | refund)


def password_changed() -> Event:
    return _event("PasswordChanged", {"userId": CUSTOMER_ID})


def factor_added() -> Event:
    return _event("SecondFactorAdded", {"userId": CUSTOMER_ID})


def factor_removed() -> Event:
    return _event("SecondFactorRemoved", {"userId": CUSTOMER_ID})


def factor_removal_requested() -> Event:
    due_at = msgspec.to_builtins(REMOVAL_AT)
    return _event("SecondFactorRemovalRequested", {"userId": CUSTOMER_ID, "requestedBy": ADMIN_ID, "dueAt": due_at})


def factor_removal_due() -> dict[str, Any]:
    """What the account has of it."""
    return {"secondFactorRemovalAt": msgspec.to_builtins(REMOVAL_AT)}


def reset_requested(version: int = 1) -> Event:
    return _event("PasswordResetRequested", {"userId": CUSTOMER_ID, "passwordVersion": version})


def signed_in_from_new_device() -> Event:
    return _event("SignedInFromNewDevice", {"userId": CUSTOMER_ID, "sessionId": SESSION_ID})


def add_session(table: Table, device: str) -> None:
    session = msgspec.structs.replace(session_from(open_session(CUSTOMER_ID, START).item), device=device)
    table.write(insert_session(session))


def email_change_requested() -> Event:
    return _event("EmailChangeRequested", {"userId": CUSTOMER_ID, "changeId": CHANGE_ID})


def email_pending(**more: object) -> dict[str, Any]:
    """The profile of who wants another address."""
    pending = {"changeId": CHANGE_ID, "email": NEW_EMAIL, "passwordVersion": 1, "requestedAt": iso(START), **more}
    return {"passwordVersion": 1, "pendingEmail": pending}


def email_replaced(**more: object) -> dict[str, Any]:
    """The profile of who had another address before."""
    until = START + timedelta(days=7)
    previous = {"email": OLD_EMAIL, "requestedAt": iso(START), "undoUntil": iso(until)}
    return {"previousEmails": [{"changeId": CHANGE_ID, **previous, **more}]}


def email_changed() -> Event:
    return _event("EmailChanged", {"userId": CUSTOMER_ID, "changeId": CHANGE_ID})


def deletion_requested() -> Event:
    return _event("AccountDeletionRequested", {"userId": CUSTOMER_ID, "requestedBy": CUSTOMER_ID})


def deletion_undoable() -> Event:
    return _event("AccountDeletionUndoable", {"userId": CUSTOMER_ID, "changeId": CHANGE_ID})


def verification_requested() -> Event:
    return _event("EmailVerificationRequested", {"userId": CUSTOMER_ID})


def verification_overdue() -> Event:
    return _event("EmailVerificationOverdue", {"userId": CUSTOMER_ID})


def cart_abandoned() -> Event:
    return _event("CartAbandoned", {"userId": CUSTOMER_ID, "lineCount": 2, "leftAt": iso(START)})


def put_into_cart(shop: Shop, product_id: str = "shirt", quantity: int = 2, **product: Any) -> None:  # noqa: ANN401 - JSON
    """Add a product with stock, and a line for it in the cart."""
    add_product(shop, product_id, 100, **product)
    shop.table.write(add_units(CUSTOMER_ID, product_id, quantity, START))


def about_verification() -> list[Event]:
    return [verification_requested(), verification_overdue()]


def about_accounts() -> list[Event]:
    return [
        user_registered(),
        reset_requested(),
        password_changed(),
        factor_added(),
        factor_removed(),
        *about_verification(),
    ]


def about_orders() -> list[Event]:
    return [order_confirmed(), order_cancelled(), order_fulfilled(), refund_issued()]


def email_queue(*events: Event) -> dict[str, Any]:
    """A batch as SQS hands it over: each body is what EventBridge put there."""
    bodies = [
        {"version": "0", "source": "tradewind", "detail-type": event.type, "detail": msgspec.to_builtins(event)}
        for event in events
    ]
    return {
        "Records": [
            {"messageId": f"message-{number}", "receiptHandle": "x", "body": msgspec.json.encode(body).decode()}
            for number, body in enumerate(bodies)
        ]
    }


def _event(kind: str, data: dict[str, Any]) -> Event:
    return Event(
        event_id=f"event-{kind}",
        type=kind,
        version=1,
        occurred_at=START,
        aggregate_id=ORDER_ID,
        sequence=2,
        correlation_id="request-1",
        data=data,
    )
