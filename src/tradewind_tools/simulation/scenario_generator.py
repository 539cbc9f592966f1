"""Generates the scenario of a history from its seed."""

from __future__ import annotations

from random import Random

from tradewind.settings import Settings
from tradewind_tools.simulation.ports import BEFORE_MIDNIGHT, BEGINNING
from tradewind_tools.simulation.scenario import (
    AbandoningCustomer,
    Action,
    PlannedRefund,
    PlannedTrouble,
    Purchase,
    RefundScope,
    Registration,
    ReturnAction,
    Scenario,
    TriggeredAction,
    Trouble,
)
from tradewind_tools.simulation.scheduler import HOUR_MS

ADDED = "product-0"
CUSTOMERS = ("01KAJ0CSTMR000000000000001", "01KAJ0CSTMR000000000000002")
UNTRACKED = "postage"

WIDE_LIMITS = Settings(
    open_orders_limit=1_000, held_units_limit=10_000, payment_attempts_limit=1_000, address_attempts_limit=1_000
)

_TIGHT_LIMITS_CHANCE = 0.15
_LARGE_CHANCE = 0.02
_REGISTRATIONS_CHANCE = 0.01
_REPLAY_CHANCE = 0.03
_ABANDONED_REQUEST_CHANCE = 0.03
_ABANDONING_CUSTOMERS_CHANCE = 0.15
_TRIGGERED_ACTIONS_CHANCE = 0.5
_TROUBLES_CHANCE = 0.12
_OPT_IN_CHANCE = 0.3
_ECHOES_MS = (None,) * 12 + (25 * HOUR_MS, 40 * 24 * HOUR_MS)
"""When everything in the archive comes once more, if ever: after providers forget keys, and after events do."""
_MAX_LARGE_LINES = 400
_MIN_LARGE_LINES = 5
_TOKENS = ("tok_approved",) * 7 + ("tok_declined", "tok_insufficient_funds", "tok_async")
_CONFIRMED = "sms-sender"
"""Called as soon as an order is confirmed, and not before."""

_TRIGGERED_ACTIONS: tuple[tuple[tuple[str, Action, int], ...], ...] = (
    (("checkout-confirm-order", Action.CANCEL, 40),),
    (("checkout-confirm-order", Action.CANCEL, 40),),
    (("checkout-confirm-order", Action.CANCEL_FOR_SHOP, 40),),
    (("checkout-update-inventory", Action.CANCEL, 40),),
    (("checkout-process-payment", Action.CANCEL, 60),),
    (("checkout-cancel-order", Action.CANCEL, 20),),
    (("checkout-validate-order", Action.RUN, 40),),
    (("checkout-confirm-order", Action.RUN, 200),),
    (("checkout-refund-payment", Action.RUN, 40),),
    (("checkout-process-payment", Action.WEBHOOK, 80),),
    (("checkout-update-inventory", Action.WEBHOOK, 200),),
    (("checkout-refund-payment", Action.WEBHOOK, 80),),
    ((_CONFIRMED, Action.CANCEL, 20), (_CONFIRMED, Action.CANCEL_FOR_SHOP, 20)),
    ((_CONFIRMED, Action.FULFIL, 20), (_CONFIRMED, Action.CANCEL, 20)),
    ((_CONFIRMED, Action.FULFIL, 20), (_CONFIRMED, Action.REFUND, 20)),
    ((_CONFIRMED, Action.REFUND, 20), (_CONFIRMED, Action.REFUND, 20)),
    ((_CONFIRMED, Action.REFUND, 20), (_CONFIRMED, Action.CANCEL, 20)),
    ((_CONFIRMED, Action.REFUND, 20), ("refund-issuer", Action.TROUBLE, 200)),
    (("checkout-confirm-order", Action.CANCEL, 40), ("checkout-refund-payment", Action.TROUBLE, 100)),
    (("checkout-validate-order", Action.RUN, 40), ("checkout-update-inventory", Action.SLOW_WRITE, 0)),
    (("checkout-process-payment", Action.LATE_CHARGE, 0), ("checkout-process-payment", Action.CANCEL, 600)),
    (("checkout-process-payment", Action.LATE_CHARGE, 0), ("checkout-process-payment", Action.CANCEL, 600)),
)
"""What happens, together, when a function is first called about an order, or up to so many milliseconds later."""

