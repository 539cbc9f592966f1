"""What happens in a history: a shop of some products and the purchases in it, all from the seed."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import NamedTuple

from tradewind_tools.simulation.ports import BEFORE_MIDNIGHT, BEGINNING
from tradewind_tools.simulation.purchases import Absentee, Coincidence, Deed, GiveBack, Part, Purchase, Return, Visit
from tradewind_tools.simulation.scheduler import HOUR_MS

ADDED = "product-0"
CUSTOMERS = ("01KAJ0CSTMR000000000000001", "01KAJ0CSTMR000000000000002")
UNTRACKED = "postage"

_LARGE_CHANCE = 0.02
_VISITS_CHANCE = 0.01
_REPLAY_CHANCE = 0.03
_ABANDONED_CHANCE = 0.03
_ABSENTEES_CHANCE = 0.15
_COINCIDENCE_CHANCE = 0.5
_MAX_LARGE_LINES = 400
_MIN_LARGE_LINES = 5
_TOKENS = ("tok_approved",) * 7 + ("tok_declined", "tok_insufficient_funds", "tok_async")
_CONFIRMED = "sms-sender"
"""Called as soon as an order is confirmed, and not before."""

_COINCIDENCES: tuple[tuple[tuple[str, Deed, int], ...], ...] = (
    (("checkout-confirm-order", Deed.CANCEL, 40),),
    (("checkout-confirm-order", Deed.CANCEL, 40),),
    (("checkout-confirm-order", Deed.CANCEL_FOR_SHOP, 40),),
    (("checkout-update-inventory", Deed.CANCEL, 40),),
    (("checkout-process-payment", Deed.CANCEL, 60),),
    (("checkout-cancel-order", Deed.CANCEL, 20),),
    (("checkout-validate-order", Deed.RUN, 40),),
    (("checkout-confirm-order", Deed.RUN, 200),),
    (("checkout-refund-payment", Deed.RUN, 40),),
    (("checkout-process-payment", Deed.WEBHOOK, 80),),
    (("checkout-update-inventory", Deed.WEBHOOK, 200),),
    (("checkout-refund-payment", Deed.WEBHOOK, 80),),
    ((_CONFIRMED, Deed.CANCEL, 20), (_CONFIRMED, Deed.CANCEL_FOR_SHOP, 20)),
    ((_CONFIRMED, Deed.FULFIL, 20), (_CONFIRMED, Deed.CANCEL, 20)),
    ((_CONFIRMED, Deed.FULFIL, 20), (_CONFIRMED, Deed.REFUND, 20)),
    ((_CONFIRMED, Deed.REFUND, 20), (_CONFIRMED, Deed.REFUND, 20)),
    ((_CONFIRMED, Deed.REFUND, 20), (_CONFIRMED, Deed.CANCEL, 20)),
)
"""What is done, together, just when a function is first called about the order, or up to so many milliseconds later."""

_WHEN_PAID_LATER: tuple[tuple[tuple[str, Deed, int], ...], ...] = (
    (("payment-webhook", Deed.CLEAR, 500), ("payment-webhook", Deed.CLEAR, 500)),
    (("payment-webhook", Deed.CLEAR, 300), ("payment-webhook", Deed.RUN, 100)),
    (("payment-settler", Deed.CLEAR, 20), ("payment-settler", Deed.CLEAR, 20)),
    (("payment-settler", Deed.CLEAR, 800), ("payment-settler", Deed.CANCEL, 800)),
)
"""The same, where the bank answers by a webhook."""

_EMAILS = ("visitor@example.com", "VISITOR@example.com", "other@example.com")
_SOON_MS = 1_500
_LATER_MS = 30_000
_BACK_MS = 400
_ABSENT = ("01KAJ0ABSENT00000000000001", "01KAJ0ABSENT00000000000002")


class Story(NamedTuple):
    """`stock` by product id: the units that are there at the beginning; `replays_ms` is when all events come again.

    `has_abandoned` when somebody's request died while it reserved stock; `absentees` are people who left before.
    """

    stock: dict[str, int]
    purchases: tuple[Purchase, ...]
    visits: tuple[Visit, ...] = ()
    replays_ms: tuple[int, ...] = ()
    has_abandoned: bool = False
    absentees: tuple[Absentee, ...] = ()
    beginning: datetime = BEGINNING


def invent(random: Random) -> Story:
    """A small shop where people get into each other's way; now and then one with a very large order."""
    lines = random.randint(_MIN_LARGE_LINES, _MAX_LARGE_LINES) if random.random() < _LARGE_CHANCE else 0
    products = max(random.choice((1, 1, 2, 2, 3, 4)), lines)
    stock = {f"product-{number}": random.choice((1, 3, 8, 30)) for number in range(products)}
    purchases = [_purchase(random, number, sorted(stock), lines) for number in range(random.choice((1, 1, 2, 2, 3)))]
    visits = _visits(random) if random.random() < _VISITS_CHANCE else ()
    replays_ms = (int(random.random() * HOUR_MS),) if random.random() < _REPLAY_CHANCE else ()
    has_abandoned = random.random() < _ABANDONED_CHANCE
    beginning = random.choice((BEGINNING, BEFORE_MIDNIGHT))
    return Story(stock, tuple(purchases), visits, replays_ms, has_abandoned, _absentees(random), beginning)


