from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import START, FakeClock

from tradewind.kernel.clock import SystemClock, derive_ulid, epoch_ms, epoch_seconds, first_ulid, iso, moment_of, ulid

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2999, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis adds it
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)


class StillClock(FakeClock):
    """Its dice always fall alike."""

    def __init__(self, start: datetime, die: int) -> None:
        super().__init__(start)
        self._die = die

    def entropy(self, size: int) -> bytes:
        return bytes([self._die]) * size


@pytest.mark.parametrize(("die", "random_part"), [(0, "0" * 16), (255, "Z" * 16)])
def test_ulid_of_the_specification(die: int, random_part: str) -> None:
    """The time of the example in ulid/spec: 1469918176385 ms is 01ARYZ6S41."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=1469918176385)
    assert ulid(StillClock(moment, die)) == "01ARYZ6S41" + random_part


@given(first=MOMENTS, second=MOMENTS, dice=st.tuples(st.integers(0, 255), st.integers(0, 255)))
def test_ulids_sort_by_time(first: datetime, second: datetime, dice: tuple[int, int]) -> None:
    if epoch_ms(first) < epoch_ms(second):
        assert ulid(StillClock(first, dice[0])) < ulid(StillClock(second, dice[1]))


@given(moment=MOMENTS, names=st.tuples(st.text(), st.text()))
def test_derived_ulid_follows_from_moment_and_name(moment: datetime, names: tuple[str, str]) -> None:
    ids = {derive_ulid(moment, name) for name in names}
    assert len(ids) == len(set(names))
    assert derive_ulid(moment, names[0]) in ids


@given(first=MOMENTS, second=MOMENTS, names=st.tuples(st.text(), st.text()))
def test_derived_ulids_sort_among_the_others(first: datetime, second: datetime, names: tuple[str, str]) -> None:
    if epoch_ms(first) < epoch_ms(second):
        assert derive_ulid(first, names[0]) < ulid(StillClock(second, 0))
        assert ulid(StillClock(first, 255)) < derive_ulid(second, names[1])


def test_ulid_is_new_each_time_and_the_same_from_one_seed() -> None:
    clock, again, other = FakeClock(seed=7), FakeClock(seed=7), FakeClock(seed=8)
    ids = [ulid(clock) for _ in range(100)]
    assert len(set(ids)) == 100
    assert ids[0] == ulid(again) != ulid(other)


def test_system_clock_tells_utc_to_the_millisecond() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


def test_system_entropy_has_the_size_and_differs() -> None:
    clock = SystemClock()
    assert len(clock.entropy(10)) == 10
    assert clock.entropy(16) != clock.entropy(16)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 21, 3, 4, 5, 678_000, tzinfo=UTC), "2026-11-21T03:04:05.678Z"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00.000Z"),
        (datetime(2026, 1, 2, 0, 0, 0, 999_999, tzinfo=UTC), "2026-01-02T00:00:00.999Z"),
    ],
)
def test_iso(moment: datetime, text: str) -> None:
    assert iso(moment) == text


@given(first=MOMENTS, second=MOMENTS)
def test_iso_sorts_by_time(first: datetime, second: datetime) -> None:
    assert (iso(first) < iso(second)) is (first < second)


@given(MOMENTS)
def test_iso_can_be_read_back(moment: datetime) -> None:
    assert datetime.fromisoformat(iso(moment)) == moment


def test_iso_is_in_utc_wherever_the_moment_was_told() -> None:
    assert iso(START.astimezone(timezone(timedelta(hours=5)))) == iso(START)


def test_epochs() -> None:
    moment = datetime(1970, 1, 1, 0, 0, 2, 345_000, tzinfo=UTC)
    assert epoch_ms(moment) == 2345
    assert epoch_seconds(moment) == 2


def test_first_id_of_a_moment_sorts_before_all_of_it(clock: FakeClock) -> None:
    first = first_ulid(clock.now())
    made = ulid(clock)
    assert first < made
    assert moment_of(first) == moment_of(made) == clock.now()
