from __future__ import annotations

import msgspec
from tests.fakes import make_shop
from tests.trading import Saga, events, ordered, stocked, with_customer
from tests.unit.outbox.fake_bus import some_event

from tradewind.outbox.announcing import announced


def test_what_has_one_name_is_told_once() -> None:
    placed, cancelled = some_event(1), some_event(2, kind="OrderCancelled")
    assert list(announced([placed, cancelled])) == [placed, cancelled]


def test_a_confirmation_is_told_to_others_in_the_very_words_of_the_run() -> None:
    shop = with_customer(make_shop())
    stocked(shop, "shirt", 10)
    saga = Saga(shop)
    saga.run(ordered(shop, {"shirt": 1}))

    *_, confirmed, done = announced(events(shop))

    assert confirmed.type == "OrderConfirmed"
    assert [entry["Detail"] for entry in saga.published] == [msgspec.to_builtins(done)]
