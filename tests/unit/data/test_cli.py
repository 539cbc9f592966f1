from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.unit.data.fake_shop import ADMIN, FakeShop

from tradewind_tools import cli
from tradewind_tools.data.importing import Importer
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
    assert "products: 6 of 6" in result.stderr
    written = json.loads((tmp_path / "report.json").read_text())
    assert (written["created"], len(written["refused"])) == (6, 8)


def test_importing_twice_changes_nothing(run: Run, tmp_path: Path) -> None:
    run("import", "shopify", OLDER)
    run("import", "shopify", OLDER, OLDER, "--report", tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text())
    assert (written["created"], written["updated"], written["unchanged"]) == (0, 0, 6)


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


def test_a_bad_file_stops_before_anything_is_changed(fake: FakeShop, run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text('Handle,Title,Variant Price\ncup,Cup,3\nmug,"Mug,3\n')
    result = run("import", "shopify", OLDER, bad)
    assert result.exit_code == 1
    assert "line 3 is not valid CSV" in result.stderr
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
    monkeypatch.setattr(Importer, "_bring", _interrupted)
    result = run("import", "shopify", OLDER)
    assert result.exit_code == 130
    assert "stopped after 0 of 6 products; run it again to go on" in result.stderr


def test_ctrl_c_in_a_replay_tells_what_was_done(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", "online-retail", TWO_DAYS)
    monkeypatch.setattr(Replay, "follow_orders", _interrupted)
    result = run("replay", "online-retail", TWO_DAYS)
    assert result.exit_code == 130
    assert "stopped with 5 of 5 invoices placed (5 of them now); run it again to go on" in result.stderr


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt
