"""An example for a schema: readers, and clients that try an operation, can begin with it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from tradewind.kernel.clock import iso
from tradewind_tools.exports.schemas import REFERENCE, Schema

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery"  # noqa: S105 - of nobody
_WORDS: dict[str, Any] = {
    "email": EMAIL,
    "password": PASSWORD,
    "currentPassword": PASSWORD,
    "newPassword": "staple a better horse",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "name": "Tide Mug",
    "description": "Stoneware with a waterline glaze; holds 350 ml and stacks.",
    "category": "galley",
    "currency": "USD",
    "street": "12 Harbour Road",
    "city": "Portsmouth",
    "region": "Hampshire",
    "postalCode": "PO1 2AB",
    "country": "GB",
    "price": 14,
    "quantity": 2,
    "onHand": 40,
    "provider": "fake",
    "queue": "email-queue-dead-letters",
}
"""Values that say more than their type; the product is one of the demo shop."""

_OF_OPERATIONS = {("product-delete", "productId"): "cork-mat"}
"""What some operations take for a parameter: all others go on working with the product that they have in common."""

_SHOWN_WHERE_OPTIONAL = frozenset({"city", "postalCode", "onHand", "code", "price", "variantId"})
"""The country of the example requires the first two; of two ways to set a stock, to show a factor, to say what is sold
or what is bought, one is chosen."""

CUSTOMER_ID = "01KAJ0XAMPCSTMR00000000001"
ADMIN_ID = "01KAJ0XAMPADMN000000000001"
ORDER_ID = "01KAJ0XAMPRDER000000000001"
REFUND_ID = "01KAJ0XAMPREFVND0000000001"
_IDS = {
    "customerId": CUSTOMER_ID,
    "userId": CUSTOMER_ID,
    "orderId": ORDER_ID,
    "paymentId": f"{ORDER_ID}-1",
    "refundId": REFUND_ID,
    "productId": "tide-mug",
    "variantId": "tide-mug",
}
_ULID = "01KAJ0XAMP7E00000000000001"
MOMENT = datetime(2026, 11, 21, 3, 4, 5, 678_000, UTC)
_NUMBER = 1
_DEPTH = 8


def example(schema: Schema, definitions: dict[str, Schema], name: str = "", depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """A value that the schema allows; `name` is the property whose value it is."""
    schema = _dereference(schema, definitions)
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if name in _WORDS and _type(schema) != "object":
        return _WORDS[name]
    match _type(schema):
        case "object":
            return _object(schema, definitions, depth)
        case "array":
            return [example(schema["items"], definitions, "", depth + 1)] if depth < _DEPTH else []
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return schema.get("minimum", _NUMBER) or _NUMBER
        case "boolean":
            return schema.get("default", True)
    return None


def parameter_example(operation: str, name: str, schema: Schema) -> Any:  # noqa: ANN401 - JSON
    """A value of an operation's parameter in the path or the query."""
    return _OF_OPERATIONS.get((operation, name)) or example(schema, {}, name)


def _dereference(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """The schema behind a reference, or the first of several choices that is not null."""
    if "$ref" in schema:
        return _dereference(definitions[schema["$ref"].removeprefix(REFERENCE)], definitions)
    if "anyOf" in schema:
        choices: list[Schema] = schema["anyOf"]
        return _dereference(next(choice for choice in choices if choice != {"type": "null"}), definitions)
    return schema


def _type(schema: Schema) -> str:
    kind = schema.get("type", "")
    return kind if isinstance(kind, str) else kind[0]


def _object(schema: Schema, definitions: dict[str, Schema], depth: int) -> dict[str, Any]:
    """The required properties; all of them where the schema does not say which are."""
    wanted: dict[str, Schema] = schema.get("properties", {})
    shown = {*schema.get("required", wanted), *_SHOWN_WHERE_OPTIONAL}
    return {name: example(each, definitions, name, depth + 1) for name, each in wanted.items() if name in shown}


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") == "date-time":
        return iso(MOMENT)
    if schema.get("format") == "date":
        return f"{MOMENT:%Y-%m-%d}"
    if "{26}" in schema.get("pattern", "") or re.search(r"Id$", name):
        return _IDS.get(name, _ULID)
    return name or "text"
