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


def test_templates_are_written_to_a_folder_without_what_an_export_left_there(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    left = folder / "stacks" / "fashion-service.json"
    left.parent.mkdir(parents=True)
    left.touch()
    arguments = ["cloudformation", "--stage", "dev", "--bucket", "b", "--key", "k", "--output", str(folder)]
    assert RUNNER.invoke(export_app, arguments).exit_code == 0
    root = json.loads((folder / "template.json").read_text())
    named = {folder / made["Properties"]["TemplateURL"] for made in root["Resources"].values()}
    assert named == set((folder / "stacks").iterdir())
    catalog = json.loads((folder / "stacks" / "catalog-service.json").read_text())
    assert catalog["Resources"]["ProductGetFunction"]["Properties"]["Code"] == {"S3Bucket": "b", "S3Key": "k"}


@pytest.mark.parametrize(("dialect", "functions"), [("sam", "Resources"), ("serverless", "functions")])
def test_sam_and_serverless_are_printed_as_yaml(dialect: str, functions: str) -> None:
    printed = RUNNER.invoke(export_app, [dialect, "--stage", "dev", "--code", "s3://b/k.zip"]).stdout
    assert yaml.load(printed, Loader=yaml.CSafeLoader)[functions]


def test_package_that_was_not_built_is_an_error_that_names_the_command(tmp_path: Path) -> None:
    answer = RUNNER.invoke(export_app, ["sam", "--stage", "dev", "--package", str(tmp_path)])
    assert isinstance(answer.exception, NotPackaged)
