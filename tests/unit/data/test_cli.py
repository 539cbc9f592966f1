from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.unit.data.fake_shop import ADMIN, FakeShop

from tradewind_tools import cli
from tradewind_tools.data.product_import import ProductImport
from tradewind_tools.data.replay import Replay

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
OLDER = FIXTURES / "shopify" / "older.csv"
TWO_DAYS = FIXTURES / "online_retail" / "two_days.csv"


class Ended(NamedTuple):
    exit_code: object
    stdout: str
    stderr: str


Run = Callable[..., Ended]


@pytest.fixture
def run(fake: FakeShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command of `./dev` against the fake shop, as its administrator."""
    for name, value in {"URL": fake.url, "STATE": str(tmp_path / "state"), "EMAIL": ADMIN["email"]}.items():
        monkeypatch.setenv(f"TRADEWIND_{name}", value)
    monkeypatch.setenv("TRADEWIND_PASSWORD", ADMIN["password"])
    monkeypatch.setenv("COLUMNS", "160")

    def typed(*words: object) -> Ended:
        with pytest.raises(SystemExit) as end:
            cli.main([str(word) for word in words])
        return Ended(end.value.code, *capsys.readouterr())

    return typed


def test_a_shopify_export_is_imported_and_reported(fake: FakeShop, run: Run, tmp_path: Path) -> None:
    result = run("import", "shopify", OLDER, "--currency", "eur", "--report", tmp_path / "report.json")
    assert result.exit_code == 0
    assert fake.products["harbour-mug"]["currency"] == "EUR"
    assert "unreadable price" in result.stdout
    assert "products: 4 of 4" in result.stderr
    assert f"the whole report, line by line: {tmp_path / 'report.json'}" in result.stderr
    written = json.loads((tmp_path / "report.json").read_text())
    assert (written["created"], written["variants"], len(written["refused"])) == (4, 5, 9)


def test_importing_twice_changes_nothing(run: Run, tmp_path: Path) -> None:
    run("import", "shopify", OLDER)
    run("import", "shopify", OLDER, OLDER, "--report", tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text())
    assert (written["created"], written["updated"], written["unchanged"]) == (0, 0, 4)


def test_what_was_exported_imports_back(run: Run, tmp_path: Path) -> None:
    run("import", "shopify", OLDER)
    result = run("download", tmp_path / "shop.csv")
    assert result.exit_code == 0
    assert f"wrote 3 products with 4 variants into {tmp_path / 'shop.csv'}" in result.stderr
    run("import", "shopify", tmp_path / "shop.csv", "--report", tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text())
    assert (written["unchanged"], written["updated"], written["refused"], written["notes"]) == (3, 0, [], [])


def test_online_retail_is_imported_replayed_and_reconciled(fake: FakeShop, run: Run, tmp_path: Path) -> None:
    assert run("import", "online-retail", TWO_DAYS).exit_code == 0
    result = run("replay", "online-retail", TWO_DAYS, "--report", tmp_path / "report.json")
    assert result.exit_code == 0
    assert "Reconciled." in result.stdout
    assert len(fake.orders) == 5
    assert json.loads((tmp_path / "report.json").read_text())["reconciliation"]["reconciles"]
    assert [file.parent.name for file in (tmp_path / "state").rglob("*.jsonl")] == ["replay"]


def test_stock_may_be_given_and_set(fake: FakeShop, run: Run) -> None:
    run("import", "online-retail", TWO_DAYS, "--stock", "3")
    assert fake.stock["22633"]["available"] == 3
    run("import", "online-retail", TWO_DAYS)
    assert fake.stock["22633"]["available"] == 3
    run("import", "online-retail", TWO_DAYS, "--set-stock")
    assert fake.stock["22633"]["available"] == 32


def test_a_replay_that_does_not_reconcile_fails(run: Run) -> None:
    run("import", "online-retail", TWO_DAYS, "--stock", "3")
    result = run("replay", "online-retail", TWO_DAYS)
    assert result.exit_code == 1
    assert "Does not reconcile." in result.stdout
    assert "OutOfStock" in result.stdout


def test_a_catalogue_of_which_nothing_could_be_taken_fails(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Handle,Title,Variant Price\ncup,Cup,free\n")
    assert run("import", "shopify", path).exit_code == 1


@pytest.mark.parametrize("command", [("import", "shopify"), ("import", "online-retail"), ("replay", "online-retail")])
def test_a_file_that_is_no_such_export_gives_one_line(run: Run, tmp_path: Path, command: tuple[str, str]) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    for path, said in ((tmp_path / "absent.csv", "there is no such file"), (tmp_path / "other.csv", "no column")):
        result = run(*command, path)
        assert result.exit_code == 1
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert result.stdout == ""


def test_an_import_of_which_nothing_is_on_sale_fails_and_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Handle,Title,Variant Price,Status\ncup,Cup,3,draft\nmug,Mug,0,active\n")
    result = run("import", "shopify", path)
    assert result.exit_code == 1
    assert "nothing is on sale" in result.stderr


def test_a_replay_of_which_nothing_was_placed_fails_and_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "returns.csv"
    path.write_text(
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "C1,22633,WARMER,-1,2010-12-01 08:26:00,1.85,,EIRE\n"
    )
    result = run("replay", "online-retail", path)
    assert result.exit_code == 1
    assert "Nothing was placed" in result.stdout
    assert "Reconciled" not in result.stdout


def test_prices_are_in_the_shops_own_currency_unless_another_is_said(fake: FakeShop, run: Run) -> None:
    fake.currency = "GBP"
    assert run("import", "shopify", OLDER).exit_code == 0
    assert {product["currency"] for product in fake.products.values()} == {"GBP"}
    fake.currency = ""
    assert "does not say which currency is its own; say --currency" in run("import", "shopify", OLDER).stderr
    assert "'dollars' is no currency in use" in run("import", "shopify", OLDER, "--currency", "dollars").stderr


def test_the_whole_report_is_written_into_the_state_folder_unless_said_otherwise(run: Run, tmp_path: Path) -> None:
    run("import", "shopify", OLDER)
    written = json.loads((tmp_path / "state" / "reports" / "import.json").read_text())
    assert {"file": str(OLDER), "line": 8, "reason": "no price", "detail": "deck-shirt / Medium / Navy / White"} in (
        written["refused"]
    )
    assert written["unread"][0]["column"] == "Google Shopping / Google Product Category"


def test_what_a_file_leaves_open_is_said_by_options(fake: FakeShop, run: Run, tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text('Handle,Title,Variant Price,Variant Inventory Tracker\ncup,Cup,"1,299",shopify\n')
    assert "say --stock N" in run("import", "shopify", export, "--decimal", "comma").stderr
    assert run("import", "shopify", export, "--decimal", "comma", "--currency", "KWD", "--stock", 4).exit_code == 0
    assert (fake.products["cup"]["price"], fake.stock["cup"]["available"]) == (Decimal("1.299"), 4)
    invoices = tmp_path / "invoices.csv"
    invoices.write_text(TWO_DAYS.read_text().replace("2010-12-01", "01.12.2010"))
    assert "say --dates day-first" in run("import", "online-retail", invoices).stderr
    assert run("import", "online-retail", invoices, "--dates", "day-first").exit_code == 0
    assert run("replay", "online-retail", invoices, "--dates", "day-first").exit_code == 0


def test_a_bad_file_stops_before_anything_is_changed(fake: FakeShop, run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text('Handle,Title,Variant Price\ncup,Cup,"1,299"\n')
    result = run("import", "shopify", OLDER, bad)
    assert result.exit_code == 1
    assert "say --decimal point or --decimal comma" in result.stderr
    assert fake.products == {}


def test_a_login_that_is_refused_gives_one_line(run: Run) -> None:
    result = run("import", "shopify", OLDER, "--password", "wrong")
    assert result.exit_code == 1
    assert "does not accept this e-mail and password" in result.stderr


def test_a_shop_that_is_not_there_gives_one_line(run: Run) -> None:
    result = run("import", "shopify", OLDER, "--url", "http://127.0.0.1:9")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "does not answer" in result.stderr


def test_ctrl_c_in_an_import_tells_what_was_done(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProductImport, "run", _interrupted)
    result = run("import", "shopify", OLDER)
    assert result.exit_code == 130
    assert "stopped after 0 of 4 products; run it again to go on" in result.stderr


def test_ctrl_c_in_a_replay_tells_what_was_done(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", "online-retail", TWO_DAYS)
    monkeypatch.setattr(Replay, "follow_orders", _interrupted)
    result = run("replay", "online-retail", TWO_DAYS)
    assert result.exit_code == 130
    assert "stopped with 5 of 5 invoices placed (5 of them now); run it again to go on" in result.stderr


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt
