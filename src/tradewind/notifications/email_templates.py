"""The emails of the shop, by the type of the event that each is about.

A new email is a line in EMAIL_TEMPLATES, and its two template files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from tradewind.aws.table import Table
from tradewind.cart.public import PricedLine, price_cart, sum_totals_minor
from tradewind.catalog.public import Offer, find_variant, product_from, product_key, variant_key
from tradewind.identity.public import (
    Contact,
    SuppressionReason,
    confirm_url,
    export_url,
    find_contact,
    find_session_device,
    is_change_expired,
    is_export_expired,
    is_link_expired,
    is_mailable,
    is_reset_expired,
    reset_url,
    undo_url,
    verification_url,
)
from tradewind.inventory.public import stock_from, stock_key
from tradewind.kernel.caller import AccountStatus
from tradewind.kernel.events import Event
from tradewind.notifications import truth, wording
from tradewind.notifications.errors import (
    AccountNotActive,
    AddressBounces,
    AddressNotMailable,
    AddressUnverified,
    AlreadyVerified,
    CustomerGone,
    LinkExpired,
    NoEmailAddress,
    NothingToBuy,
    OrderGone,
    OutOfDate,
    ProductGone,
    RecipientComplained,
)
from tradewind.notifications.model import INVENTORY_TEAM
from tradewind.ordering.public import Order, OrderWithLines, read_order_with_lines
from tradewind.settings import Settings
from tradewind.shop import Shop

MAX_LINES = 100
"""Lines of an order or a cart that an email shows; it counts the others."""


class TemplateContext(msgspec.Struct, frozen=True):
    """To whom an email goes, and the values that its template shows."""

    recipient: Contact
    values: Mapping[str, Any]
    order_id: str | None = None


LoadContext: TypeAlias = Callable[[Event, Shop], TemplateContext]
"""Raises Undeliverable."""


class EmailTemplate(msgspec.Struct, frozen=True):
    """`name` is that of `<name>.html` and `<name>.txt`; `subject` may use `{shop}` and `{order_id}`.

    A reminder goes only to customers whose preferences allow it.
    """

    name: str
    subject: str
    load: LoadContext
    is_reminder: bool = False


class AccountEventData(msgspec.Struct, frozen=True, rename="camel"):
    """What the emails need of an event about an account."""

    user_id: str


class ResetEventData(AccountEventData, frozen=True, rename="camel"):
    """What the email needs of PasswordResetRequested."""

    password_version: int


class ExportEventData(AccountEventData, frozen=True, rename="camel"):
    """What the email needs of ExportReady."""

    export_id: str


class NewDeviceData(AccountEventData, frozen=True, rename="camel"):
    """What the email needs of SignedInFromNewDevice."""

    session_id: str


class EmailChangeData(AccountEventData, frozen=True, rename="camel"):
    """What the emails need of EmailChangeRequested and EmailChanged."""

    change_id: str


class FactorRemovalData(AccountEventData, frozen=True, rename="camel"):
    """What the email needs of SecondFactorRemovalRequested."""

    due_at: datetime


class AbandonedCartData(AccountEventData, frozen=True, rename="camel"):
    """What the reminder needs of CartAbandoned."""

    left_at: datetime


class OrderEventData(msgspec.Struct, frozen=True, rename="camel"):
    """What the emails need of an event about an order."""

    order_id: str
    customer_id: str
    reason: str = ""


class ShipmentEventData(OrderEventData, frozen=True, rename="camel", kw_only=True):
    """What the email needs of OrderFulfilled."""

    carrier: str
    tracking_number: str


class RefundEventData(OrderEventData, frozen=True, rename="camel", kw_only=True):
    """What the email needs of RefundIssued."""

    amount_minor: int
    currency: str
    refund_id: str = ""


class StockEventData(msgspec.Struct, frozen=True, rename="camel"):
    """What the email needs of StockLow."""

    product_id: str
    variant_id: str


class EmailLine(msgspec.Struct, frozen=True):
    """A line of a cart at today's price."""

    full_name: str
    quantity: int
    unit_price_minor: int
    total_minor: int
    currency: str


def load_account_change(event: Event, shop: Shop) -> TemplateContext:
    return TemplateContext(_find_account_holder(event, shop), {"at": event.occurred_at})


