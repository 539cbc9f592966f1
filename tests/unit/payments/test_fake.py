from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from tests.fakes import START, FakeClock, FakeSecrets, make_shop
from tests.trading import add_product, submit_order, with_customer
from tests.webhooks import send_webhook, webhook_for

from tradewind.payments.errors import ProviderTimeout, UnknownProvider
from tradewind.payments.fake import FakeProvider
from tradewind.payments.model import DisputeStanding, DisputeState, LedgerKind
from tradewind.payments.provider import ChargeOutcome, ProviderMovement
from tradewind.payments.providers import provider
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable


@pytest.mark.parametrize(
    ("token", "outcome"),
    [
        ("tok_approved", ChargeOutcome.APPROVED),
        ("tok_declined", ChargeOutcome.CARD_DECLINED),
        ("tok_insufficient_funds", ChargeOutcome.INSUFFICIENT_FUNDS),
        ("tok_async", ChargeOutcome.AWAITING),
        ("tok_aproved", ChargeOutcome.UNKNOWN_METHOD),
    ],
)
def test_token_decides_the_outcome_the_same_at_each_repeat(token: str, outcome: ChargeOutcome) -> None:
    fake = FakeProvider()
    first, again = (fake.charge("k", 100, "USD", token) for _ in range(2))
    assert first == again == fake.look_up("k", token, None)
    assert first.outcome is outcome


def test_charge_that_timed_out_was_made() -> None:
    with pytest.raises(ProviderTimeout):
        FakeProvider().charge("k", 100, "USD", "tok_timeout")
    found = FakeProvider().look_up("k", "tok_timeout", None)
    assert found
    assert found.outcome is ChargeOutcome.APPROVED


def test_unknown_provider_is_refused_by_name() -> None:
    assert isinstance(make_shop().provider, FakeProvider)
    with pytest.raises(UnknownProvider, match="paypal"):
        provider(Settings(payment_provider="paypal"), FakeSecrets(), FakeClock(), MemoryTable)


def movements(
    shop: Shop, after: timedelta = timedelta(), until: timedelta = timedelta(days=3)
) -> list[ProviderMovement]:
    """All of them, page by page."""
    found, cursor = list[ProviderMovement](), None
    while True:
        page = shop.provider.list_movements(START + after, START + until, cursor)
        found, cursor = found + page.movements, page.next_cursor
        if cursor is None:
            return found


@pytest.mark.parametrize(
    ("token", "is_booked"),
    [("tok_approved", True), ("tok_timeout", True), ("tok_declined", False), ("tok_async", False)],
)
def test_charge_is_booked_once_where_it_is_made(token: str, is_booked: bool) -> None:  # noqa: FBT001 - a parameter
    shop = make_shop()
    for _ in range(2):
        with suppress(ProviderTimeout):
            shop.provider.charge("K-1", 100, "USD", token)
    charged = ProviderMovement(LedgerKind.CHARGED, "fake_charge_K-1", 100, "USD", START, "K-1")
    assert movements(shop) == ([charged] if is_booked else [])
    assert shop.provider.find_movement(LedgerKind.CHARGED, "fake_charge_K-1") == (charged if is_booked else None)


def test_movements_are_listed_in_their_order_over_pages_and_days(clock: FakeClock) -> None:
    shop = make_shop(clock=clock)
    for number in range(250):
        shop.provider.refund(f"R-{number:03d}", "fake_charge_K", number + 1, "USD")
        clock.advance(600)
    assert [each.amount_minor for each in movements(shop)] == list(range(1, 251))
    within = movements(shop, timedelta(minutes=10), timedelta(minutes=30))
    assert [each.amount_minor for each in within] == [2, 3]


def test_what_a_webhook_tells_of_has_moved(clock: FakeClock) -> None:
    shop = with_customer(make_shop(clock=clock))
    add_product(shop, "mug")
    order_id = submit_order(shop, {"mug": 1}, "tok_async")
    withdrawn = DisputeStanding(DisputeState.OPEN, is_withdrawn=True)
    won = DisputeStanding(DisputeState.WON, is_withdrawn=True, is_reinstated=True)
    for webhook in (
        webhook_for(shop, order_id, reference="ch"),
        webhook_for(shop, order_id, "charge.failed", reference="ch2"),
        webhook_for(shop, order_id, "refund.succeeded", reference="re"),
        webhook_for(shop, order_id, "refund.failed", reference="re2"),
        webhook_for(shop, order_id, "dispute.updated", reference="dp", dispute=withdrawn),
        webhook_for(shop, order_id, "dispute.updated", reference="dp", dispute=won),
    ):
        send_webhook(shop, webhook)
        send_webhook(shop, webhook)
    assert sorted((each.kind.value, each.reference) for each in movements(shop)) == [
        ("charged", "ch"),
        ("disputed", "dp"),
        ("refund_failed", "re2"),
        ("refunded", "re"),
        ("refunded", "re2"),
        ("reinstated", "dp"),
    ]
