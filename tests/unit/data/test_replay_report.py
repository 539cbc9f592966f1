from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from tests.unit.data.fake_shop import FakeShop

from tradewind_tools.data.importing import Importer, ImportResult
from tradewind_tools.data.journal import Journal, open_journal
from tradewind_tools.data.online_retail import read_sales
from tradewind_tools.data.online_retail_products import read_products
from tradewind_tools.data.replay import Replay
from tradewind_tools.data.replay_report import ReplayReport
from tradewind_tools.data.shop import ShopClient

TWO_DAYS = Path(__file__).resolve().parents[2] / "fixtures" / "online_retail" / "two_days.csv"


@pytest.fixture
def journal(tmp_path: Path, fake: FakeShop) -> Iterator[Journal]:
    with open_journal(tmp_path, fake.url) as journal:
        yield journal


@pytest.fixture
def replay(shop: ShopClient, journal: Journal) -> Replay:
    Importer(shop).bring_in(ImportResult(read_products([TWO_DAYS])), lambda: None)
    return Replay(shop, read_sales([TWO_DAYS]), journal, workers=1, stall_seconds=0, sleep=lambda _: None)


def show_report(replay: Replay) -> tuple[ReplayReport, str]:
    report = ReplayReport.of([TWO_DAYS], replay, replay.run())
    output = io.StringIO()
    report.show(Console(file=output, width=120))
    return report, output.getvalue()


def test_a_replay_that_adds_up_says_so(replay: Replay) -> None:
    _, text = show_report(replay)
    assert "Reconciled." in text
    assert text.count("99.31 GBP") == 3
    assert "0.00 GBP" in text
    assert "refused: zero price" in text
    assert "5 orders placed in" in text


def test_a_replay_that_does_not_add_up_says_what(fake: FakeShop, replay: Replay) -> None:
    fake.catalogue.change_stock("85123A", available=3 - fake.stock["85123A"]["available"])
    fake.cancels = lambda order: order["reference"] == "invoice 536366"
    _, text = show_report(replay)
    assert "Does not reconcile." in text
    assert "refused by the shop: OutOfStock: not enough [85123A is out]" in text
    assert "cancelled: CardDeclined" in text
    assert "import these files with --set-stock" in text


def test_differences_of_money_and_stock_are_shown(fake: FakeShop, replay: Replay) -> None:
    replay.run()
    next(iter(fake.orders.values()))["total"] += 1
    fake.catalogue.change_stock("22633", sold=1)
    report, text = show_report(replay)
    assert "24.90 GBP / 25.90 GBP" in text
    assert "22633" in text
    assert not report.reconciliation.reconciles


def test_the_json_has_every_invoice_and_every_refused_row(replay: Replay, tmp_path: Path) -> None:
    report, _ = show_report(replay)
    report.write(tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text())
    assert len(written["orders"]) == 5
    assert len(written["refused"]) == 16
    assert written["reconciliation"]["money"] == {
        "acceptedMinor": 9931,
        "confirmedRowsMinor": 9931,
        "confirmedOrdersMinor": 9931,
    }
    assert written["ordersPlacedPerMinute"] > 0