_TRIGGERED_ACTIONS_OF_ASYNC_PAYMENTS: tuple[tuple[tuple[str, Action, int], ...], ...] = (
    (("payment-webhook", Action.CLEAR, 500), ("payment-webhook", Action.CLEAR, 500)),
    (("payment-webhook", Action.CLEAR, 300), ("payment-webhook", Action.RUN, 100)),
    (("payment-settler", Action.CLEAR, 20), ("payment-settler", Action.CLEAR, 20)),
    (("payment-settler", Action.CLEAR, 800), ("payment-settler", Action.CANCEL, 800)),
)
"""The same, where the provider decides later and sends a webhook."""

_EMAILS = ("visitor@example.com", "VISITOR@example.com", "other@example.com")
_SOON_MS = 1_500
_LATER_MS = 30_000
_RETURN_MS = 400
_ABANDONING_IDS = ("01KAJ0ABSENT00000000000001", "01KAJ0ABSENT00000000000002")


def _name(number: int) -> str:
    """Every second one is a variant of the product before it."""
    return f"product-{number - 1}.1" if number % 2 else f"product-{number}"


def generate_scenario(random: Random) -> Scenario:
    """A small shop in which people get into each other's way; now and then one with a very large order."""
    lines = random.randint(_MIN_LARGE_LINES, _MAX_LARGE_LINES) if random.random() < _LARGE_CHANCE else 0
    products = max(random.choice((1, 1, 2, 2, 3, 4)), lines)
    stock = {_name(number): random.choice((1, 3, 8, 30)) for number in range(products)}
    buyers = range(random.choice((1, 1, 2, 2, 3)))
    purchases = [_draw_purchase(random, number, sorted(stock), lines) for number in buyers]
    registrations = _draw_registrations(random) if random.random() < _REGISTRATIONS_CHANCE else ()
    replays_ms = (int(random.random() * HOUR_MS),) if random.random() < _REPLAY_CHANCE else ()
    has_abandoned_request = random.random() < _ABANDONED_REQUEST_CHANCE
    beginning = random.choice((BEGINNING, BEFORE_MIDNIGHT))
    customers = _draw_abandoning_customers(random)
    echo_ms = random.choice(_ECHOES_MS)
    opts_in_ms = _draw_opt_in_ms(random) if random.random() < _OPT_IN_CHANCE else None
    return Scenario(
        stock,
        tuple(purchases),
        registrations,
        replays_ms,
        has_abandoned_request,
        customers,
        beginning,
        echo_ms,
        opts_in_ms,
        _draw_limits(random),
    )


def _draw_limits(random: Random) -> Settings:
    """Mostly so wide that nobody reaches them; in other histories some of them are reached at once."""
    if random.random() >= _TIGHT_LIMITS_CHANCE:
        return WIDE_LIMITS
    return Settings(
        open_orders_limit=random.choice((0, 1, 1, 2)),
        held_units_limit=random.choice((0, 2, 4, 8)),
        payment_attempts_limit=random.choice((0, 1, 2)),
        address_attempts_limit=random.choice((0, 1, 2, 3)),
    )


def _draw_opt_in_ms(random: Random) -> int:
    """While orders are confirmed, or while events about them are late."""
    return int(random.random() * random.choice((_SOON_MS, _LATER_MS, HOUR_MS)))


