"""Every requirement is answered, by files and tests that exist."""

from __future__ import annotations

import ast
from functools import cache

import pytest
from tests.source import ROOT

from tradewind_tools.exports.threat_model import Requirement, Status, chapters, requirements

API_TOP_10 = {f"API{number}:2023" for number in range(1, 11)}
LEVEL_1 = (
    "1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 "
    "3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 "
    "6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 "
    "10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1"
)
"""https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/docs_en/OWASP_Application_Security_Verification_Standard_5.0.0_en.csv"""
every_requirement = pytest.mark.parametrize("requirement", requirements(), ids=lambda each: each.id)


@cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_both_standards_are_answered_whole() -> None:
    ids = [each.id for listed in chapters().values() for each in listed]
    assert len(ids) == len(set(ids)) == len(requirements())
    assert set(ids) == API_TOP_10 | {f"V{number}" for number in LEVEL_1.split()}


@every_requirement
def test_answer_says_how_or_why_not(requirement: Requirement) -> None:
    assert requirement.about
    assert requirement.note
    is_met = requirement.status is Status.MET
    assert bool(requirement.code and requirement.tests) or not is_met, "what is met has code, and a test that shows it"


@every_requirement
def test_files_and_tests_that_are_named_exist(requirement: Requirement) -> None:
    assert [path for path in requirement.code if not (ROOT / path).is_file()] == []
    for node_id in requirement.tests:
        path, _, name = node_id.partition("::")
        assert (ROOT / path).is_file(), path
        assert name in functions_of(path), node_id
