"""What happens in a history: a shop of some products and the purchases in it, all from the seed."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import NamedTuple

from tradewind.aws.table import Put
from tradewind.catalog import store as catalog_store
from tradewind.catalog.model import Product
from tradewind.identity import accounts
from tradewind.identity.model import AccountStatus, User
from tradewind.inventory.public import opening
from tradewind.inventory.reservations import Reservation, ReservationStatus, holding
from tradewind.kernel.caller import Role
from tradewind.notifications import store as notifications
from tradewind.notifications.model import Preferences
from tradewind_tools.simulation.api import ADMIN_ID
from tradewind_tools.simulation.ports import BEGINNING
from tradewind_tools.simulation.purchases import Coincidence, Deed, GiveBack, Part, Purchase, Visit
from tradewind_tools.simulation.scheduler import HOUR_MS
from tradewind_tools.simulation.world import World

CUSTOMERS = ("01KAJ0CSTMR000000000000001", "01KAJ0CSTMR000000000000002")
UNTRACKED = "postage"

_LARGE_CHANCE = 0.02
_VISITS_CHANCE = 0.01
_REPLAY_CHANCE = 0.03
_ABANDONED_CHANCE = 0.03
_COINCIDENCE_CHANCE = 0.5
_MAX_LARGE_LINES = 400
_MIN_LARGE_LINES = 60
_PRICES = (250, 999, 1, 12_000)
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
    (("checkout-process-payment", Deed.NOTICE, 80),),
    (("checkout-update-inventory", Deed.NOTICE, 200),),
    (("checkout-refund-payment", Deed.NOTICE, 80),),
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
"""The same, where the bank answers by a notice."""

_EMAILS = ("visitor@example.com", "VISITOR@example.com", "other@example.com")
_SOON_MS = 1_500
_LATER_MS = 30_000
_BATCH = 30
_ABANDONED = "01KAJ0ABND0000000000000001"
_HELD_FOR = timedelta(minutes=15)
_PHONE = "+44 20 7946 0001"


class Story(NamedTuple):
    """`stock` by product id: the units that are there at the beginning; `replays_ms` is when all events come again.

    `has_abandoned` when somebody's request died while it reserved stock.
    """

    stock: dict[str, int]
    purchases: tuple[Purchase, ...]
    visits: tuple[Visit, ...] = ()
    replays_ms: tuple[int, ...] = ()
    has_abandoned: bool = False


def invent(random: Random) -> Story:
    """A small shop where people get into each other's way; now and then one with a very large order."""
    lines = random.randint(_MIN_LARGE_LINES, _MAX_LARGE_LINES) if random.random() < _LARGE_CHANCE else 0
    stock = {f"product-{number}": random.choice((1, 3, 8, 30)) for number in range(max(random.randint(1, 4), lines))}
    purchases = [_purchase(random, number, sorted(stock), lines) for number in range(random.choice((1, 1, 1, 2, 2, 3)))]
    visits = _visits(random) if random.random() < _VISITS_CHANCE else ()
    replays_ms = (int(random.random() * HOUR_MS),) if random.random() < _REPLAY_CHANCE else ()
    return Story(stock, tuple(purchases), visits, replays_ms, has_abandoned=random.random() < _ABANDONED_CHANCE)


def open_shop(world: World, story: Story) -> None:
    """Put products, customers and the administrator into the table, before anything else happens."""
    table, clock = world.table.truth, world.clock
    writes = [
        write for number, (name, units) in enumerate(story.stock.items()) for write in _new(world, name, units, number)
    ]
    writes.append(catalog_store.new(_product(UNTRACKED, 490, is_tracked=False)))
    for start in range(0, len(writes), _BATCH * 3):
        table.transact(writes[start : start + _BATCH * 3])
    for user_id in (*CUSTOMERS, ADMIN_ID):
        accounts.register(_user(user_id), table, clock, correlation_id="opening")
    table.write(notifications.preferred(CUSTOMERS[0], Preferences(order_texts=True)))
    world.table.tell(ago_ms=HOUR_MS)
    if story.has_abandoned:
        _abandon(world, min(story.stock))


def _abandon(world: World, product_id: str) -> None:
    """What is left of a request that died before it placed its order."""
    dead = Reservation(_ABANDONED, 0, ReservationStatus.HELD, BEGINNING + _HELD_FOR, {product_id: 1})
    world.table.truth.transact(holding(dead, ahead_of_order=True))
    world.table.tell()


def _new(world: World, product_id: str, units: int, number: int) -> list[Put]:
    product = catalog_store.new(_product(product_id, _PRICES[number % len(_PRICES)], is_tracked=True))
    return [product, *opening(product_id, units, by=ADMIN_ID, clock=world.clock)]


def _product(product_id: str, price_minor: int, *, is_tracked: bool) -> Product:
    return Product(
        product_id=product_id,
        name=product_id,
        price_minor=price_minor,
        currency="USD",
        category="things",
        created_at=BEGINNING,
        updated_at=BEGINNING,
        version=1,
        track_stock=is_tracked,
    )


def _user(user_id: str) -> User:
    return User(
        user_id=user_id,
        email=f"{user_id.lower()}@example.com",
        password_hash="none",  # noqa: S106 - nobody signs in
        password_version=1,
        first_name="Ada",
        last_name="Lovelace",
        phone=_PHONE,
        role=Role.ADMIN if user_id == ADMIN_ID else Role.CUSTOMER,
        status=AccountStatus.ACTIVE,
        created_at=BEGINNING,
        updated_at=BEGINNING,
        version=1,
    )


def _purchase(random: Random, number: int, products: list[str], large_lines: int) -> Purchase:
    from_cart = random.random() < 0.3 and number < len(CUSTOMERS)  # noqa: PLR2004 - a cart each
    key = f"key-{number}" if random.random() < 0.8 or from_cart else None  # noqa: PLR2004
    token = random.choice(_TOKENS)
    return Purchase(
        customer_id=CUSTOMERS[number % len(CUSTOMERS)],
        items=_items(random, products, large_lines if not number else 0, is_cart=from_cart),
        token=token,
        key=key,
        from_cart=from_cart,
        copies=2 if key and random.random() < 0.25 else 1,  # noqa: PLR2004
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
