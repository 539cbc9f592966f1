"""Customers who order all at once, cancel some of it, and ask again, word for word, when they are not answered."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Final

from tests.e2e.browserless import Answer, Visitor
from tests.trading import add_product

from tradewind.shop import Shop

SEEDS: Final = [int(seed) for seed in os.environ.get("TRADEWIND_SEEDS", "1").split(",")]
"""What customers want, and when something breaks. Others can be given: `TRADEWIND_SEEDS=2,3 ./dev test tests/e2e/…`."""

CUSTOMERS: Final = 8
PLENTY: Final = tuple(f"plenty-{number:02d}" for number in range(85))
SCARCE: Final = tuple(f"scarce-{number}" for number in range(4))
STOCK: Final[Mapping[str, int]] = dict.fromkeys(PLENTY, 500) | dict.fromkeys(SCARCE, 6)

_TOKENS: Final = {"tok_approved": 76, "tok_declined": 12, "tok_insufficient_funds": 4, "tok_timeout": 8}
_PATIENCE_SECONDS: Final = 120.0
_PATIENCE_WITH_A_LEASE_SECONDS: Final = 3.0
"""A large order whose function died keeps its key for a minute: nobody waits for that here."""


@dataclass(frozen=True)
class Wish:
    """An order that a customer wants, under the key that each repetition carries."""

    key: str
    customer: int
    items: Mapping[str, int]
    token: str
    cancels: bool


@dataclass(frozen=True)
class Served:
    """A wish and its last answer, at `at` (seconds since the epoch); how often it was asked, how it was cancelled."""

    wish: Wish
    answer: Answer
    asked: int
    at: float
    cancelled: bool = False

    @property
    def order_id(self) -> str | None:
        return str(self.answer.body["orderId"]) if self.answer.status == 201 else None


@dataclass
class Crowd:
    """`customers` are signed in; `served` grows as they are answered."""

    customers: Sequence[Visitor]
    served: list[Served] = field(default_factory=list)

    @classmethod
    def of(cls, stranger: Visitor) -> Crowd:
        with ThreadPoolExecutor(4) as pool:
            return cls(list(pool.map(lambda _: stranger.register(), range(CUSTOMERS))))

    def shop(self, wishes: Sequence[Wish], at_once: int = 8) -> None:
        """Return when every wish is answered. Fails when one is not, however often it is asked."""
        with ThreadPoolExecutor(at_once) as pool:
            for served in pool.map(self._serve, wishes):
                assert served.answer.status in {201, 409}, served

    @property
    def customer_ids(self) -> list[str]:
        return [customer.user["userId"] for customer in self.customers]

    def answered(self) -> dict[str, Served]:
        """Who got an order, by its id."""
        return {served.order_id: served for served in self.served if served.order_id}

    @property
    def cancelled(self) -> set[str]:
        """Orders whose cancellation was answered."""
        return {served.order_id for served in self.served if served.order_id and served.cancelled}

    def answered_otherwise(self, order_ids: Iterable[str]) -> list[str]:
        """Those of the orders whose request, sent once more, has another answer than before."""
        answered = self.answered()
        return [each for each in order_ids if self._order(answered[each].wish).raw != answered[each].answer.raw]

    @contextmanager
    def shopping(self, wishes: Sequence[Wish]) -> Iterator[None]:
        """Shop while the block runs; it ends when every wish is answered."""
        with ThreadPoolExecutor(1) as pool:
            shopping = pool.submit(self.shop, wishes)
            yield
            shopping.result()

    def _serve(self, wish: Wish) -> Served:
        answer, asked = persistently(lambda: self._order(wish))
        served = Served(wish, answer, asked, time.time())
        if wish.cancels and served.order_id:
            served = Served(wish, answer, asked, served.at, cancelled=self._cancel(wish, served.order_id))
        self.served.append(served)
        return served

    def _order(self, wish: Wish) -> Answer:
        return self.customers[wish.customer].order(wish.items, wish.token, wish.key)

    def _cancel(self, wish: Wish, order_id: str) -> bool:
        time.sleep(len(order_id + wish.key) % 7 / 20)  # at different moments of the checkout
        answer, _ = persistently(lambda: self.customers[wish.customer].ask("PUT", f"/orders/{order_id}/cancel"))
        return answer.status == 200


def opened(shop: Shop) -> None:
    """Put the products that the crowd wants into the shop."""
    for product_id, units in STOCK.items():
        add_product(shop, product_id, units)


def wishes(seed: int, count: int) -> list[Wish]:
    """What customers will want: one in four would like a scarce thing, one in eight changes their mind."""
    rng = random.Random(seed)  # noqa: S311 - the point is that it can be repeated
    return [_wish(rng, f"wish-{seed}-{number}") for number in range(count)]


def _wish(rng: random.Random, key: str) -> Wish:
    lines = len(PLENTY) if rng.random() < 0.015 else rng.choice((1, 1, 2, 3, 5))
    items = {product: rng.randint(1, 2) for product in rng.sample(PLENTY, lines)}
    if rng.random() < 0.25:
        items[rng.choice(SCARCE)] = 1
    [token] = rng.choices(list(_TOKENS), list(_TOKENS.values()))
    return Wish(key, rng.randrange(CUSTOMERS), items, token, rng.random() < 0.125)


def persistently(ask: Callable[[], Answer]) -> tuple[Answer, int]:
    """Ask until there is an answer that a client would take for one; it, and how often that was."""
    begin = time.monotonic()
    for asked, answer in enumerate(_answers(ask), start=1):
        waited = time.monotonic() - begin
        if answer is not None and not _try_again(answer, waited):
            return answer, asked
        assert waited < _PATIENCE_SECONDS, f"still {answer and (answer.status, answer.body)} after {asked} attempts"
        time.sleep(0.2)
    raise AssertionError("unreachable")


def _answers(ask: Callable[[], Answer]) -> Iterator[Answer | None]:
    """None where the connection was refused or cut."""
    while True:
        try:
            yield ask()
        except (OSError, HTTPException):
            yield None


def _try_again(answer: Answer, waited_seconds: float) -> bool:
    if answer.status == 409 and answer.body["error"] == "InProgress":
        return waited_seconds < _PATIENCE_WITH_A_LEASE_SECONDS
    return answer.status >= 500 or answer.status == 429