def load_deletion(event: Event, shop: Shop) -> TemplateContext:
    recipient = _find_account_holder(event, shop)
    return TemplateContext(recipient, {"at": event.occurred_at, "erased_from": recipient.undoable_until})


def load_undoable_deletion(event: Event, shop: Shop) -> TemplateContext:
    """To an address that the account had before, whose owner may have deleted nothing. Raises also OutOfDate."""
    holder = _find_contact(shop, msgspec.convert(event.data, EmailChangeData).user_id)
    truth.check_deleting(holder)
    context = load_changed_email(event, shop)
    return msgspec.structs.replace(context, values={**context.values, "erased_from": holder.undoable_until})


def load_factor_removal(event: Event, shop: Shop) -> TemplateContext:
    recipient, due_at = _find_account_holder(event, shop), msgspec.convert(event.data, FactorRemovalData).due_at
    truth.check_factor_removal(recipient, due_at)
    return TemplateContext(recipient, {"at": event.occurred_at, "due_at": due_at})


def load_export(event: Event, shop: Shop) -> TemplateContext:
    """Raises also AddressUnverified: nobody has shown that the address is the account holder's."""
    recipient, data = _find_active_holder(event, shop), msgspec.convert(event.data, ExportEventData)
    if not recipient.email_verified:
        raise AddressUnverified
    if is_export_expired(event.occurred_at, shop.clock.now()):
        raise LinkExpired
    return TemplateContext(recipient, {"export_url": export_url(recipient, data.export_id, event.occurred_at, shop)})


def load_welcome(event: Event, shop: Shop) -> TemplateContext:
    recipient = _find_active_holder(event, shop)
    link = None if recipient.email_verified else _verify_url(recipient, event, shop)
    return TemplateContext(recipient, {"verify_url": link})


def load_verification(event: Event, shop: Shop) -> TemplateContext:
    recipient = _find_active_holder(event, shop)
    if recipient.email_verified:
        raise AlreadyVerified
    return TemplateContext(recipient, {"verify_url": _verify_url(recipient, event, shop)})


def load_reset(event: Event, shop: Shop) -> TemplateContext:
    recipient, data = _find_active_holder(event, shop), msgspec.convert(event.data, ResetEventData)
    truth.check_password(recipient, data.password_version)
    if is_reset_expired(event.occurred_at, shop.clock.now()):
        raise LinkExpired
    link = reset_url(recipient, data.password_version, event.occurred_at, shop)
    return TemplateContext(recipient, {"reset_url": link})


def load_new_device(event: Event, shop: Shop) -> TemplateContext:
    recipient = _find_active_holder(event, shop)
    if not recipient.email_verified:
        raise AddressUnverified
    session_id = msgspec.convert(event.data, NewDeviceData).session_id
    device = find_session_device(shop.table, recipient.user_id, session_id)
    if device is None:
        raise OutOfDate
    return TemplateContext(recipient, {"at": event.occurred_at, "device": wording.device(device)})


def load_email_change(event: Event, shop: Shop) -> TemplateContext:
    """To the new address, which nobody has shown to be theirs."""
    data = msgspec.convert(event.data, EmailChangeData)
    holder = _find_contact(shop, data.user_id)
    if not holder.is_active:
        raise AccountNotActive
    pending = truth.find_pending(holder, data.change_id)
    if is_change_expired(pending.requested_at, shop.clock.now()):
        raise LinkExpired
    recipient = holder.at(pending.email)
    _check_address(recipient)
    return TemplateContext(recipient, {"confirm_url": confirm_url(holder, pending, shop)})


def load_changed_email(event: Event, shop: Shop) -> TemplateContext:
    """To the address before, whose owner may know nothing of it."""
    data = msgspec.convert(event.data, EmailChangeData)
    holder = _find_contact(shop, data.user_id)
    previous = truth.find_previous(holder, data.change_id)
    if not previous.is_open(shop.clock.now()):
        raise LinkExpired
    recipient = holder.at(previous.email)
    _check_address(recipient)
    values = {"at": event.occurred_at, "undo_url": undo_url(holder, previous, shop)}
    return TemplateContext(recipient, values)


