from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import typer

from tradewind_tools.options import parse_moment, parse_pattern


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-30", datetime(2026, 11, 30, tzinfo=UTC)),
        ("2026-11-30T08:17", datetime(2026, 11, 30, 8, 17, tzinfo=UTC)),
        ("2026-11-30T08:17:41.838Z", datetime(2026, 11, 30, 8, 17, 41, 838_000, UTC)),
        ("2026-11-30T10:17+02:00", datetime(2026, 11, 30, 8, 17, tzinfo=UTC)),
    ],
)
def test_time_is_utc_unless_it_says_otherwise(text: str, moment: datetime) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("30s", timedelta(seconds=30)),
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("0s", timedelta()),
    ],
)
def test_time_may_be_counted_back(text: str, ago: timedelta) -> None:
    before = datetime.now(UTC)
    assert before - ago <= parse_moment(text) <= datetime.now(UTC) - ago


@pytest.mark.parametrize("text", ["", "10", "m", "-5m", "10 m", "1w", "yesterday", "2026-13-01", "999999999d"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no time: say 30s, 10m, 2h, 1d or 2026-11-30T08:17"):
        parse_moment(text)


def test_pattern_matches_in_any_case() -> None:
    assert parse_pattern("out.?of").search("409 OutOfStock")


def test_what_is_no_pattern_is_told() -> None:
    with pytest.raises(typer.BadParameter, match="is no regular expression: missing"):
        parse_pattern("(")
