"""What a DynamoDB request costs, from the request and its response.

Sizes and units follow the developer guide, "DynamoDB item sizes and formats" and "DynamoDB read and write operations":
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

JsonObject = dict[str, Any]
Attribute = Mapping[str, Any]
Item = Mapping[str, Attribute]

READ_BLOCK_BYTES: Final = 4096
WRITE_BLOCK_BYTES: Final = 1024
EVENTUAL_RATE: Final = 0.5
CONSISTENT_RATE: Final = 1.0
TRANSACTION_RATE: Final = 2.0
DOCUMENT_OVERHEAD_BYTES: Final = 3
ELEMENT_OVERHEAD_BYTES: Final = 1

READS: Final = frozenset({"GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"})
WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})

_NARROWING: Final = frozenset({"ProjectionExpression", "FilterExpression", "Select", "AttributesToGet"})
_PLACEHOLDERS: Final = frozenset({"ExpressionAttributeNames", "ExpressionAttributeValues"})
_PLACEHOLDER: Final = re.compile(r"[#:]\w+")


class Capacity(NamedTuple):
    """Read and write units of one request."""

    read_units: float = 0.0
    write_units: float = 0.0


def item_size(item: Item) -> int:
    """Size of an item in bytes: the names of its attributes and their values, both in UTF-8."""
    return sum(len(name.encode()) + attribute_size(value) for name, value in item.items())


def attribute_size(attribute: Attribute) -> int:
    """Size in bytes of a value in DynamoDB's JSON, e.g. `{"S": "lamp"}`: 4."""
    [(kind, content)] = attribute.items()
    return _SIZE_OF[kind](content)


def number_size(number: str) -> int:
    """One byte, one for two significant digits, one for a minus sign."""
    sign, digits, _ = Decimal(number).normalize().as_tuple()
    significant = len(digits) if any(digits) else 0
    return 1 + -(-significant // 2) + sign


def _text_size(text: str) -> int:
    return len(text.encode())


def _binary_size(encoded: str) -> int:
    return len(b64decode(encoded))


def _one_byte(_: object) -> int:
    return 1


def _list_size(elements: list[Attribute]) -> int:
    return DOCUMENT_OVERHEAD_BYTES + sum(ELEMENT_OVERHEAD_BYTES + attribute_size(element) for element in elements)


def _map_size(members: Item) -> int:
    return DOCUMENT_OVERHEAD_BYTES + ELEMENT_OVERHEAD_BYTES * len(members) + item_size(members)


def _set_of(size: Callable[[str], int]) -> Callable[[list[str]], int]:
    return lambda members: sum(map(size, members))


_SIZE_OF: Final[dict[str, Callable[[Any], int]]] = {
    "S": _text_size,
    "N": number_size,
    "B": _binary_size,
    "BOOL": _one_byte,
    "NULL": _one_byte,
    "L": _list_size,
    "M": _map_size,
    "SS": _set_of(_text_size),
    "NS": _set_of(number_size),
    "BS": _set_of(_binary_size),
}


def read_units(operation: str, request: JsonObject, response: JsonObject) -> float:
    """Units of a read whose response holds whole items (see `widen`)."""
    return _READ_UNITS[operation](request, response)


def _blocks(size_bytes: int) -> int:
    return max(1, -(-size_bytes // READ_BLOCK_BYTES))


def _blocks_each(items: Iterable[Item]) -> int:
    return sum(_blocks(item_size(item)) for item in items)


def _rate(part: JsonObject) -> float:
    return CONSISTENT_RATE if part.get("ConsistentRead") else EVENTUAL_RATE


def _get_units(request: JsonObject, response: JsonObject) -> float:
    return _rate(request) * _blocks(item_size(response.get("Item", {})))


def _page_units(request: JsonObject, response: JsonObject) -> float:
    return _rate(request) * _blocks(sum(map(item_size, response.get("Items", []))))


def _batch_get_units(request: JsonObject, response: JsonObject) -> float:
    return sum(_table_units(part, found, left) for part, found, left in _batch_parts(request, response))


def _batch_parts(request: JsonObject, response: JsonObject) -> Iterator[tuple[JsonObject, list[Item], int]]:
    for table, part in request["RequestItems"].items():
        unprocessed = response.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        yield part, response["Responses"].get(table, []), len(unprocessed)


def _table_units(part: JsonObject, found: list[Item], unprocessed: int) -> float:
    missing = len(part["Keys"]) - len(found) - unprocessed
    return _rate(part) * (_blocks_each(found) + missing)


def _transact_get_units(_: JsonObject, response: JsonObject) -> float:
    return TRANSACTION_RATE * _blocks_each(answer.get("Item", {}) for answer in response["Responses"])


_READ_UNITS: Final[dict[str, Callable[[JsonObject, JsonObject], float]]] = {
    "GetItem": _get_units,
    "Query": _page_units,
    "Scan": _page_units,
    "BatchGetItem": _batch_get_units,
    "TransactGetItems": _transact_get_units,
}


def write_capacity(request: JsonObject, response: JsonObject) -> Capacity:
    """Capacity of a write, from the `ConsumedCapacity` of its response.

    A replayed `ClientRequestToken` costs reads. A refused condition costs what it would have written; the response
    does not give the item's size, so the least is taken: one unit, in a transaction two for each of its items.
    """
    if "__type" in response:
        return Capacity(write_units=_units_of_refusal(request, response["__type"]))
    consumed = _list_consumed(response)
    replayed = sum(entry["ReadCapacityUnits"] for entry in consumed if "ReadCapacityUnits" in entry)
    written = sum(entry["CapacityUnits"] for entry in consumed if "ReadCapacityUnits" not in entry)
    return Capacity(read_units=replayed, write_units=written)


def _list_consumed(response: JsonObject) -> list[JsonObject]:
    consumed = response.get("ConsumedCapacity", [])
    return consumed if isinstance(consumed, list) else [consumed]


def _units_of_refusal(request: JsonObject, error: str) -> float:
    if error.endswith("TransactionCanceledException"):
        return TRANSACTION_RATE * len(request["TransactItems"])
    return 1.0 if error.endswith("ConditionalCheckFailedException") else 0.0


def widen(operation: str, request: JsonObject) -> JsonObject | None:
    """Return the read that touches the same items and returns them whole; None when `request` is that already.

    A projection or a filter makes the answer smaller, but not the bill.
    """
    wide = _WIDENED.get(operation, _without_narrowing)(request)
    return None if wide == request else wide


def _without_narrowing(part: JsonObject) -> JsonObject:
    if part.keys().isdisjoint(_NARROWING):
        return part
    used = set(_PLACEHOLDER.findall(part.get("KeyConditionExpression", "")))
    placeholders = {name: _only(part[name], used) for name in _PLACEHOLDERS & part.keys()}
    rest = {name: value for name, value in part.items() if name not in _NARROWING | _PLACEHOLDERS}
    return rest | {name: kept for name, kept in placeholders.items() if kept}


def _only(placeholders: JsonObject, used: set[str]) -> JsonObject:
    return {name: value for name, value in placeholders.items() if name in used}


def _widen_batch(request: JsonObject) -> JsonObject:
    parts = {table: _without_narrowing(part) for table, part in request["RequestItems"].items()}
    return request | {"RequestItems": parts}


def _widen_transaction(request: JsonObject) -> JsonObject:
    return request | {"TransactItems": [{"Get": _without_narrowing(part["Get"])} for part in request["TransactItems"]]}


_WIDENED: Final[dict[str, Callable[[JsonObject], JsonObject]]] = {
    "BatchGetItem": _widen_batch,
    "TransactGetItems": _widen_transaction,
}
