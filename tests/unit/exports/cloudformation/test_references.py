from __future__ import annotations

import pytest

from tradewind_tools.exports.cloudformation.names import Value
from tradewind_tools.exports.cloudformation.references import find_conditions, find_references, rewrite_references

RENAMED = {
    ("Table", ""): "shop",
    ("Table", "Arn"): "arn:${AWS::Partition}:shop",
    ("Api", ""): "${ApiStack.Outputs.Api}",
}


def rewrite(logical: str, attribute: str) -> str | None:
    return RENAMED.get((logical, attribute))


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ({"Ref": "Table"}, "shop"),
        ({"Ref": "Other"}, {"Ref": "Other"}),
        ({"Fn::GetAtt": ["Table", "Arn"]}, {"Fn::Sub": "arn:${AWS::Partition}:shop"}),
        ({"Ref": "Api"}, {"Fn::GetAtt": ["ApiStack", "Outputs.Api"]}),
        ({"Fn::Sub": "${Table.Arn}/index/${Other}"}, {"Fn::Sub": "arn:${AWS::Partition}:shop/index/${Other}"}),
        ({"a": [{"Ref": "Table"}, "${Table}"]}, {"a": ["shop", "${Table}"]}),
    ],
)
def test_references_are_rewritten_wherever_they_stand(part: Value, wanted: Value) -> None:
    assert rewrite_references(part, rewrite) == wanted


def test_references_are_found_with_their_attributes() -> None:
    part = [{"Ref": "A"}, {"b": {"Fn::GetAtt": ["B", "Arn"]}}, {"Fn::Sub": "${C.Arn} ${AWS::Region} ${D}"}]
    assert list(find_references(part)) == [("A", ""), ("B", "Arn"), ("C", "Arn"), ("D", "")]


def test_conditions_are_found_at_resources_and_inside_of_them() -> None:
    part = {"A": {"Condition": "First"}, "B": {"x": {"Fn::If": ["Second", 1, {"Fn::If": ["Third", 1, 2]}]}}}
    assert sorted(find_conditions(part)) == ["First", "Second", "Third"]


def test_condition_of_a_policy_is_none_of_the_template() -> None:
    assert list(find_conditions({"Statement": [{"Condition": {"StringEquals": {}}}]})) == []
