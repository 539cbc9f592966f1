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
from tradewind.edge.access import user_key
from tradewind.identity import jobs, reads, writes
from tradewind.identity.jobs import remind_unverified
from tradewind.identity.model import REMIND_AFTER, REMIND_WITHIN, EmailVerificationOverdue
from tradewind.shop import Shop
from tradewind_tools.memory.table import MemoryTable

MOMENT = timedelta(seconds=1)


def pass_by(clock: FakeClock, time: timedelta) -> None:
    clock.advance(time.total_seconds())


def list_reminded(shop: Shop) -> list[str]:
    """List the users that an event is about, in order."""
    return [event.aggregate_id for event in events(shop) if event.type == EmailVerificationOverdue.__name__]


def count_waiting(shop: Shop) -> int:
    shards = range(reads.UNVERIFIED_SHARDS)
    return sum(len(shop.table.query(Query(f"UNVERIFIED#{shard}", index="GSI2")).items) for shard in shards)


def test_address_is_overdue_after_a_day_and_recorded_once(shop: Shop, clock: FakeClock, ada: Member) -> None:
    pass_by(clock, REMIND_AFTER - MOMENT)
    assert remind_unverified.handle(shop) == 0
    pass_by(clock, MOMENT)
    assert remind_unverified.handle(shop) == 1
    pass_by(clock, REMIND_AFTER)
    assert remind_unverified.handle(shop) == 0
    assert (list_reminded(shop), count_waiting(shop)) == ([ada.user_id], 0)


def test_reminder_leaves_the_user_unchanged(shop: Shop, clock: FakeClock, ada: Member) -> None:
    before = reads.find_user(shop.table, ada.user_id)
    pass_by(clock, REMIND_AFTER)
    remind_unverified.handle(shop)
    assert reads.find_user(shop.table, ada.user_id) == before


def test_verified_account_is_not_reminded(shop: Shop, clock: FakeClock, ada: Member) -> None:
    shop.table.write(writes.verify_email(ada.user_id, START))
    pass_by(clock, REMIND_AFTER)
    assert remind_unverified.handle(shop) == 0
    assert list_reminded(shop) == []


@pytest.mark.usefixtures("ada")
def test_account_older_than_a_week_is_not_reminded(shop: Shop, clock: FakeClock) -> None:
    pass_by(clock, REMIND_WITHIN + MOMENT)
    assert remind_unverified.handle(shop) == 0
    assert (list_reminded(shop), count_waiting(shop)) == ([], 0)


def test_closed_account_is_not_reminded(shop: Shop, clock: FakeClock, ada: Member) -> None:
    shop.table.write(Update(user_key(ada.user_id), set={"status": "disabled"}))
    pass_by(clock, REMIND_AFTER)
    assert remind_unverified.handle(shop) == 0
    assert (list_reminded(shop), count_waiting(shop)) == ([], 0)


def test_accounts_beyond_the_limit_are_left_to_the_next_run(
    shop: Shop, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(jobs, "PER_SHARD", 1)
    for number in range(10):
        register(shop, email=f"customer-{number}@example.com")
    pass_by(clock, REMIND_AFTER)
    while count_waiting(shop):
        capsys.readouterr()
        remind_unverified({}, None, shop)
        assert 0 < json.loads(capsys.readouterr().out)["metadata"]["done"] <= reads.UNVERIFIED_SHARDS
    assert len(set(list_reminded(shop))) == len(list_reminded(shop)) == 10


class OvertakenTable(MemoryTable):
    """Something else is written just before the job writes."""

    overtaking: Update | None = None

    def transact(self, writes: Sequence[Write]) -> None:
        if self.overtaking:
            overtaking, self.overtaking = self.overtaking, None
            self.write(overtaking)
        super().transact(writes)


@pytest.mark.parametrize("overtaking", [writes.mark_reminded, lambda user_id: writes.verify_email(user_id, START)])
def test_account_reminded_or_verified_meanwhile_is_skipped(overtaking: object, clock: FakeClock) -> None:
    assert callable(overtaking)
    table = OvertakenTable()
    shop = make_shop(table=table, clock=clock)
    ada = join(shop)
    pass_by(clock, REMIND_AFTER)
    table.overtaking = overtaking(ada.user_id)
    assert remind_unverified.handle(shop) == 0
    assert list_reminded(shop) == []


def test_run_that_dies_anywhere_is_finished_by_the_next_without_a_second_event() -> None:
    for moment in moments(reads.UNVERIFIED_SHARDS + 2):
        clock = FakeClock()
        shop = make_shop(clock=clock)
        accounts = {register(shop, email=email)[1]["userId"] for email in (EMAIL, "eve@example.com")}
        pass_by(clock, REMIND_AFTER)
        table, shop.table = shop.table, DyingTable(shop.table, moment)
        with pytest.raises(Crash):
            remind_unverified({}, None, shop)
        shop.table = table
        remind_unverified({}, None, shop)
        assert sorted(list_reminded(shop)) == sorted(accounts), moment