def load_abandoned_cart(event: Event, shop: Shop) -> TemplateContext:
    recipient = _find_active_holder(event, shop)
    if not recipient.email_verified:
        raise AddressUnverified
    cart = price_cart(shop.table, recipient.user_id)
    left_at = msgspec.convert(event.data, AbandonedCartData).left_at
    truth.check_abandoned(shop.table, recipient.user_id, cart, left_at)
    lines = [line for line in cart if line.can_be_bought]
    if not lines:
        raise NothingToBuy
    return TemplateContext(recipient, _cart_values(lines))


def load_confirmed_order(event: Event, shop: Shop) -> TemplateContext:
    data = msgspec.convert(event.data, OrderEventData)
    found = _find_order(shop.table, data, truth.check_confirmed)
    values = _order_values(found) | {"at": event.occurred_at}
    return TemplateContext(_find_recipient(shop, data.customer_id), values, data.order_id)


def load_cancelled_order(event: Event, shop: Shop) -> TemplateContext:
    data = msgspec.convert(event.data, OrderEventData)
    found = _find_order(shop.table, data, truth.check_cancelled)
    code = data.reason or found.order.cancel_reason or ""
    why = {"cancellation": wording.cancellation(code), "reason": wording.cancel_reason(code)}
    return TemplateContext(_find_recipient(shop, data.customer_id), _order_values(found) | why, data.order_id)


def load_fulfilled_order(event: Event, shop: Shop) -> TemplateContext:
    data = msgspec.convert(event.data, ShipmentEventData)
    shipment = {"carrier": data.carrier, "tracking_number": data.tracking_number}
    values = _order_values(_find_order(shop.table, data, truth.check_fulfilled)) | shipment
    return TemplateContext(_find_recipient(shop, data.customer_id), values, data.order_id)


def load_refund(event: Event, shop: Shop) -> TemplateContext:
    data = msgspec.convert(event.data, RefundEventData)
    truth.check_refund(shop.table, data.order_id, data.refund_id)
    refund = {"amount_minor": data.amount_minor, "currency": data.currency, "reason": data.reason}
    order = {"order": _find_order(shop.table, data).order}
    return TemplateContext(_find_recipient(shop, data.customer_id), order | refund, data.order_id)


def load_low_stock(event: Event, shop: Shop) -> TemplateContext:
    data = msgspec.convert(event.data, StockEventData)
    keys = product_key(data.product_id), stock_key(data.variant_id), variant_key(data.variant_id)
    product, stock, details = map(shop.table.get_many(keys, consistent=True).get, keys)
    offer = find_variant(product_from(product), data.variant_id) if product else None
    if offer is None or stock is None:
        raise ProductGone
    level = stock_from(stock)
    truth.check_low(level, shop.settings.low_stock)
    values = {"name": offer.full_name, "sku": (details or {}).get("sku"), "stock": level}
    return TemplateContext(_inventory_team(shop.settings), values)


EMAIL_TEMPLATES: Mapping[str, EmailTemplate] = {
    "UserRegistered": EmailTemplate("welcome", "Welcome to {shop}", load_welcome),
    "EmailVerificationRequested": EmailTemplate(
        "verify_email", "Confirm your email address for {shop}", load_verification
    ),
    "EmailVerificationOverdue": EmailTemplate(
        "verify_reminder", "Reminder: please confirm your email address for {shop}", load_verification, is_reminder=True
    ),
    "CartAbandoned": EmailTemplate(
        "cart_reminder", "You left something in your {shop} cart", load_abandoned_cart, is_reminder=True
    ),
    "PasswordResetRequested": EmailTemplate("reset_password", "Choose a new password for {shop}", load_reset),
    "SignedInFromNewDevice": EmailTemplate("new_device", "A new sign-in to your {shop} account", load_new_device),
    "EmailChangeRequested": EmailTemplate(
        "confirm_email", "Confirm your new email address for {shop}", load_email_change
    ),
    "EmailChanged": EmailTemplate(
        "email_changed", "The email address of your {shop} account was changed", load_changed_email
    ),
    "PasswordChanged": EmailTemplate("password_changed", "Your {shop} password was changed", load_account_change),
    "SecondFactorAdded": EmailTemplate(
        "second_factor_added", "Your {shop} account asks for a code now", load_account_change
    ),
    "SecondFactorRemovalRequested": EmailTemplate(
        "second_factor_removal", "Your {shop} account will soon ask for no code", load_factor_removal
    ),
    "SecondFactorRemoved": EmailTemplate(
        "second_factor_removed", "Your {shop} account asks for no code any more", load_account_change
    ),
    "AccountDeletionRequested": EmailTemplate("account_deleted", "Your {shop} account is being deleted", load_deletion),
    "AccountDeletionUndoable": EmailTemplate(
        "deletion_undoable", "Your {shop} account is being deleted: you can stop it", load_undoable_deletion
    ),
    "ExportReady": EmailTemplate("export_ready", "Your data from {shop} is ready", load_export),
    "OrderConfirmed": EmailTemplate(
        "order_confirmed", "Your {shop} order {order_id} is confirmed", load_confirmed_order
    ),
    "OrderCancelled": EmailTemplate(
        "order_cancelled", "Your {shop} order {order_id} has been cancelled", load_cancelled_order
    ),
    "OrderFulfilled": EmailTemplate(
        "order_fulfilled", "Your {shop} order {order_id} is on its way", load_fulfilled_order
    ),
    "RefundIssued": EmailTemplate("refund", "Your refund for {shop} order {order_id} is on its way", load_refund),
    "StockLow": EmailTemplate("stock_low", "{shop}: a product is running low", load_low_stock),
}