def _purchase(random: Random, number: int, products: list[str], large_lines: int) -> Purchase:
    from_cart = random.random() < 0.3 and number < len(CUSTOMERS)  # noqa: PLR2004 - a cart each
    key = f"key-{number // len(CUSTOMERS)}" if random.random() < 0.8 or from_cart else None  # noqa: PLR2004
    token = random.choice(_TOKENS)
    return Purchase(
        customer_id=CUSTOMERS[number % len(CUSTOMERS)],
        items=_items(random, products, large_lines if not number else 0, is_cart=from_cart),
        token=token,
        key=key,
        from_cart=from_cart,
        copies=2 if key and random.random() < 0.25 else 1,  # noqa: PLR2004
        reuses_key=bool(key) and random.random() < 0.1,  # noqa: PLR2004
        begins_ms=int(random.random() * _SOON_MS),
        cancels_ms=_moments(random, (0, 0, 0, 1, 1, 2)),
        is_cancelled_by_admin=random.random() < 0.3,  # noqa: PLR2004
        refunds=tuple(_refund(random, moment) for moment in _moments(random, (0, 0, 0, 1, 2))),
        fulfils_ms=_moment(random) if random.random() < 0.3 else None,  # noqa: PLR2004
        coincidences=_coincidences(random, token) if random.random() < _COINCIDENCE_CHANCE else (),
    )


def _refund(random: Random, moment_ms: int) -> GiveBack:
    return GiveBack(_SOON_MS + moment_ms, random.choice(tuple(Part)))


def _coincidences(random: Random, token: str) -> tuple[Coincidence, ...]:
    together = random.choice(_WHEN_PAID_LATER if token == "tok_async" else _COINCIDENCES)  # noqa: S105 - a name
    return tuple(Coincidence(at, deed, int(random.random() * within_ms)) for at, deed, within_ms in together)


def _visits(random: Random) -> tuple[Visit, ...]:
    """People who register, some of them twice at once, or by one address."""
    return tuple(
        Visit(random.choice(_EMAILS), random.choice((1, 2)), int(random.random() * _SOON_MS))
        for _ in range(random.choice((1, 1, 2)))
    )


def _absentees(random: Random) -> tuple[Absentee, ...]:
    """One or two of them; some come back just when they are about to be reminded."""
    if random.random() >= _ABSENTEES_CHANCE:
        return ()
    return tuple(_absentee(random, user_id) for user_id in _ABSENT[: random.choice((1, 1, 2))])


def _absentee(random: Random, user_id: str) -> Absentee:
    return Absentee(
        user_id,
        is_verified=random.random() < 0.6,  # noqa: PLR2004
        wishes_reminders=random.random() < 0.8,  # noqa: PLR2004
        left_twice=random.random() < 0.25,  # noqa: PLR2004
        back=random.choice((None, None, *Return)),
        after_ms=int(random.random() * _BACK_MS),
    )


def _items(random: Random, products: list[str], large_lines: int, *, is_cart: bool) -> tuple[tuple[str, int], ...]:
    """One product may stand in two lines, but not in a cart."""
    if large_lines:
        return tuple((name, 1) for name in products[:large_lines])
    count = random.randint(1, 3)
    wanted = random.sample(products, min(count, len(products))) if is_cart else random.choices(products, k=count)
    tracked = tuple((name, random.choice((1, 1, 1, 2, 4))) for name in wanted)
    return (*tracked, (UNTRACKED, 1)) if random.random() < 0.3 else tracked  # noqa: PLR2004


def _moments(random: Random, counts: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(_moment(random) for _ in range(random.choice(counts)))


def _moment(random: Random) -> int:
    """At any moment of the checkout, or well after it."""
    return int(random.random() * (_SOON_MS if random.random() < 0.7 else _LATER_MS))  # noqa: PLR2004
