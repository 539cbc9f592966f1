"""The templates, read by AWS's own linter, which knows what each resource may say. It takes its time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
from cfnlint import ManualArgs, lint  # type: ignore[import-untyped]
from cfnlint.api import lint_file  # type: ignore[import-untyped]
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]

from tradewind_tools.blueprint.functions import FUNCTIONS
from tradewind_tools.blueprint.model import Function, Route
from tradewind_tools.exports import sam
from tradewind_tools.exports.artifacts import Artifacts
from tradewind_tools.exports.cloudformation import stacks
from tradewind_tools.exports.cloudformation import template as cloudformation

Template = dict[str, Any]
WRITTEN_FOR_PACKAGE = "W3002"
"""The root names files: `aws cloudformation package` uploads them."""
CODE = cloudformation.Code("code-bucket", "functions/1.zip")
WITH_ROUTE = {"auth-logout", "product-list", "product-get", "stock-set", "cart-clear"}
"""One for each shape of method."""


def violations(template: Template) -> list[str]:
    return [str(match) for match in lint(json.dumps(template), config=ManualArgs(regions=["eu-central-1"]))]


def is_linted(function: Function) -> bool:
    """Every function that no request calls, and a few of those with a route: all take a minute, and are made alike."""
    return function.name in WITH_ROUTE or not isinstance(function.trigger, Route)


def kinds(template: Template) -> set[str]:
    return {resource["Type"] for resource in template["Resources"].values()}


def included() -> list[Function]:
    return [each for each in FUNCTIONS if is_linted(each)]


def test_cfn_lint_finds_nothing_in_the_template_of_the_local_cloud() -> None:
    linted = cloudformation.template("local", CODE, included())
    assert kinds(linted) == kinds(cloudformation.template("local", CODE))
    assert violations(linted) == []


def test_cfn_lint_finds_nothing_in_the_root_and_the_nested_stacks(tmp_path: Path) -> None:
    """The root as a file, beside which cfn-lint looks for the nested templates and compares their parameters."""
    root = stacks.write(stacks.stacks("prod", CODE, included()), tmp_path)
    found = [root, *(tmp_path / stacks.FOLDER).iterdir()]
    config = ManualArgs(regions=["eu-central-1"], ignore_checks=[WRITTEN_FOR_PACKAGE])
    assert [str(match) for path in found for match in lint_file(path, config)] == []


def test_cfn_lint_finds_nothing_in_sams_template_and_what_sam_makes_of_it() -> None:
    template = sam.template("prod", Artifacts("s3://code-bucket/functions/1.zip"))
    assert violations(template) == []
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="eu-central-1"))
    assert violations(translator.translate(template, dict.fromkeys(template["Parameters"], "given"))) == []
