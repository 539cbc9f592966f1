"""An index that is kept in order answers as MiniStack does that sorts it, and looks at one page alone."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from tradewind_tools.ministack.adjustments.queries import keep_indexes_in_order

PATCHED = ("_query", "_index_members", "_index_item")
KEYS = ("PK", "SK", "GSI2PK", "GSI2SK")


@pytest.fixture
def dynamodb() -> Iterator[ModuleType]:
    """MiniStack's DynamoDB with a table of its own."""
    from ministack.services import dynamodb  # noqa: PLC0415 - reads its settings from the environment when imported

    stock = {name: getattr(dynamodb, name) for name in PATCHED}
    dynamodb._create_table(
        {
            "TableName": "sorted",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in KEYS],
            "KeySchema": schema("PK", "SK"),
            "GlobalSecondaryIndexes": [
                {"IndexName": "GSI2", "KeySchema": schema("GSI2PK", "GSI2SK"), "Projection": {"ProjectionType": "ALL"}}
            ],
        }
    )
    yield dynamodb
    for name, function in stock.items():
        setattr(dynamodb, name, function)
    dynamodb._delete_table({"TableName": "sorted"})


def schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def put(dynamodb: ModuleType, number: int, place: int) -> None:
    item = {"PK": f"P#{number}", "SK": "METADATA", "GSI2PK": f"LIST#{number % 2}", "GSI2SK": f"{place:04}"}
    request = {"TableName": "sorted", "Item": {name: {"S": value} for name, value in item.items()}}
    assert dynamodb._put_item(request)[0] == 200


def ask(dynamodb: ModuleType, condition: str, values: dict[str, str], **options: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    request = {
        "TableName": "sorted",
        "IndexName": "GSI2",
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": {"#n0": "GSI2PK", **({"#n1": "GSI2SK"} if "#n1" in condition else {})},
        "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
        **options,
    }
    status, _, body = dynamodb._query(request)
    assert status == 200, body
    answer: dict[str, Any] = json.loads(body)
    return answer


def every_answer(dynamodb: ModuleType) -> list[dict[str, Any]]:
    """All pages of all forms of queries that the shop's table writes."""
    answers = []
    for condition, values in (
        ("#n0 = :v0", {}),
        ("#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2", {":v1": "0003", ":v2": "0030"}),
        ("#n0 = :v0 AND begins_with(#n1, :v1)", {":v1": "001"}),
    ):
        for forward in (True, False):
            for limit in (1, 7, 100):
                options: dict[str, Any] = {"Limit": limit, "ScanIndexForward": forward}
                while True:
                    answer = ask(dynamodb, condition, {":v0": "LIST#1", **values}, **options)
                    answers.append(answer)
                    if "LastEvaluatedKey" not in answer:
                        break
                    options["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    return answers


def fill(dynamodb: ModuleType) -> None:
    chance = random.Random(5)  # noqa: S311 - the point is that it can be repeated
    for number in range(60):
        put(dynamodb, number, chance.randint(0, 40))
    for number in range(0, 60, 3):
        put(dynamodb, number, chance.randint(0, 40))
    for number in range(5, 60, 10):
        key = {"PK": {"S": f"P#{number}"}, "SK": {"S": "METADATA"}}
        assert dynamodb._delete_item({"TableName": "sorted", "Key": key})[0] == 200


@pytest.mark.parametrize("is_filled_before", [True, False])
def test_pages_are_those_of_ministack(dynamodb: ModuleType, *, is_filled_before: bool) -> None:
    if is_filled_before:
        fill(dynamodb)
        expected = every_answer(dynamodb)
        dynamodb._tables.get("sorted").pop("_index_members")
        keep_indexes_in_order(dynamodb)
        assert every_answer(dynamodb) == expected
        return
    keep_indexes_in_order(dynamodb)
    every_answer(dynamodb)
    fill(dynamodb)
    found = every_answer(dynamodb)
    dynamodb._tables.get("sorted")["_index_members"] = None
    assert every_answer(dynamodb) == found


def test_page_looks_at_no_more_items_than_it_has(dynamodb: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_indexes_in_order(dynamodb)
    for number in range(400):
        put(dynamodb, number, number)
    evaluated = 0
    evaluate = dynamodb._evaluate_condition

    def count(*arguments: Any, **options: Any) -> object:  # noqa: ANN401 - whatever it takes
        nonlocal evaluated
        evaluated += 1
        return evaluate(*arguments, **options)

    monkeypatch.setattr(dynamodb, "_evaluate_condition", count)
    assert len(ask(dynamodb, "#n0 = :v0", {":v0": "LIST#1"}, Limit=20)["Items"]) == 20
    assert evaluated <= 21
