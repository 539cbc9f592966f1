from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from tradewind_tools.exports import openapi
from tradewind_tools.exports.cli import export_app

RUNNER = CliRunner()


def test_openapi_is_printed() -> None:
    assert json.loads(RUNNER.invoke(export_app, ["openapi"]).stdout) == openapi.document()


def test_a_template_goes_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    arguments = ["cloudformation", "--stage", "dev", "--bucket", "b", "--key", "k", "--output", str(file)]
    assert RUNNER.invoke(export_app, arguments).exit_code == 0
    made = json.loads(file.read_text())
    assert made["Resources"]["ProductGetFunction"]["Properties"]["Code"] == {"S3Bucket": "b", "S3Key": "k"}
