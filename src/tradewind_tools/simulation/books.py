"""What must hold at every step: looked at after each commit, from the very records that the table's stream shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tradewind.aws.table import Item
from tradewind.inventory.public import ReservationStatus
from tradewind.kernel.states import StateTable
from tradewind.ordering.model import FULFILMENT_STATES, ORDER_STATES, PAYMENT_STATES, OrderStatus
from tradewind_tools.memory.table import StreamRecord
from tradewind_tools.simulation.bank import Bank

_RESERVED, _SOLD = "reserved", "sold"
_COUNTED_AS = {ReservationStatus.HELD.value: _RESERVED, ReservationStatus.COMMITTED.value: _SOLD}

_STATES: dict[str, StateTable[Any]] = {
    "status": ORDER_STATES,
    "paymentStatus": PAYMENT_STATES,
    "fulfilmentStatus": FULFILMENT_STATES,
}


class Books:
    """Adds up stock and reservations as they change; `violations` says what did not hold, and when it began."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self._stocked: dict[str, int] = {}
        self._fewest: dict[str, int] = {}
        self._cancelled: set[str] = set()
        self._stock: dict[str, Item] = {}
        self._claims: dict[str, Counter[str]] = {_RESERVED: Counter(), _SOLD: Counter()}

    def follow(self, records: Sequence[StreamRecord], bank: Bank) -> None:
        """The records of one commit."""
        touched: set[str] = set()
        for record in records:
            image = record.new_image or record.old_image
            assert image  # noqa: S101 - a record tells of an item
            if image["SK"] == "STOCK":
                touched.add(self._stock_changed(image))
            elif image["SK"].startswith("RESERVATION#"):
                touched |= self._reservation_changed(record)
            elif image["SK"].startswith("ORDER#"):
                self._order_changed(record, bank)
        for product_id in sorted(touched):
            self._check_product(product_id)

    def was_short_of(self, units: Mapping[str, int]) -> bool:
        """Whether some of the products were not there in that number at some time."""
        return any(count > self._fewest.get(product_id, count) for product_id, count in units.items())

    def _stock_changed(self, stock: Item) -> str:
        product_id: str = stock["productId"]
        self._stock[product_id] = stock
        self._stocked.setdefault(product_id, _units(stock))
        self._fewest[product_id] = min(stock["available"], self._fewest.get(product_id, stock["available"]))
        return product_id

    def _reservation_changed(self, record: StreamRecord) -> set[str]:
        self._check_still_open(record)
        for image, sign in ((record.old_image, -1), (record.new_image, 1)):
            counted_as = _COUNTED_AS.get(image["status"]) if image else None
            if image and counted_as:
                self._claims[counted_as].update({name: sign * count for name, count in image["units"].items()})
        return {name for image in record[1:] if image for name in image["units"]}

    def _check_still_open(self, record: StreamRecord) -> None:
        """Stock is held and sold only for an order that nobody has cancelled."""
        old, new = record.old_image, record.new_image
        is_taken = new and new["status"] in _COUNTED_AS and (old is None or old["status"] != new["status"])
        if new and is_taken and new["orderId"] in self._cancelled:
            self.violations.append(f"stock was {new['status']} for order {new['orderId']} after it was cancelled")

    def _order_changed(self, record: StreamRecord, bank: Bank) -> None:
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
        if new["status"] == OrderStatus.PROCESSING.value:
            self._check_paid(new, bank)

    def _check_states(self, old: Item, new: Item) -> None:
        """Each of an order's three states goes only where its table lets it."""
        for axis, states in _STATES.items():
            kind = type(states.first)
            if not states.allows(kind(old[axis]), kind(new[axis])):
                self.violations.append(f"order {new['orderId']}: {axis} went from {old[axis]} to {new[axis]}")

    def _check_list(self, order: Item) -> None:
        if not order["GSI2PK"].startswith(f"STATUS#{order['status']}#"):
            self.violations.append(f"order {order['orderId']} is {order['status']} and listed under {order['GSI2PK']}")

    def _check_paid(self, order: Item, bank: Bank) -> None:
        kept = bank.taken_minor(order["orderId"]) - bank.given_back_minor(order["orderId"])
        if kept != order["totalMinor"]:
            self.violations.append(f"order {order['orderId']} of {order['totalMinor']} was confirmed with {kept} paid")

    def _check_product(self, product_id: str) -> None:
        stock = self._stock.get(product_id)
        if stock is None:
            return
        if min(stock["available"], stock[_RESERVED], stock[_SOLD]) < 0:
            self.violations.append(f"stock of {product_id} is negative: {_said(stock)}")
        if _units(stock) != self._stocked[product_id]:
            self.violations.append(f"stock of {product_id} was {self._stocked[product_id]} and is {_said(stock)}")
        for name, claims in self._claims.items():
            if claims[product_id] != stock[name]:
                self.violations.append(
                    f"stock of {product_id}: {stock[name]} {name}, but reservations add up to {claims[product_id]}"
                )


def _units(stock: Item) -> int:
    units: int = stock["available"] + stock[_RESERVED] + stock[_SOLD]
    return units


def _said(stock: Item) -> str:
    return f"{stock['available']} available, {stock[_RESERVED]} reserved, {stock[_SOLD]} sold"
