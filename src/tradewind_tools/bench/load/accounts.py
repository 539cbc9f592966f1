"""After the crowd: what became of every order, and whether the stock agrees.

An order that was not answered is placed once more under its key, so that it is known whether it was there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from tradewind_tools.bench.load.visitors import STOCK, Placed, Visitors
from tradewind_tools.http_client import call

PENDING: Final = "pending"
CANCELLED: Final = "cancelled"
_POLL_SECONDS: Final = 1.0


class Books(NamedTuple):
    """Orders by their state; those that were refused, by status; units that the stock says are ordered."""

    placed: int
    asked_again: int
    states: Counter[str]
    refused: Counter[int]
    units_ordered: int

    @property
    def answered(self) -> int:
        return self.states.total()

    @property
    def balances(self) -> bool:
        """Every order has an end, none is left over, and stock is taken for those that stand, and for no other."""
        standing = self.answered - self.states[CANCELLED]
        all_there = self.placed == self.answered + self.refused.total()
        return all_there and not self.states[PENDING] and self.units_ordered == standing

    @property
    def words(self) -> str:
        parts = [f"{number:,} {state}" for state, number in sorted(self.states.items())]
        parts += [f"{number:,} refused with {status}" for status, number in sorted(self.refused.items())]
        again = f" ({self.asked_again:,} asked for again, unanswered at first)" if self.asked_again else ""
        agree = "agrees" if self.balances else "DOES NOT AGREE"
        return f"{self.placed:,} orders{again} = {' + '.join(parts) or 'none'}; the stock {agree}."


def balance(visitors: Visitors, url: str, admin_token: str, within_seconds: float) -> Books:
    """Wait until the checkout of each order has ended, within that time, and count."""
    first = list(visitors.placed)
    final = [_answered(each, visitors) for each in first]
    deadline = time.monotonic() + within_seconds
    states = {each.order_id: PENDING for each in final if each.order_id}
    tokens = {each.order_id: each.token for each in final if each.order_id}
    while PENDING in states.values() and time.monotonic() < deadline:
        for order_id in [order_id for order_id, state in states.items() if state == PENDING]:
            states[order_id] = _state(url, order_id, tokens[order_id])
        time.sleep(_POLL_SECONDS if PENDING in states.values() else 0)
    return Books(
        placed=len(final),
        asked_again=sum(after is not before for before, after in zip(first, final, strict=True)),
        states=Counter(states.values()),
        refused=Counter(each.status for each in final if not each.order_id),
        units_ordered=sum(_units(visitors, url, admin_token)),
    )


def _answered(order: Placed, visitors: Visitors) -> Placed:
    return order if order.order_id else visitors.place(order.key, order.body, order.token)


def _state(url: str, order_id: str, token: str) -> str:
    response = call("GET", f"{url}/orders/{order_id}/status", token=token)
    return str(response.json()["status"]) if response.status_code < 300 else PENDING  # noqa: PLR2004 - success


def _units(visitors: Visitors, url: str, admin_token: str) -> Iterator[int]:
    for product_id in visitors.products:
        stock = call("GET", f"{url}/variants/{product_id}/stock", token=admin_token).json()
        yield STOCK - int(stock["available"])
