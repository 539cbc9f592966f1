"""Every requirement is answered, by files and tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from tests.source import ROOT

from tradewind_tools.exports.threat_model import Requirement, Status, chapters, count, requirements

API_TOP_10 = {f"API{number}:2023" for number in range(1, 11)}
LEVEL_1 = (
    "1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 "
    "3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 "
    "6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 "
    "10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1"
)
LEVEL_2 = (
    "1.1.1 1.1.2 1.2.6 1.2.7 1.2.8 1.2.9 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11 1.4.1 1.4.2 "
    "1.4.3 1.5.2 2.1.2 2.1.3 2.2.3 2.3.2 2.3.3 2.3.4 2.4.1 3.3.2 3.3.3 3.3.4 3.4.3 3.4.4 3.4.5 3.4.6 3.5.4 "
    "3.5.5 3.7.1 3.7.2 4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2 4.4.3 4.4.4 5.1.1 5.2.3 5.4.1 5.4.2 5.4.3 6.1.2 "
    "6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 "
    "6.8.1 6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 "
    "8.2.3 8.4.1 9.2.2 9.2.3 9.2.4 10.1.1 10.1.2 10.2.1 10.2.2 10.3.1 10.3.2 10.3.3 10.3.4 10.4.6 10.4.7 "
    "10.4.8 10.4.9 10.4.10 10.4.11 10.5.1 10.5.2 10.5.3 10.5.4 10.5.5 10.6.1 10.6.2 10.7.1 10.7.2 10.7.3 "
    "11.1.1 11.1.2 11.2.1 11.2.2 11.2.3 11.3.3 11.4.2 11.4.3 11.4.4 11.5.1 11.6.1 12.1.2 12.1.3 12.3.1 12.3.2 "
    "12.3.3 12.3.4 13.1.1 13.2.1 13.2.2 13.2.3 13.2.4 13.2.5 13.3.1 13.3.2 13.4.2 13.4.3 13.4.4 13.4.5 14.1.1 "
    "14.1.2 14.2.2 14.2.3 14.2.4 14.3.2 14.3.3 15.1.2 15.1.3 15.2.2 15.2.3 15.3.2 15.3.3 15.3.4 15.3.5 15.3.6 "
    "15.3.7 16.1.1 16.2.1 16.2.2 16.2.3 16.2.4 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 "
    "16.5.2 16.5.3 17.1.1 17.2.1 17.2.2 17.2.3 17.2.4 17.3.1 17.3.2"
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
    assert set(ids) == API_TOP_10 | {f"V{number}" for number in (*LEVEL_1.split(), *LEVEL_2.split())}
    assert {each.id for each in requirements() if each.level == 2} == {f"V{number}" for number in LEVEL_2.split()}


def test_page_says_how_many_are_met() -> None:
    listed = [Requirement("V1", "a", status, "b") for status in (Status.MET, Status.OPEN, Status.OPEN)]
    assert count(listed) == "3 requirements: 1 met, 2 open, 0 not applicable."


def test_what_is_open_is_listed_where_people_read_of_security() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    section = page.partition("\n## What is open\n")[2].partition("\n## ")[0]
    listed = set(re.findall(r"\bV[0-9]+\.[0-9]+\.[0-9]+\b", section))
    assert listed == {each.id for each in requirements() if each.status is Status.OPEN}


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
