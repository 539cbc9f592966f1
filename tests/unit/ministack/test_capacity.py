from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.ministack.capacity import (
    Attribute,
    Capacity,
    JsonObject,
    attribute_size,
    item_size,
    number_size,
    read_units,
    widen,
    write_capacity,
)


def item_of(size_bytes: int) -> dict[str, Attribute]:
    return {"k": {"S": "x" * (size_bytes - 1)}}


@pytest.mark.parametrize(
    ("attribute", "size"),
    [
        ({"S": "lamp"}, 4),
        ({"S": "Zürich"}, 7),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "-7"}, 3),
        ({"N": "1999"}, 3),
        ({"N": "5000000"}, 2),
        ({"N": "0.0025"}, 2),
        ({"B": b64encode(b"12345").decode()}, 5),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["red", "blue"]}, 7),
        ({"NS": ["1", "22"]}, 4),
        ({"BS": [b64encode(b"ab").decode()]}, 2),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": True}]}, 3 + 2 + 1 + 2),
        ({"M": {}}, 3),
        ({"M": {"city": {"S": "Bern"}}}, 3 + 1 + 4 + 4),
    ],
)
def test_value_has_the_size_the_developer_guide_gives(attribute: Attribute, size: int) -> None:
    assert attribute_size(attribute) == size


def test_item_counts_names_and_values() -> None:
    assert item_size({"PK": {"S": "USER#1"}, "ß": {"N": "10"}}) == 2 + 6 + 2 + 2


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_number_never_exceeds_21_bytes_and_a_sign(number: object) -> None:
    assert 1 <= number_size(str(number)) <= 22


@pytest.mark.parametrize(("size_bytes", "units"), [(1, 0.5), (4096, 0.5), (4097, 1.0), (40_960, 5.0)])
def test_get_rounds_up_to_four_kilobytes(size_bytes: int, units: float) -> None:
    response = {"Item": item_of(size_bytes)}
    assert read_units("GetItem", {}, response) == units
    assert read_units("GetItem", {"ConsistentRead": True}, response) == 2 * units


def test_get_of_nothing_costs_the_least() -> None:
    assert read_units("GetItem", {}, {}) == 0.5


def test_query_rounds_the_sum_not_the_items() -> None:
    assert read_units("Query", {}, {"Items": [item_of(1000)] * 8}) == 1.0
    assert read_units("Query", {}, {"Items": []}) == 0.5


def test_batch_rounds_each_item_and_charges_missing_keys() -> None:
    request: JsonObject = {"RequestItems": {"shop": {"Keys": [{}, {}, {}]}}}
    response = {"Responses": {"shop": [item_of(1000), item_of(5000)]}}
    assert read_units("BatchGetItem", request, response) == 0.5 + 1.0 + 0.5


def test_batch_does_not_charge_unprocessed_keys() -> None:
    request = {"RequestItems": {"shop": {"Keys": [{}, {}], "ConsistentRead": True}}}
    response = {"Responses": {"shop": [item_of(10)]}, "UnprocessedKeys": {"shop": {"Keys": [{}]}}}
    assert read_units("BatchGetItem", request, response) == 1.0


def test_transactional_get_costs_double() -> None:
    response = {"Responses": [{"Item": item_of(5000)}, {}]}
    assert read_units("TransactGetItems", {}, response) == 4.0 + 2.0


def test_write_costs_what_the_response_says() -> None:
    assert write_capacity({}, {"ConsumedCapacity": {"CapacityUnits": 3.0}}) == Capacity(write_units=3.0)


def test_write_to_several_tables_is_summed() -> None:
    response = {"ConsumedCapacity": [{"CapacityUnits": 3.0}, {"CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}]}
    assert write_capacity({}, response) == Capacity(write_units=5.0)


def test_replayed_transaction_costs_reads() -> None:
    response = {"ConsumedCapacity": [{"CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}]}
    assert write_capacity({}, response) == Capacity(read_units=4.0)


@pytest.mark.parametrize(
    ("error", "units"),
    [("ConditionalCheckFailedException", 1.0), ("TransactionCanceledException", 4.0), ("ValidationException", 0.0)],
)
def test_refused_write_costs_at_least_its_smallest_size(error: str, units: float) -> None:
    request: JsonObject = {"TransactItems": [{"Put": {}}, {"Update": {}}]}
    response = {"__type": f"com.amazonaws.dynamodb.v20120810#{error}"}
    assert write_capacity(request, response) == Capacity(write_units=units)


def test_whole_read_is_not_widened() -> None:
    assert widen("Query", {"KeyConditionExpression": "PK = :pk", "ExpressionAttributeValues": {":pk": {}}}) is None


def test_projection_and_filter_are_dropped_with_their_placeholders() -> None:
    request: JsonObject = {
        "TableName": "shop",
        "KeyConditionExpression": "#k = :pk",
        "FilterExpression": "#s = :open",
        "ProjectionExpression": "#n",
        "ExpressionAttributeNames": {"#k": "PK", "#s": "status", "#n": "name"},
        "ExpressionAttributeValues": {":pk": {"S": "USER#1"}, ":open": {"S": "open"}},
    }
    assert widen("Query", request) == {
        "TableName": "shop",
        "KeyConditionExpression": "#k = :pk",
        "ExpressionAttributeNames": {"#k": "PK"},
        "ExpressionAttributeValues": {":pk": {"S": "USER#1"}},
    }


def test_count_is_widened_to_the_items_counted() -> None:
    assert widen("Query", {"TableName": "shop", "Select": "COUNT"}) == {"TableName": "shop"}


def test_batch_is_widened_table_by_table() -> None:
    narrow = {"Keys": [], "ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "name"}}
    assert widen("BatchGetItem", {"RequestItems": {"shop": narrow}}) == {"RequestItems": {"shop": {"Keys": []}}}


def test_transaction_is_widened_item_by_item() -> None:
    request: JsonObject = {"TransactItems": [{"Get": {"Key": {}, "ProjectionExpression": "price"}}]}
    assert widen("TransactGetItems", request) == {"TransactItems": [{"Get": {"Key": {}}}]}
