from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.dying import Crash, DyingTable, moments
from tests.fakes import START, FakeClock, make_shop
from tests.trading import events
from tests.unit.identity.people import EMAIL, Member, join, register

from tradewind.aws.table import Query, Update, Write
from tradewind.identity import jobs, store
from tradewind.identity.jobs import remind_unverified
from tradewind.identity.model import REMIND_AFTER, REMIND_WITHIN, EmailVerificationOverdue
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

MOMENT = timedelta(seconds=1)


def pass_by(clock: FakeClock, time: timedelta) -> None:
    clock.advance(time.total_seconds())


def reminded(shop: Shop) -> list[str]:
    """Whom an event tells of, in order."""
    return [event.aggregate_id for event in events(shop) if event.type == EmailVerificationOverdue.__name__]


def waiting(shop: Shop) -> int:
    shards = range(store.UNVERIFIED_SHARDS)
    return sum(len(shop.table.query(Query(f"UNVERIFIED#{shard}", index="GSI2")).items) for shard in shards)


def test_an_address_is_overdue_after_a_day_and_told_of_once(shop: Shop, clock: FakeClock, ada: Member) -> None:
    pass_by(clock, REMIND_AFTER - MOMENT)
    assert remind_unverified.handle(shop) == 0
    pass_by(clock, MOMENT)
    assert remind_unverified.handle(shop) == 1
    pass_by(clock, REMIND_AFTER)
    assert remind_unverified.handle(shop) == 0
    assert (reminded(shop), waiting(shop)) == ([ada.user_id], 0)


def test_the_account_itself_stays_as_it_was(shop: Shop, clock: FakeClock, ada: Member) -> None:
    before = store.user(shop.table, ada.user_id)
    pass_by(clock, REMIND_AFTER)
    remind_unverified.handle(shop)
    assert store.user(shop.table, ada.user_id) == before


def test_who_verified_in_time_is_not_reminded(shop: Shop, clock: FakeClock, ada: Member) -> None:
    shop.table.write(store.verified(ada.user_id, START))
    pass_by(clock, REMIND_AFTER)
    assert remind_unverified.handle(shop) == 0
    assert reminded(shop) == []


@pytest.mark.usefixtures("ada")
def test_who_could_not_be_reminded_for_a_week_is_left_in_peace(shop: Shop, clock: FakeClock) -> None:
    pass_by(clock, REMIND_WITHIN + MOMENT)
    assert remind_unverified.handle(shop) == 0
    assert (reminded(shop), waiting(shop)) == ([], 0)


def test_a_closed_account_is_left_in_peace(shop: Shop, clock: FakeClock, ada: Member) -> None:
    shop.table.write(Update(store.user_key(ada.user_id), set={"status": "disabled"}))
    pass_by(clock, REMIND_AFTER)
    assert remind_unverified.handle(shop) == 0
    assert (reminded(shop), waiting(shop)) == ([], 0)


def test_what_one_run_leaves_the_next_finds(
    shop: Shop, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(jobs, "PER_SHARD", 1)
    for number in range(10):
        register(shop, email=f"customer-{number}@example.com")
    pass_by(clock, REMIND_AFTER)
    while waiting(shop):
        capsys.readouterr()
        remind_unverified({}, None, shop)
        assert 0 < json.loads(capsys.readouterr().out)["metadata"]["done"] <= store.UNVERIFIED_SHARDS
    assert len(set(reminded(shop))) == len(reminded(shop)) == 10


class OvertakenTable(MemoryTable):
    """Something else is written just before the job writes."""

    overtaking: Update | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        if self.overtaking:
            overtaking, self.overtaking = self.overtaking, None
            self.write(overtaking)
        super().transact(writes)


@pytest.mark.parametrize("overtaking", [store.reminded, lambda user_id: store.verified(user_id, START)])
def test_another_run_or_the_customer_may_be_faster(overtaking: object, clock: FakeClock) -> None:
    assert callable(overtaking)
    table = OvertakenTable()
    shop = make_shop(table=table, clock=clock)
    ada = join(shop)
    pass_by(clock, REMIND_AFTER)
    table.overtaking = overtaking(ada.user_id)
    assert remind_unverified.handle(shop) == 0
    assert reminded(shop) == []


def test_a_run_that_dies_anywhere_is_finished_by_the_next_and_nobody_is_told_of_twice() -> None:
    for moment in moments(store.UNVERIFIED_SHARDS + 2):
        clock = FakeClock()
        shop = make_shop(clock=clock)
        accounts = {register(shop, email=email)[1]["userId"] for email in (EMAIL, "eve@example.com")}
        pass_by(clock, REMIND_AFTER)
        table, shop.table = shop.table, DyingTable(shop.table, moment)
        with pytest.raises(Crash):
            remind_unverified({}, None, shop)
        shop.table = table
        remind_unverified({}, None, shop)
        assert sorted(reminded(shop)) == sorted(accounts), moment
