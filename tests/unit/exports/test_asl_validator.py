from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tradewind_tools.exports.asl_validator import PINNED, SKIPPED, judge_machines, write_definitions


def test_definition_of_the_checkout_is_written_with_the_arns_of_its_functions(tmp_path: Path) -> None:
    [path] = write_definitions("prod", tmp_path)
    text = path.read_text()
    assert "${" not in text
    assert "function:CheckoutProcessPayment" in text
    assert json.loads(text)["StartAt"]


def test_missing_node_is_said_and_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert judge_machines(["prod"], tmp_path) == 0
    assert capsys.readouterr().out.strip() == SKIPPED


def test_every_package_is_pinned_with_its_hash() -> None:
    packages = json.loads((PINNED / "package-lock.json").read_text())["packages"]
    assert {"version", "integrity"} <= set.intersection(*(set(each) for name, each in packages.items() if name))
    assert packages["node_modules/asl-validator"]["version"] == "4.0.0"


def test_failed_installation_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/bin/false")
    assert judge_machines(["prod"], tmp_path) == 1
