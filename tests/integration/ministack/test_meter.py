"""What the meter says about a real run of requests, which AWS would bill the same."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.ministack.environment import REGION
from tradewind_tools.ministack.meter import TableUsage

TABLE = "metered"
SHELF = "SHELF#1"


class Shelf:
    """A table of products, asked through boto3."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.dynamodb = boto3.client(
            "dynamodb",
            endpoint_url=cloud.endpoint_url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def create(self) -> None:
        self.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "PK", "AttributeType": "S"},
                {"AttributeName": "SK", "AttributeType": "S"},
                {"AttributeName": "GSI1PK", "AttributeType": "S"},
            ],
            KeySchema=[
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "SK", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "GSI1",
                    "KeySchema": [{"AttributeName": "GSI1PK", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )

    def put(self, number: int, size_bytes: int, **more: dict[str, str]) -> None:
        self.dynamodb.put_item(TableName=TABLE, Item={**key(number), "text": {"S": "x" * size_bytes}, **more})


def key(number: int) -> dict[str, dict[str, str]]:
    return {"PK": {"S": SHELF}, "SK": {"S": f"PRODUCT#{number:02}"}}


@pytest.fixture(scope="module")
def shelf(bare_cloud: LocalCloud) -> Iterator[Shelf]:
    shelf = Shelf(bare_cloud)
    shelf.create()
    for number in range(1, 5):
        shelf.put(number, 3000)
    yield shelf
    shelf.dynamodb.delete_table(TableName=TABLE)


def test_writes_cost_their_size_and_their_indexes(bare_cloud: LocalCloud, shelf: Shelf) -> None:
    with bare_cloud.meter() as usage:
        shelf.put(10, 1500)
        shelf.put(11, 1500, GSI1PK={"S": "CATEGORY#lamps"})
    assert usage.calls == [("PutItem", 2.0), ("PutItem", 4.0)]
    assert (usage.read_units, usage.write_units) == (0.0, 6.0)


def test_transaction_costs_double(bare_cloud: LocalCloud, shelf: Shelf) -> None:
    with bare_cloud.meter() as usage:
        shelf.dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": TABLE, "Item": key(20)}},
                {"Put": {"TableName": TABLE, "Item": {**key(21), "text": {"S": "x" * 1500}}}},
            ]
        )
    assert usage.calls == [("TransactWriteItems", 2.0 + 4.0)]


def test_get_costs_its_size(bare_cloud: LocalCloud, shelf: Shelf) -> None:
    shelf.put(30, 9000)
    with bare_cloud.meter() as usage:
        shelf.dynamodb.get_item(TableName=TABLE, Key=key(30))
        shelf.dynamodb.get_item(TableName=TABLE, Key=key(30), ConsistentRead=True)
    assert usage.calls == [("GetItem", 1.5), ("GetItem", 3.0)]


def test_projection_and_filter_do_not_help(bare_cloud: LocalCloud, shelf: Shelf) -> None:
    with bare_cloud.meter() as usage:
        answer = shelf.dynamodb.query(
            TableName=TABLE,
            KeyConditionExpression="PK = :pk AND SK < :sk",
            FilterExpression="#t = :nothing",
            ProjectionExpression="SK",
            ExpressionAttributeNames={"#t": "text"},
            ExpressionAttributeValues={":pk": {"S": SHELF}, ":sk": {"S": "PRODUCT#05"}, ":nothing": {"S": "-"}},
        )
    assert (answer["Items"], answer["ScannedCount"]) == ([], 4)
    assert usage.calls == [("Query", 1.5)]


def test_batch_rounds_each_item(bare_cloud: LocalCloud, shelf: Shelf) -> None:
    with bare_cloud.meter() as usage:
        shelf.dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": [key(1), key(2), key(99)]}})
    assert usage.calls == [("BatchGetItem", 1.5)]


def test_refused_condition_costs_a_write(bare_cloud: LocalCloud, shelf: Shelf) -> None:
    with bare_cloud.meter() as usage, pytest.raises(ClientError, match="ConditionalCheckFailed"):
        shelf.dynamodb.put_item(TableName=TABLE, Item=key(1), ConditionExpression="attribute_not_exists(PK)")
    assert usage.write_units == 1.0


def test_nothing_is_counted_outside_the_block(bare_cloud: LocalCloud, shelf: Shelf) -> None:
    with bare_cloud.meter() as usage:
        pass
    shelf.put(40, 10)
    assert totals(usage) == (0, 0.0, 0.0)


def totals(usage: TableUsage) -> tuple[int, float, float]:
    return usage.round_trips, usage.read_units, usage.write_units
