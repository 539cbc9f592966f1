from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from typer.testing import CliRunner, Result

from tradewind_tools.data.errors import ShopRefusedError
from tradewind_tools.errors import Refusal
from tradewind_tools.operations import analytics_cli as cli
from tradewind_tools.operations.figures_check import Count, DayComparison

DAY = date(2026, 11, 21)
BUSY = Count(1_234, Decimal("385266.47"), 56)


@contextmanager
def open_no_shop(*_login: object) -> Iterator[None]:
    yield


def verify(monkeypatch: pytest.MonkeyPatch, compared: Sequence[DayComparison] | Exception, *options: str) -> Result:
    def verify_nothing(*_period: object) -> Sequence[DayComparison]:
        if isinstance(compared, Exception):
            raise compared
        return compared

    monkeypatch.setattr(cli, "open_shop", open_no_shop)
    monkeypatch.setattr(cli, "verify", verify_nothing)
    return CliRunner(env={"COLUMNS": "80"}).invoke(cli.analytics_app, ["verify", *options])


def test_days_that_agree_are_not_cut_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    done = verify(monkeypatch, [DayComparison(DAY, "GBP", BUSY, BUSY)])
    assert done.exit_code == 0
    line = next(line for line in done.output.splitlines() if line.startswith("2026-11-21"))
    assert line.split() == ["2026-11-21", "GBP", "1,234", "1,234", "385,266.47", "385,266.47", "56", "56", "agrees"]


def test_day_that_differs_is_an_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    done = verify(monkeypatch, [DayComparison(DAY, "GBP", BUSY, BUSY._replace(orders=1))])
    assert done.exit_code == 1
    assert "differs" in done.output


def test_period_that_ends_before_it_begins_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    done = verify(monkeypatch, [], "--from", "2026-12-01", "--to", "2026-11-01")
    assert done.exit_code == 2
    assert "--from" in done.output


def test_refusal_of_the_shop_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    done = verify(monkeypatch, ShopRefusedError(422, "InvalidPeriod", "The period is longer than 366 days."))
    assert isinstance(done.exception, Refusal)
    assert "longer than 366 days" in str(done.exception)