def _draw_purchase(random: Random, number: int, products: list[str], large_lines: int) -> Purchase:
    from_cart = random.random() < 0.3 and number < len(CUSTOMERS)  # noqa: PLR2004 - a cart each
    key = f"key-{number // len(CUSTOMERS)}" if random.random() < 0.8 or from_cart else None  # noqa: PLR2004
    token = random.choice(_TOKENS)
    return Purchase(
        customer_id=CUSTOMERS[number % len(CUSTOMERS)],
        items=_draw_items(random, products, large_lines if not number else 0, is_cart=from_cart),
        token=token,
        key=key,
        from_cart=from_cart,
        copies=2 if key and random.random() < 0.25 else 1,  # noqa: PLR2004
        reuses_key=bool(key) and random.random() < 0.1,  # noqa: PLR2004
        begins_ms=int(random.random() * _SOON_MS),
        cancels_ms=_draw_moments_ms(random, (0, 0, 0, 1, 1, 2)),
        is_cancelled_by_admin=random.random() < 0.3,  # noqa: PLR2004
        refunds=tuple(_draw_refund(random, moment) for moment in _draw_moments_ms(random, (0, 0, 0, 1, 2))),
        troubles=_draw_troubles(random) if random.random() < _TROUBLES_CHANCE else (),
        fulfils_ms=_draw_moment_ms(random) if random.random() < 0.3 else None,  # noqa: PLR2004
        triggered_actions=_draw_actions(random, token) if random.random() < _TRIGGERED_ACTIONS_CHANCE else (),
    )


def _draw_refund(random: Random, moment_ms: int) -> PlannedRefund:
    return PlannedRefund(_SOON_MS + moment_ms, random.choice(tuple(RefundScope)))


def _draw_troubles(random: Random) -> tuple[PlannedTrouble, ...]:
    """One or two, while the order is changed by others, or later."""
    return tuple(
        PlannedTrouble(_SOON_MS + _draw_moment_ms(random), random.choice(tuple(Trouble)))
        for _ in range(random.choice((1, 1, 2)))
    )


def _draw_actions(random: Random, token: str) -> tuple[TriggeredAction, ...]:
    is_async = token == "tok_async"  # noqa: S105 - a name
    together = random.choice(_TRIGGERED_ACTIONS_OF_ASYNC_PAYMENTS if is_async else _TRIGGERED_ACTIONS)
    return tuple(
        TriggeredAction(function, action, int(random.random() * within_ms)) for function, action, within_ms in together
    )


def _draw_registrations(random: Random) -> tuple[Registration, ...]:
    """People who register, some of them twice at once, or with one address."""
    return tuple(
        Registration(random.choice(_EMAILS), random.choice((1, 2)), int(random.random() * _SOON_MS))
        for _ in range(random.choice((1, 1, 2)))
    )


def _draw_abandoning_customers(random: Random) -> tuple[AbandoningCustomer, ...]:
    """One or two of them; some come back just when they are about to be reminded."""
    if random.random() >= _ABANDONING_CUSTOMERS_CHANCE:
        return ()
    return tuple(_draw_abandoning_customer(random, user_id) for user_id in _ABANDONING_IDS[: random.choice((1, 1, 2))])


def _draw_abandoning_customer(random: Random, user_id: str) -> AbandoningCustomer:
    return AbandoningCustomer(
        user_id,
        is_verified=random.random() < 0.6,  # noqa: PLR2004
        wants_reminders=random.random() < 0.8,  # noqa: PLR2004
        added_later=random.random() < 0.25,  # noqa: PLR2004
        return_action=random.choice((None, None, *ReturnAction)),
        after_ms=int(random.random() * _RETURN_MS),
    )


def _draw_items(random: Random, products: list[str], large_lines: int, *, is_cart: bool) -> tuple[tuple[str, int], ...]:
    """One product may be in two lines of an order, but not of a cart."""
    if large_lines:
        return tuple((name, 1) for name in products[:large_lines])
    count = random.randint(1, 3)
    chosen = random.sample(products, min(count, len(products))) if is_cart else random.choices(products, k=count)
    tracked = tuple((name, random.choice((1, 1, 1, 2, 4))) for name in chosen)
    return (*tracked, (UNTRACKED, 1)) if random.random() < 0.3 else tracked  # noqa: PLR2004


def _draw_moments_ms(random: Random, counts: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(_draw_moment_ms(random) for _ in range(random.choice(counts)))


def _draw_moment_ms(random: Random) -> int:
    """At any moment of the checkout, or well after it."""
    return int(random.random() * (_SOON_MS if random.random() < 0.7 else _LATER_MS))  # noqa: PLR2004