REMINDERS = frozenset(kind for kind, template in EMAIL_TEMPLATES.items() if template.is_reminder)
"""Types of events whose email a customer can turn off."""


def _inventory_team(settings: Settings) -> Contact:
    address = settings.inventory_mail or settings.mail_from
    return Contact(user_id=INVENTORY_TEAM, email=address, first_name="", status=AccountStatus.ACTIVE)


def _find_account_holder(event: Event, shop: Shop) -> Contact:
    return _find_recipient(shop, msgspec.convert(event.data, AccountEventData).user_id)


def _find_active_holder(event: Event, shop: Shop) -> Contact:
    recipient = _find_account_holder(event, shop)
    if not recipient.is_active:
        raise AccountNotActive
    return recipient


def _find_recipient(shop: Shop, user_id: str) -> Contact:
    recipient = _find_contact(shop, user_id)
    if not recipient.email:
        raise NoEmailAddress
    _check_address(recipient)
    return recipient


def _find_contact(shop: Shop, user_id: str) -> Contact:
    """Raises Undeliverable."""
    # A consistent read: a welcome is sent just after the account was written, and a miss would drop it for good.
    contact = find_contact(shop.table, user_id)
    if contact is None:
        raise CustomerGone
    return contact


def _check_address(recipient: Contact) -> None:
    """Raises Undeliverable."""
    match recipient.suppression:
        case SuppressionReason.BOUNCE:
            raise AddressBounces
        case SuppressionReason.COMPLAINT:
            raise RecipientComplained
    if not is_mailable(recipient.email):
        raise AddressNotMailable


def _verify_url(recipient: Contact, event: Event, shop: Shop) -> str:
    """The link of the event's moment, so that an email that is sent again has the same. Raises LinkExpired."""
    if is_link_expired(event.occurred_at, shop.clock.now()):
        raise LinkExpired
    return verification_url(recipient, event.occurred_at, shop)


def _find_order(table: Table, data: OrderEventData, check: Callable[[Order], None] = lambda _: None) -> OrderWithLines:
    """The order, as long as `check` finds that it still is as the event says. Raises OrderGone, OutOfDate."""
    found = read_order_with_lines(table, data.customer_id, data.order_id)
    if found is None:
        raise OrderGone
    check(found.order)
    return found


def _order_values(found: OrderWithLines) -> dict[str, Any]:
    shown = found.lines[:MAX_LINES]
    return {"order": found.order, "lines": shown, "more_lines": len(found.lines) - len(shown)}


def _cart_values(priced: list[PricedLine]) -> dict[str, Any]:
    lines = [_email_line(line, line.offer) for line in priced if line.offer]
    totals = [(minor, currency) for currency, minor in sum_totals_minor(priced).items()]
    return {"lines": lines[:MAX_LINES], "more_lines": len(lines[MAX_LINES:]), "totals": totals}


def _email_line(priced: PricedLine, offer: Offer) -> EmailLine:
    return EmailLine(
        full_name=offer.full_name,
        quantity=priced.line.quantity,
        unit_price_minor=offer.unit_price_minor,
        total_minor=priced.total_minor,
        currency=offer.product.currency,
    )
