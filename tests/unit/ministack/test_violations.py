from __future__ import annotations

from typing import Any

import pytest

from tradewind_tools.ministack.adjustments.api import fill_validation_error
from tradewind_tools.ministack.violations import violations

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name", "email"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 4},
        "email": {"type": "string", "pattern": "@"},
        "role": {"enum": ["customer", "admin"]},
        "age": {"type": "integer", "minimum": 18, "maximum": 99},
        "items": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "object", "required": ["id"]}},
    },
}
WRONG_TYPE = (
    'instance value at "/name": instance type (integer) does not match any allowed primitive type (allowed: ["string"])'
)
NOT_IN_ENUM = (
    'instance value at "/role": instance value ("root") not found in enum (possible values: ["customer","admin"])'
)
VALID = {"name": "Ann", "email": "a@b"}


def test_valid_document_violates_nothing() -> None:
    assert violations(SCHEMA, VALID) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "A"}, 'instance value at "/name": string "A" is too short (length: 1, required minimum: 2)'),
        ({"name": "Annie"}, 'instance value at "/name": string "Annie" is too long (length: 5, maximum allowed: 4)'),
        ({"email": "ab"}, 'instance value at "/email": ECMA 262 regex "@" does not match input string "ab"'),
        ({"name": 5}, WRONG_TYPE),
        ({"role": "root"}, NOT_IN_ENUM),
        (
            {"age": 17},
            'instance value at "/age": numeric instance is lower than the required minimum (minimum: 18, found: 17)',
        ),
        (
            {"age": 100},
            'instance value at "/age": numeric instance is greater than the required maximum (maximum: 99, found: 100)',
        ),
        (
            {"items": []},
            'instance value at "/items": array is too short: must have at least 1 elements but instance has 0 elements',
        ),
        (
            {"items": [{"id": 1}] * 3},
            'instance value at "/items": array is too long: must have at most 2 elements but instance has 3 elements',
        ),
        ({"items": [{}]}, 'instance value at "/items/0": object has missing required properties (["id"])'),
        ({"more": 1}, 'object instance has properties which are not allowed by the schema: ["more"]'),
    ],
)
def test_violation_is_told_as_api_gateway_does(change: dict[str, Any], told: str) -> None:
    assert violations(SCHEMA, VALID | change) == [told]


def test_all_missing_properties_are_told_at_once() -> None:
    assert violations(SCHEMA, {}) == ['object has missing required properties (["email","name"])']


def test_null_is_named() -> None:
    [told] = violations({"type": "object"}, None)
    assert told.startswith("instance type (null)")


def test_violations_are_told_in_reading_order() -> None:
    told = violations(SCHEMA, {"name": "A", "email": "ab"})
    assert ["/email" in told[0], "/name" in told[1]] == [True, True]


def test_text_keeps_the_template_valid_json() -> None:
    body = b'{"details": "$context.error.validationErrorString", "id": "1"}'
    assert fill_validation_error(body, ['missing (["a"])', "back\\slash"]) == (
        b'{"details": "[missing ([\\"a\\"]), back\\\\slash]", "id": "1"}'
    )


def test_braced_variable_is_filled_too() -> None:
    assert fill_validation_error(b'"${context.error.validationErrorString}"', ["x"]) == b'"[x]"'


def test_body_without_the_variable_stays() -> None:
    assert fill_validation_error(b'{"message": "no"}', ["x"]) == b'{"message": "no"}'
