"""The ledger against the provider's own books: orders of yesterday, one of which the ledger lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from tests.e2e.browserless import Visitor
from tests.e2e.function_logs import written
from tests.integration.localcloud.workbench import Workbench

from tradewind.kernel.clock import SystemClock, iso
from tradewind.payments.fake import charge_reference
from tradewind.payments.reads import RECONCILED
from tradewind_tools.localcloud.cloud import LocalCloud

SHOP = "tradewind-local"
JOB = "ledger-reconciler"


@pytest.fixture(scope="module")
def bench(cloud: LocalCloud) -> Workbench:
    return Workbench(cloud)


def items_of(bench: Workbench, partition: str, begins: str = "") -> list[dict[str, Any]]:
    found = bench.dynamodb.query(
        TableName=SHOP,
        KeyConditionExpression="PK = :pk AND begins_with(SK, :sk)" if begins else "PK = :pk",
        ExpressionAttributeValues={":pk": {"S": partition}} | ({":sk": {"S": begins}} if begins else {}),
        ConsistentRead=True,
    )["Items"]
    return [{name: TypeDeserializer().deserialize(value) for name, value in item.items()} for item in found]


def move_to_yesterday(bench: Workbench, item: dict[str, Any]) -> None:
    """As if it had been written thirteen hours ago."""
    at = iso(SystemClock().now() - timedelta(hours=13))
    day, _, rest = item["GSI2PK"].partition("#")
    shard = rest.partition("#")[2]
    moved = {
        "at": at,
        "GSI2PK": "#".join(part for part in (day, at[:10], shard) if part),
        "GSI2SK": f"{at}#{item['GSI2SK'].partition('#')[2]}",
    }
    written_item = {name: TypeSerializer().serialize(value) for name, value in {**item, **moved}.items()}
    bench.dynamodb.put_item(TableName=SHOP, Item=written_item)


def test_charge_that_the_ledger_lost_is_reported_and_no_other(
    cloud: LocalCloud, bench: Workbench, admin: Visitor, customer: Visitor
) -> None:
    product = admin.add_product("reconciled", 5)
    kept, lost = (customer.order({product: 1}).ok()["orderId"] for _ in range(2))
    for order_id in (kept, lost):
        assert customer.wait_until_settled(order_id)["status"] == "processing"
        [booked] = items_of(bench, f"FAKEBANK#{charge_reference(f'{order_id}-1')}")
        [entry] = items_of(bench, f"ORDER#{order_id}", "LEDGER#")
        move_to_yesterday(bench, booked)
        move_to_yesterday(bench, entry)
    lost_key = {"PK": {"S": entry["PK"]}, "SK": {"S": entry["SK"]}}
    bench.dynamodb.delete_item(TableName=SHOP, Key=lost_key)
    bench.dynamodb.delete_item(TableName=SHOP, Key={"PK": {"S": RECONCILED.pk}, "SK": {"S": RECONCILED.sk}})

    bench.invoke(f"{SHOP}-{JOB}", {})

    [line] = [line for line in written(cloud, JOB) if line["level"] == "ERROR"]
    assert line["LedgerDifference"] == 1
    [difference] = line["metadata"]["differences"]
    assert (difference["fault"], difference["orderId"]) == ("MissingInLedger", lost)
    assert line["metadata"]["done"] == 2
    bench.dynamodb.put_item(
        TableName=SHOP, Item={name: TypeSerializer().serialize(value) for name, value in entry.items()}
    )
