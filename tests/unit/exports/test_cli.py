from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tradewind_tools.exports import openapi
from tradewind_tools.exports.cli import export_app
from tradewind_tools.exports.errors import NotPackaged

RUNNER = CliRunner()


def test_openapi_is_printed() -> None:
    assert json.loads(RUNNER.invoke(export_app, ["openapi"]).stdout) == openapi.document()


def test_template_is_written_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    arguments = ["cloudformation", "--stage", "dev", "--bucket", "b", "--key", "k", "--output", str(file)]
    assert RUNNER.invoke(export_app, arguments).exit_code == 0
    made = json.loads(file.read_text())
    assert made["Resources"]["ProductGetFunction"]["Properties"]["Code"] == {"S3Bucket": "b", "S3Key": "k"}


@pytest.mark.parametrize(("dialect", "functions"), [("sam", "Resources"), ("serverless", "functions")])
def test_sam_and_serverless_are_printed_as_yaml(dialect: str, functions: str) -> None:
    printed = RUNNER.invoke(export_app, [dialect, "--stage", "dev", "--code", "s3://b/k.zip"]).stdout
    assert yaml.load(printed, Loader=yaml.CSafeLoader)[functions]


def test_package_that_was_not_built_is_an_error_that_names_the_command(tmp_path: Path) -> None:
    answer = RUNNER.invoke(export_app, ["sam", "--stage", "dev", "--package", str(tmp_path)])
    assert isinstance(answer.exception, NotPackaged)
