from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tradewind_tools.deployment.release import Move, Phase, Pointer, Release, canary_pointer, plan_moves

BEGAN = datetime(2026, 11, 21, 9, tzinfo=UTC)
RELEASE = Release("c0ffee1234567890", "deployer/ada", BEGAN, BEGAN, Phase.MOVING, {"cart": Move("1", "2")})


def test_function_with_a_newer_version_moves() -> None:
    pointing = {"cart": Pointer("1"), "orders": Pointer("4")}
    assert plan_moves({"cart": "2", "orders": "4"}, pointing, None) == {"cart": Move("1", "2")}


@pytest.mark.parametrize("pointer", [Pointer("1"), Pointer("1", "2", 0.1), Pointer("2")])
def test_interrupted_release_moves_from_its_first_version(pointer: Pointer) -> None:
    assert plan_moves({"cart": "3"}, {"cart": pointer}, RELEASE) == {"cart": Move("1", "3")}


def test_interrupted_rollback_puts_the_traffic_in_order() -> None:
    moves = plan_moves({"cart": "1"}, {"cart": Pointer("1", "2", 0.1)}, RELEASE)
    assert moves == {"cart": Move("1", "1")}
    assert canary_pointer(moves["cart"], 0.1) == Pointer("1")


def test_finished_release_does_not_affect_the_next() -> None:
    done = RELEASE.become(Phase.LIVE, BEGAN)
    assert plan_moves({"cart": "3"}, {"cart": Pointer("2")}, done) == {"cart": Move("2", "3")}


def test_release_is_under_way_while_it_gives_signs_of_life() -> None:
    assert RELEASE.is_under_way(BEGAN + timedelta(seconds=119))
    assert not RELEASE.is_under_way(BEGAN + timedelta(seconds=120))
    assert not RELEASE.become(Phase.UNDONE, BEGAN).is_under_way(BEGAN)


@pytest.mark.parametrize(
    ("commit", "same"), [("c0ffee1234567890", True), ("c0ffee", True), ("cafe", False), ("", False)]
)
def test_commit_may_be_abbreviated(commit: str, *, same: bool) -> None:
    assert RELEASE.is_of(commit) is same


def test_release_is_recorded_as_readable_json() -> None:
    kept = msgspec.json.encode(RELEASE)
    assert b'"phase":"moving","moves":{"cart":{"before":"1","after":"2"}}' in kept
    assert msgspec.json.decode(kept, type=Release) == RELEASE
