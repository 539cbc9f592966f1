"""What must hold at every moment: checked after each commit, from the records that the table's stream shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from tradewind.aws.table import Item
from tradewind.checkout.model import LONGEST_RUN
from tradewind.inventory.public import ReservationStatus
from tradewind.kernel.states import StateTable
from tradewind.ordering.model import FULFILMENT_STATES, ORDER_STATES, PAYMENT_STATES, CancelReason, OrderStatus
from tradewind.payments.model import LedgerEntry, PaymentState, balance
from tradewind.settings import Settings
from tradewind_tools.memory.table import TableChange
from tradewind_tools.simulation import low_stock_invariants
from tradewind_tools.simulation.account_invariants import AccountChecker
from tradewind_tools.simulation.audit_copies import is_copy
from tradewind_tools.simulation.limit_invariants import LimitChecker
from tradewind_tools.simulation.payment_provider import SimulatedProvider
from tradewind_tools.simulation.shortages import Shortages

_RESERVED, _SOLD = "reserved", "sold"
_WRITTEN_OFF = "writtenOff"
_COUNTED_AS = {ReservationStatus.HELD.value: _RESERVED, ReservationStatus.COMMITTED.value: _SOLD}

_STATES: dict[str, StateTable[Any]] = {
    "status": ORDER_STATES,
    "paymentStatus": PAYMENT_STATES,
    "fulfilmentStatus": FULFILMENT_STATES,
}


_DECIDED_WITHIN_MS = int(LONGEST_RUN.total_seconds() * 1000) + 60_000
"""How long before an order is cancelled its run may have seen the reason: the last step may outlive the run."""

_PAID = {PaymentState.SUCCEEDED.value, PaymentState.DISPUTED.value}
_NOT_TECHNICAL = {CancelReason.CUSTOMER_REQUEST.value, CancelReason.SHOP_REQUEST.value, CancelReason.OUT_OF_STOCK.value}
"""For what a paid order may be cancelled."""


class CommitChecker:
    """Adds up stock, reservations and money as they change; `violations` says which commit broke which rule.

    `accounts` follows the accounts, in a history in which somebody uses theirs.
    """

    def __init__(self, settings: Settings) -> None:
        self.violations: list[str] = []
        self.limits = LimitChecker(settings)
        self.accounts: AccountChecker | None = None
        self._few = settings.low_stock
        self.shortages = Shortages()
        self._paid: set[str] = set()
        self._failed_ms: dict[str, int] = {}
        self._ledgers: dict[str, list[LedgerEntry]] = {}
        self._initial_units: dict[str, int] = {}
        self._cancelled: set[str] = set()
        self._stock: dict[str, Item] = {}
        self._claims: dict[str, Counter[str]] = {_RESERVED: Counter(), _SOLD: Counter()}

    def check(self, records: Sequence[TableChange], provider: SimulatedProvider, now_ms: int = 0) -> None:
        """Check the records of one commit."""
        products: set[str] = set()
        records = [record for record in records if not is_copy(record.new_image or record.old_image or {})]
        for record in records:
            image = record.new_image or record.old_image
            assert image  # noqa: S101 - a record has at least one image
            if image["SK"].startswith("STOCK#"):
                products.add(self._update_stock(image, now_ms))
            elif image["SK"].startswith("RESERVATION#"):
                products |= self._update_reservation(record, now_ms)
            elif image["SK"].startswith("ORDER#"):
                self._check_order(record, provider, now_ms)
            elif image["SK"].startswith("PAYMENT#"):
                self._update_payment(image, now_ms)
            elif image["SK"].startswith("LEDGER#"):
                self._check_ledger(image, provider)
            self.violations += self.limits.update(record)
        if self.accounts:
            self.accounts.check(records)
        self.violations += self.limits.check()
        self.violations += low_stock_invariants.check_commit(records, self._few)
        for variant_id in sorted(products):
            self.shortages.record_commit(variant_id, now_ms)
            self._check_product(variant_id)

    def _update_stock(self, stock: Item, now_ms: int) -> str:
        variant_id: str = stock["variantId"]
        self._stock[variant_id] = stock
        self._initial_units.setdefault(variant_id, _units(stock))
        self.shortages.record_stock(stock, now_ms)
        return variant_id

    def _update_payment(self, payment: Item, now_ms: int) -> None:
        """Whether the shop knows of an order's money; an approval may come after a run has seen that it failed."""
        order_id: str = payment["orderId"]
        if payment["state"] in _PAID:
            self._paid.add(order_id)
        elif payment["state"] == PaymentState.FAILED.value:
            self._failed_ms[order_id] = now_ms

    def _check_ledger(self, entry: Item, provider: SimulatedProvider) -> None:
        """More never goes back than came in, unless something happened to the money at the provider."""
        order_id: str = entry["orderId"]
        ledger = self._ledgers.setdefault(order_id, [])
        ledger.append(msgspec.convert(entry, LedgerEntry))
        kept = balance(ledger).kept
        if kept < 0 and not provider.has_troubled(order_id):
            self.violations.append(f"order {order_id} keeps {kept} by its ledger")

    def _update_reservation(self, record: TableChange, now_ms: int) -> set[str]:
        self._check_order_is_open(record)
        self._check_written_off(record)
        self.shortages.record_hold(record.old_image, record.new_image)
        if record.new_image:
            self.shortages.record_reservation(record.new_image, now_ms)
        for image, sign in ((record.old_image, -1), (record.new_image, 1)):
            counted_as = _COUNTED_AS.get(image["status"]) if image else None
            if image and counted_as:
                self._claims[counted_as].update({name: sign * count for name, count in image["units"].items()})
            if image:
                gone = image.get(_WRITTEN_OFF, {})
                self._claims[_SOLD].update({name: sign * count for name, count in gone.items()})
        return {name for image in record[1:] if image for name in (*image["units"], *image.get(_WRITTEN_OFF, {}))}

    def _check_order_is_open(self, record: TableChange) -> None:
        """Stock is held and sold only for an order that is not cancelled."""
        old, new = record.old_image, record.new_image
        is_claimed = new and new["status"] in _COUNTED_AS and (old is None or old["status"] != new["status"])
        if new and is_claimed and new["orderId"] in self._cancelled:
            self.violations.append(f"stock was {new['status']} for order {new['orderId']} after it was cancelled")

    def _check_written_off(self, record: TableChange) -> None:
        """What was refunded without restocking never comes back."""
        new, old = (Counter[str](image.get(_WRITTEN_OFF, {}) if image else {}) for image in record[1:])
        if old - new:
            self.violations.append(f"of the units that {record.new_image} wrote off, {dict(old - new)} came back")

    def _check_order(self, record: TableChange, provider: SimulatedProvider, now_ms: int) -> None:
        old, new = record.old_image, record.new_image
        if new:
            self._check_list(new)
        if not old or not new:
            return
        self._check_states(old, new)
        if old["status"] == new["status"]:
            return
        if new["status"] == OrderStatus.CANCELLED.value:
            self._cancelled.add(new["orderId"])
            self._check_reason(new, now_ms)
        if new["status"] == OrderStatus.PROCESSING.value:
            self._check_is_paid(new, provider)

    def _check_reason(self, order: Item, now_ms: int) -> None:
        """Out of stock is what was out of stock; and a paid order is cancelled for no technical reason."""
        order_id, reason, since_ms = order["orderId"], order["cancelReason"], now_ms - _DECIDED_WITHIN_MS
        is_out_of_stock = reason == CancelReason.OUT_OF_STOCK.value
        if is_out_of_stock and not self.shortages.was_order_short(order_id, since_ms, now_ms):
            self.violations.append(f"order {order_id} was cancelled for {reason}, and its stock was not short")
        was_paid = order_id in self._paid and self._failed_ms.get(order_id, since_ms) <= since_ms
        if was_paid and reason not in _NOT_TECHNICAL:
            self.violations.append(f"order {order_id} was paid, and was cancelled for {reason}")

    def _check_states(self, old: Item, new: Item) -> None:
        """Each of an order's three states moves only as its table allows."""
        for axis, states in _STATES.items():
            kind = type(states.first)
            if not states.allows(kind(old[axis]), kind(new[axis])):
                self.violations.append(f"order {new['orderId']}: {axis} went from {old[axis]} to {new[axis]}")

    def _check_list(self, order: Item) -> None:
        if not order["GSI2PK"].startswith(f"STATUS#{order['status']}#"):
            self.violations.append(f"order {order['orderId']} is {order['status']} and listed under {order['GSI2PK']}")

    def _check_is_paid(self, order: Item, provider: SimulatedProvider) -> None:
        """To the cent, unless the provider has taken something back on its own."""
        order_id = order["orderId"]
        account = provider.account_of(order_id)
        paid = account.charged if provider.has_troubled(order_id) else account.kept
        if paid != order["totalMinor"]:
            self.violations.append(f"order {order_id} of {order['totalMinor']} was confirmed with {paid} paid")

    def _check_product(self, variant_id: str) -> None:
        stock = self._stock.get(variant_id)
        if stock is None:
            return
        if min(stock["available"], stock[_RESERVED], stock[_SOLD]) < 0:
            self.violations.append(f"stock of {variant_id} is negative: {_describe(stock)}")
        if _units(stock) != self._initial_units[variant_id]:
            self.violations.append(
                f"stock of {variant_id} was {self._initial_units[variant_id]} and is {_describe(stock)}"
            )
        for name, claims in self._claims.items():
            if claims[variant_id] != stock[name]:
                self.violations.append(
                    f"stock of {variant_id}: {stock[name]} {name}, but reservations add up to {claims[variant_id]}"
                )


def _units(stock: Item) -> int:
    units: int = stock["available"] + stock[_RESERVED] + stock[_SOLD]
    return units


def _describe(stock: Item) -> str:
    return f"{stock['available']} available, {stock[_RESERVED]} reserved, {stock[_SOLD]} sold"
