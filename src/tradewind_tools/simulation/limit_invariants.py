"""What must hold of the limits at every moment.

The counts of a customer are those of the orders that are open, and within the limits. That of an address is within its
limit, and no less than what was tried from it without success: an attempt may stay counted, and is never forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from tradewind.aws.table import Item
from tradewind.ordering.model import OrderStatus
from tradewind.settings import Settings
from tradewind_tools.memory.table import TableChange


class LimitChecker:
    """Follows the allowances of orders and the counts beside them; keeps the highest counts there were.

    A customer whose account is erased cannot order any more: what is counted of them does not matter.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: dict[str, dict[str, int]] = defaultdict(dict)
        self._counts: dict[str, Item] = {}
        self._most: dict[tuple[str, str], int] = defaultdict(int)
        self._touched: set[str] = set()
        self._erased: set[str] = set()
        self._tried: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._tried_counts: dict[tuple[str, str], int] = defaultdict(int)

    def update(self, record: TableChange) -> Iterator[str]:
        """Take in a record of a commit; a count of attempts beyond its bounds is a violation."""
        image = record.new_image or record.old_image or {}
        pk, sk = str(image["PK"]), str(image["SK"])
        if sk.startswith("ORDER#"):
            self._update_order(pk, sk, record.new_image)
            self._update_tried(record)
        elif sk == "UNPAID" and record.new_image is None:
            self._erased.add(pk)
        elif sk == "UNPAID" and record.new_image and pk not in self._erased:
            self._update_counts(pk, record.new_image)
            yield from self._check_attempts(pk, record.new_image, self._settings.payment_attempts_limit)
        elif pk.startswith("ADDRESS#") and sk.startswith("ATTEMPTS#") and record.new_image:
            self._raise_most(pk, record.new_image)
            self._tried_counts[pk, sk] = record.new_image["attempts"]
            yield from self._check_attempts(pk, record.new_image, self._settings.address_attempts_limit)

    def check(self) -> Iterator[str]:
        """What is wrong after a commit, of the customers that it was about."""
        for customer in sorted(self._touched - self._erased):
            counts, still_open = self._counts.get(customer, {}), self._open[customer]
            counted = (counts.get("orders", 0), counts.get("units", 0))
            if counted != (len(still_open), sum(still_open.values())):
                yield f"{customer} has open orders of {sorted(still_open.values())} units, and is counted {counted}"
            yield from self._check_limits(customer, counted)
        self._touched.clear()
        for address, tried in self._tried.items():
            if self._tried_counts[address] < len(tried):
                yield f"{address} is counted {self._tried_counts[address]} attempts, and made {len(tried)}"

    def may_refuse(self, error: str, customer_id: str, units: Mapping[str, int]) -> bool:
        """Whether at some moment a limit was reached for which a request of so many units is refused."""
        settings, customer = self._settings, f"USER#{customer_id}"
        most = {name: self._most[customer, name] for name in ("orders", "units", "attempts")}
        from_address = max((self._most[key] for key in self._most if key[0].startswith("ADDRESS#")), default=0)
        match error:
            case "TooManyOpenOrders":
                return 0 < settings.open_orders_limit <= most["orders"]
            case "TooManyUnitsHeld":
                return 0 < settings.held_units_limit < most["units"] + sum(units.values())
            case "TooManyPaymentAttempts":
                is_customers = 0 < settings.payment_attempts_limit <= most["attempts"]
                return is_customers or 0 < settings.address_attempts_limit <= from_address
            case _:
                return False

    def _update_order(self, customer: str, sk: str, order: Item | None) -> None:
        self._touched.add(customer)
        allowance = order.get("allowance") if order else None
        if allowance and "units" in allowance:
            self._open[customer][sk] = allowance["units"]
        else:
            self._open[customer].pop(sk, None)

    def _update_tried(self, record: TableChange) -> None:
        """An order is an attempt of the address that it is placed from, until it is paid."""
        old, new = record.old_image, record.new_image
        allowance = (old or new or {}).get("allowance", {})
        if new and allowance.get("address"):
            tried = self._tried[f"ADDRESS#{allowance['address']}", f"ATTEMPTS#{allowance['attemptUntil']}"]
            if new["status"] == OrderStatus.PROCESSING:
                tried.discard(new["orderId"])
            else:
                tried.add(new["orderId"])

    def _update_counts(self, customer: str, counts: Item) -> None:
        self._touched.add(customer)
        self._counts[customer] = counts
        self._raise_most(customer, counts)

    def _raise_most(self, counted: str, counts: Item) -> None:
        for name in ("orders", "units", "attempts"):
            self._most[counted, name] = max(self._most[counted, name], counts.get(name, 0))

    def _check_limits(self, customer: str, counted: tuple[int, int]) -> Iterator[str]:
        limits = (self._settings.open_orders_limit, self._settings.held_units_limit)
        if any(0 < limit < count for limit, count in zip(limits, counted, strict=True)):
            yield f"{customer} is counted {counted}, beyond the limits of {limits}"

    @staticmethod
    def _check_attempts(counted: str, counts: Item, limit: int) -> Iterator[str]:
        attempts = counts["attempts"]
        if attempts < 0 or 0 < limit < attempts:
            yield f"{counted} is counted {attempts} attempts of {limit}"
