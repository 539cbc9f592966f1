from __future__ import annotations

from datetime import timedelta

from tests.fakes import FakeClock, make_shop
from tests.trading import event_types
from tests.unit.privacy.deletions import delete, erase, items_of, make_member, run_job

from tradewind.aws.table import ConditionFailed, Write
from tradewind.privacy.model import GRACE
from tradewind.shop import Shop

DUE = "AccountErasureDue"


def deleted(clock: FakeClock) -> tuple[Shop, str]:
    shop = make_shop(clock=clock)
    user_id = make_member(shop).user_id
    assert delete(shop, user_id)[0] == 202
    return shop, user_id


def test_nothing_is_due_within_the_grace() -> None:
    clock = FakeClock()
    shop, _ = deleted(clock)
    clock.advance(GRACE.total_seconds() - 1)
    run_job(shop)
    assert DUE not in event_types(shop)


def test_deletion_goes_on_whose_event_was_lost() -> None:
    clock = FakeClock()
    shop, user_id = deleted(clock)
    clock.advance(GRACE.total_seconds())
    run_job(shop)
    erase(shop, DUE)
    assert "PROFILE" not in items_of(shop, f"USER#{user_id}")


def test_due_deletion_gets_one_event_a_day() -> None:
    clock = FakeClock()
    shop, _ = deleted(clock)
    clock.advance(GRACE.total_seconds())
    run_job(shop)
    run_job(shop)
    assert event_types(shop).count(DUE) == 1
    clock.advance(timedelta(days=1).total_seconds())
    run_job(shop)
    assert event_types(shop).count(DUE) == 2


def test_faster_run_leaves_nothing_for_another() -> None:
    clock = FakeClock()
    shop, _ = deleted(clock)
    clock.advance(GRACE.total_seconds())
    table = shop.table
    transact = table.transact

    def lose(writes: list[Write]) -> None:
        transact(writes)
        raise ConditionFailed

    table.transact = lose  # type: ignore[method-assign, assignment]
    run_job(shop)
    assert event_types(shop).count(DUE) == 1
