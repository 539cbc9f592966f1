from __future__ import annotations

import pytest

from tradewind_tools.exports.cloudformation.names import Value
from tradewind_tools.exports.rename_references import rename_references

NAMES = {"Api": "ApiGatewayRestApi", "JobRule": "JobFunctionJobRule"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Ref": "Api"}, {"Ref": "ApiGatewayRestApi"}),
        ({"Ref": "Table"}, {"Ref": "Table"}),
        ({"Fn::GetAtt": ["JobRule", "Arn"]}, {"Fn::GetAtt": ["JobFunctionJobRule", "Arn"]}),
        ({"Fn::Sub": "${Api}/${Api.Arn}"}, {"Fn::Sub": "${ApiGatewayRestApi}/${ApiGatewayRestApi.Arn}"}),
        ({"Fn::Sub": "${ApiKey} ${AWS::Region}"}, {"Fn::Sub": "${ApiKey} ${AWS::Region}"}),
        ({"Fn::Sub": ["${Api}", {"Api": 1}]}, {"Fn::Sub": ["${Api}", {"Api": 1}]}),
        ([{"Deep": [{"Ref": "Api"}]}], [{"Deep": [{"Ref": "ApiGatewayRestApi"}]}]),
        ({"Name": "Api"}, {"Name": "Api"}),
    ],
)
def test_only_references_are_renamed(before: Value, after: Value) -> None:
    assert rename_references(before, NAMES) == after
