from __future__ import annotations

from typing import Any

from tradewind_tools.localcloud.redeploy import compare_templates


def template(**resources: object) -> dict[str, Any]:
    return {"Resources": {name: {"Type": "A", "Properties": value} for name, value in resources.items()}}


def test_equal_templates_have_no_differences() -> None:
    assert not any(compare_templates(template(a={"Size": 1}), template(a={"Size": 1})))


def test_address_of_the_code_is_no_difference() -> None:
    before, after = template(f={"Code": {"S3Key": "1"}, "Size": 1}), template(f={"Code": {"S3Key": "2"}, "Size": 1})
    assert not any(compare_templates(before, after))


def test_new_changed_and_removed_resources_are_counted() -> None:
    before = template(same={}, grown={"Size": 1}, gone={}, also_gone={})
    differences = compare_templates(before, template(same={}, grown={"Size": 2}, made={}))
    assert differences == (["made"], ["grown"], ["also_gone", "gone"])
    assert str(differences) == "1 new, 1 changed, 2 removed"


def test_what_did_not_happen_is_not_told() -> None:
    assert str(compare_templates(template(), template(made={}))) == "1 new"
