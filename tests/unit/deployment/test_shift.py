"""Releases on a stage in memory: every way one can go, and every place where one can be killed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.deployment.fake_stage import START, FakeStage, Killed

from tradewind_tools.deployment.errors import AlarmsRing, ReleaseUnderWay, RolledBack, TakenOver
from tradewind_tools.deployment.release import Move, Phase, Pointer
from tradewind_tools.deployment.stage import Canary

CANARY = Canary(first_percent=10, watch_minutes=5)
AT_ONCE = Canary(watch_minutes=0)
NEWER = {"cart": "2", "orders": "2", "mails": "1"}


@pytest.fixture
def stage() -> FakeStage:
    return FakeStage("cart", "orders", "mails")


def test_only_changed_functions_move_a_part_first_then_all(stage: FakeStage) -> None:
    seen: list[dict[str, Pointer]] = []
    stage.clock.meanwhile = lambda: seen.append(dict(stage.traffic.aliases))

    release = stage.shift().forward(NEWER, "c0ffee", CANARY)

    part = Pointer("1", "2", 0.1)
    assert seen[0] == seen[-1] == {"cart": part, "orders": part, "mails": Pointer("1")}
    assert len(seen) == 20, "every fifteen seconds for five minutes"
    assert stage.versions == {"cart": "2", "orders": "2", "mails": "1"}
    assert release
    assert (release.phase, release.moves) == (Phase.LIVE, {"cart": Move("1", "2"), "orders": Move("1", "2")})


def test_canary_of_zero_minutes_moves_all_at_once(stage: FakeStage) -> None:
    stage.shift().forward(NEWER, "c0ffee", AT_ONCE)
    assert (stage.versions, stage.clock.now()) == (NEWER, START)


def test_stage_without_new_versions_is_not_touched(stage: FakeStage) -> None:
    assert stage.shift().forward({"cart": "1", "orders": "1", "mails": "1"}, "c0ffee", CANARY) is None
    assert stage.records.shared == []


def test_alarm_shifts_all_traffic_back_at_once(stage: FakeStage) -> None:
    stage.alarms.since["tradewind-dev-api-faults"] = START + timedelta(minutes=2)
    with pytest.raises(RolledBack, match="tradewind-dev-api-faults"):
        stage.shift().forward(NEWER, "c0ffee", CANARY)
    assert set(stage.versions.values()) == {"1"}
    assert stage.clock.now() == START + timedelta(minutes=2)
    assert stage.records.shared[-1].phase is Phase.UNDONE


def test_ringing_alarm_prevents_a_release(stage: FakeStage) -> None:
    stage.alarms.since["stream-age"] = START
    with pytest.raises(AlarmsRing, match="stream-age"):
        stage.shift().forward(NEWER, "c0ffee", CANARY)
    assert (stage.records.shared, set(stage.versions.values())) == ([], {"1"})


def test_release_despite_an_alarm_watches_the_other_alarms(stage: FakeStage) -> None:
    stage.alarms.since["stream-age"] = START
    stage.shift().forward(NEWER, "c0ffee", CANARY, despite_alarms=True)
    assert stage.versions == NEWER
    stage.alarms.since["api-faults"] = stage.clock.now() + timedelta(seconds=1)
    with pytest.raises(RolledBack, match="Alarm: api-faults"):
        stage.shift().forward({**NEWER, "cart": "3"}, "cafe", CANARY, despite_alarms=True)


def test_interrupt_shifts_all_traffic_back(stage: FakeStage) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    stage.clock.meanwhile = press
    with pytest.raises(KeyboardInterrupt):
        stage.shift().forward(NEWER, "c0ffee", CANARY)
    assert set(stage.versions.values()) == {"1"}
    assert stage.said[-1] == "All traffic is back on the versions before."


def test_second_release_at_the_same_time_is_refused(stage: FakeStage) -> None:
    refused: list[str] = []

    def meanwhile() -> None:
        with pytest.raises(ReleaseUnderWay) as refusal:
            stage.shift("grace").forward(NEWER, "cafe", CANARY)
        refused.append(str(refusal.value))

    stage.clock.meanwhile = meanwhile
    stage.shift("ada").forward(NEWER, "c0ffee", CANARY)
    assert len(refused) == 20
    assert "c0ffee by ada, 2026-11-21 09:00 UTC, is in progress" in refused[0]


def test_release_that_another_process_rolls_back_stops(stage: FakeStage) -> None:
    def meanwhile() -> None:
        stage.shift("grace").back()

    stage.clock.meanwhile = meanwhile
    with pytest.raises(TakenOver):
        stage.shift("ada").forward(NEWER, "c0ffee", CANARY)
    assert set(stage.versions.values()) == {"1"}


def test_rollback_moves_only_the_functions_of_the_last_release(stage: FakeStage) -> None:
    stage.shift().forward(NEWER, "c0ffee", AT_ONCE)
    stage.shift().forward({**NEWER, "cart": "3"}, "cafe", AT_ONCE)
    assert stage.shift().back()
    assert stage.versions == {"cart": "2", "orders": "2", "mails": "1"}


def test_second_rollback_changes_nothing(stage: FakeStage) -> None:
    stage.shift().forward(NEWER, "c0ffee", AT_ONCE)
    assert stage.shift().back()
    assert stage.shift().back() is None
    assert set(stage.versions.values()) == {"1"}


def test_rollback_without_a_release_changes_nothing(stage: FakeStage) -> None:
    assert stage.shift().back() is None


def test_rollback_skips_functions_that_do_not_exist_any_more(stage: FakeStage) -> None:
    stage.shift().forward(NEWER, "c0ffee", AT_ONCE)
    del stage.traffic.aliases["orders"]
    stage.shift().back()
    assert stage.versions == {"cart": "1", "mails": "1"}


def test_after_a_rollback_the_same_versions_can_be_released_again(stage: FakeStage) -> None:
    stage.shift().forward(NEWER, "c0ffee", AT_ONCE)
    stage.shift().back()
    stage.shift().forward(NEWER, "c0ffee", CANARY)
    assert stage.versions == NEWER


@pytest.mark.parametrize("canary", [CANARY, AT_ONCE], ids=["watched", "at once"])
@pytest.mark.parametrize("point", range(5))
def test_rollback_after_any_kill_restores_every_function(point: int, canary: Canary) -> None:
    stage = killed_at(point, canary)
    stage.shift().back()
    assert set(stage.versions.values()) == {"1"}


@pytest.mark.parametrize("newest", ["2", "3"])
@pytest.mark.parametrize("canary", [CANARY, AT_ONCE], ids=["watched", "at once"])
@pytest.mark.parametrize("point", range(4))
def test_release_after_any_kill_starts_from_the_same_versions(point: int, canary: Canary, newest: str) -> None:
    stage = killed_at(point, canary)
    was_done = stage.records.shared[-1].phase is Phase.LIVE
    stage.clock.moment += timedelta(minutes=3)
    published = {"cart": newest, "orders": newest}
    stage.shift("grace").forward(published, "cafe", AT_ONCE)
    assert stage.versions == published
    stage.shift().back()
    assert set(stage.versions.values()) == {"2" if was_done and newest == "3" else "1"}


def killed_at(point: int, canary: Canary) -> FakeStage:
    """Two functions on their way from 1 to 2, when the process ends; a release that needs fewer steps is done."""
    stage = FakeStage("cart", "orders")
    shift = stage.shift()
    stage.traffic.dies_after = point
    try:
        shift.forward({"cart": "2", "orders": "2"}, "c0ffee", canary)
    except Killed:
        stage.traffic.dead = False
    return stage
