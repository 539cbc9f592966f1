from __future__ import annotations

import pytest
from tests.fakes import FakeClock, FakeSecrets, make_shop

from tradewind.payments.errors import ProviderTimeout, UnknownProvider
from tradewind.payments.fake import FakeProvider
from tradewind.payments.provider import ChargeOutcome
from tradewind.payments.providers import provider
from tradewind.settings import Settings


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
        provider(Settings(payment_provider="paypal"), FakeSecrets(), FakeClock())
