from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

from rich.console import Console

from tradewind_tools.data.catalogue import Catalogue
from tradewind_tools.data.import_report import ImportReport
from tradewind_tools.data.importing import ImportResult
from tradewind_tools.data.product_import import ImportOutcome
from tradewind_tools.data.remarks import Remark, UnreadColumn


def report(refused: int) -> ImportReport:
    remarks = [
        Remark("folder/f.csv", line, "no price" if line % 2 else "no title", f"cup-{line}") for line in range(refused)
    ]
    result = ImportResult(
        Catalogue(refused=remarks, notes=[Remark("folder/f.csv", 99, "negative quantity", "-3")], rows_read=1234),
        outcomes=Counter({ImportOutcome.CREATED: 30, ImportOutcome.UNCHANGED: 10}),
        elapsed_seconds=2.0,
        complete=True,
    )
    return ImportReport.of([Path("folder/f.csv")], result)


def shown(report: ImportReport) -> str:
    output = io.StringIO()
    report.show(Console(file=output, width=100))
    return output.getvalue()


def test_few_refusals_are_shown_one_by_one() -> None:
    text = shown(report(refused=3))
    assert "1,234" in text
    assert [line in text for line in ("f.csv:0", "f.csv:1", "f.csv:2", "f.csv:99")] == [True] * 4
    assert "2.0 s, 20 products/s" in text


def test_many_refusals_are_grouped_by_reason_with_an_example() -> None:
    text = shown(report(refused=41))
    assert "no title" in text
    assert "21" in text
    assert "f.csv:0  cup-0" in text
    assert "f.csv:2" not in text


def test_the_json_has_every_refusal(tmp_path: Path) -> None:
    report(refused=41).write(tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text())
    assert len(written["refused"]) == 41
    assert written["refused"][3] == {"file": "folder/f.csv", "line": 3, "reason": "no price", "detail": "cup-3"}
    assert (written["created"], written["updated"], written["unchanged"]) == (30, 0, 10)
    assert (written["rowsRead"], written["elapsedSeconds"], written["productsPerSecond"]) == (1234, 2.0, 20.0)


def test_columns_that_were_not_read_are_named_with_their_lines(tmp_path: Path) -> None:
    unread = [UnreadColumn("a.csv", "Vendor", 3, "2-4"), UnreadColumn("b.csv", "Vendor", 1, "2")]
    of_both = ImportReport.of([Path("a.csv"), Path("b.csv")], ImportResult(Catalogue(unread=unread)))
    assert "Columns not read, and their filled cells: Vendor (4)" in shown(of_both)
    of_both.write(tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text())
    assert written["unread"][0] == {"file": "a.csv", "column": "Vendor", "cells": 3, "lines": "2-4"}


def test_what_files_say_is_shown_as_it_is() -> None:
    result = ImportResult(Catalogue(refused=[Remark("f.csv", 2, "no price", "[red]cup[/] ['x']")]))
    assert "[red]cup[/] ['x']" in shown(ImportReport.of([Path("f.csv")], result))
