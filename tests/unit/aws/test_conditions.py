from __future__ import annotations

import pytest

from tradewind.aws.conditions import (
    Absent,
    AnyOf,
    AtLeast,
    AtMost,
    Condition,
    Equals,
    Expression,
    OneOf,
    Present,
)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Absent(), "attribute_not_exists(#0)"),
        (Present("a"), "attribute_exists(#0)"),
        (Equals("a", 1), "#0 = :0"),
        (AtLeast("a", 1), "#0 >= :0"),
        (AtMost("a", 1), "#0 <= :0"),
        (OneOf("a", (1, 2)), "#0 IN (:0, :1)"),
        (AnyOf((Absent(), Equals("a", 1))), "(attribute_not_exists(#0) OR #1 = :0)"),
    ],
    ids=str,
)
def test_condition_as_dynamodb_reads_it(condition: Condition, text: str) -> None:
    assert Expression().condition(condition) == text


def test_names_and_values_never_stand_in_the_text() -> None:
    expression = Expression()
    text = expression.all_of((Equals("size", "OR 1 = 1"), AtLeast("a.b", 2)))
    assert text == "#0 = :0 AND #1 >= :1"
    assert expression.names == {"#0": "size", "#1": "a.b"}
    assert expression.values == {":0": "OR 1 = 1", ":1": 2}


def test_one_name_has_one_token_and_each_value_its_own() -> None:
    expression = Expression()
    assert expression.all_of((AtLeast("a", 1), AtMost("a", 1))) == "#0 >= :0 AND #0 <= :1"
    assert expression.names == {"#0": "a"}


def test_no_conditions_are_no_text() -> None:
    assert Expression().all_of(()) == ""
