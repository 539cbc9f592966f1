"""The state machines before asl-validator, which knows the language and not us."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tradewind_tools.exports.asl_validator import judge_machines, write_definitions


def test_outside_judge_accepts_the_state_machines_and_refuses_a_broken_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed here")
    assert judge_machines(["dev", "prod"], tmp_path) == 0
    [path] = write_definitions("prod", tmp_path)
    definition = json.loads(path.read_text())
    definition["StartAt"] = "Nowhere"
    path.write_text(json.dumps(definition))
    monkeypatch.setattr("tradewind_tools.exports.asl_validator.write_definitions", lambda *_: [path])
    assert judge_machines(["prod"], tmp_path) == 1
