from __future__ import annotations

from tests.unit.outbox.fake_bus import some_event

from tradewind.outbox.aliases import with_aliases


def test_what_has_one_name_is_told_once() -> None:
    placed, cancelled = some_event(1), some_event(2, kind="OrderCancelled")
    assert list(with_aliases([placed, cancelled])) == [placed, cancelled]


def test_a_confirmation_is_told_to_others_in_its_own_words() -> None:
    confirmed = some_event(1, kind="OrderConfirmed")
    forwarded, done = with_aliases([confirmed])
    assert forwarded == confirmed
    assert (done.type, done.event_id, done.data) == ("order.done", f"done-{confirmed.event_id}", confirmed.data)
