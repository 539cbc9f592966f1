"""The table's contents at the end of a history."""

from __future__ import annotations

import msgspec

from tradewind.aws.events import PREFIX, from_item
from tradewind.aws.table import Item
from tradewind.catalog.public import product_from
from tradewind.identity.model import User
from tradewind.inventory.public import Reservation
from tradewind.kernel.caller import AccountStatus
from tradewind.kernel.events import Event
from tradewind.notifications.model import Preferences
from tradewind.ordering.model import Order, OrderLine, Refund
from tradewind.payments.model import LedgerEntry
from tradewind_tools.memory.table import MemoryTable
from tradewind_tools.simulation.account_addresses import AccountAddresses
from tradewind_tools.simulation.audit_copies import leave_out_copies
from tradewind_tools.simulation.world import World

_DELETED = "AccountDeletionRequested"
_UNFINISHED = ("STATUS#pending", "UNSETTLED#", "UNPLACED#", "REFUND_DUE#")


class TableSnapshot:
    """The table's items, by kind; `accounts` and notifications also as they were before an account was erased.

    `deleted_accounts` are all that somebody wanted to end, `closed_accounts` those of which nobody has stopped that.
    """

    def __init__(self, world: World) -> None:
        items = leave_out_copies(world.table.truth.all_items())
        self.orders = [msgspec.convert(item, Order) for item in items if "orderId" in item and _is_order(item)]
        newest = _list_newest_images(world.table.truth)
        self.events = [from_item(image) for image in newest if image["SK"].startswith(PREFIX)]
        self.notifications = [image for image in newest if image["SK"].startswith("NOTIFICATION#")]
        self.payments = [item for item in items if item["SK"].startswith("PAYMENT#")]
        self.refund_ids = {item["refundId"] for item in items if item["SK"].startswith("REFUND#")}
        self.unpaid_counts = [item for item in items if item["SK"] == "UNPAID"]
        self.carts = [item for item in items if item["SK"].startswith("CART#")]
        self._lines = {(item["PK"], item["SK"]): item for item in items if item["SK"].startswith("LINES#")}
        self._reservations = [
            msgspec.convert(item, Reservation) for item in items if item["SK"].startswith("RESERVATION#")
        ]
        self._ledger = [msgspec.convert(item, LedgerEntry) for item in items if item["SK"].startswith("LEDGER#")]
        self.refunds = {
            item["refundId"]: msgspec.convert(item, Refund) for item in items if item["SK"].startswith("REFUND#")
        }
        self.users = {item["userId"]: msgspec.convert(item, User) for item in items if item["SK"] == "PROFILE"}
        profiles = [image for image in newest if image["SK"] == "PROFILE"]
        self.accounts = {image["userId"]: msgspec.convert(image, User) for image in profiles}
        self.addresses = AccountAddresses(world.table.truth)
        self.deleted_accounts = {event.aggregate_id for event in self.events if event.type == _DELETED}
        self.closed_accounts = {
            user_id for user_id in self.deleted_accounts if self.accounts[user_id].status is AccountStatus.DELETING
        }
        self.prices_minor = {
            product.variant_id(variant): variant.price_minor
            for product in (product_from(item) for item in items if item["SK"] == "METADATA")
            for variant in product.variants
        }
        self.unfinished = [item for item in items if item.get("GSI2PK", "").startswith(_UNFINISHED)]
        self._preferences = {
            _user_id(item): msgspec.convert(item, Preferences) for item in items if item["SK"] == "PREFERENCES"
        }

    def events_about(self, aggregate_id: str) -> list[Event]:
        return [event for event in self.events if event.aggregate_id == aggregate_id]

    def preferences_of(self, user_id: str) -> Preferences:
        return self._preferences.get(user_id, Preferences())

    def lines_of(self, order: Order) -> list[OrderLine]:
        pages = [page for (pk, _), page in sorted(self._lines.items()) if pk == f"ORDER#{order.order_id}"]
        return [line for page in pages for line in msgspec.convert(page["lines"], list[OrderLine])]

    def reservations_of(self, order_id: str) -> list[Reservation]:
        return [each for each in self._reservations if each.order_id == order_id]

    def ledger_of(self, order_id: str) -> list[LedgerEntry]:
        return [entry for entry in self._ledger if entry.order_id == order_id]

    def reservations_without_order(self) -> list[Reservation]:
        """Those whose order does not exist."""
        known = {order.order_id for order in self.orders}
        return [each for each in self._reservations if each.order_id not in known]


def list_recorded_events(table: MemoryTable) -> list[Event]:
    """Every event that was recorded, those whose items have expired since, too."""
    return [from_item(image) for image in _list_newest_images(table) if image["SK"].startswith(PREFIX)]


def _list_newest_images(table: MemoryTable) -> list[Item]:
    """Every item that there was, as it last was; copies left out."""
    images = [record.new_image for record in table.stream if record.new_image]
    return leave_out_copies({(image["PK"], image["SK"]): image for image in images}.values())


def _is_order(item: Item) -> bool:
    pk: str = item["PK"]
    sk: str = item["SK"]
    return pk.startswith("USER#") and sk.startswith("ORDER#")


def _user_id(item: Item) -> str:
    pk: str = item["PK"]
    return pk.removeprefix("USER#")
