"""The template's alarms in a local cloud: they ring at their topics, and one rings by what a function has found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.fakes import admin_event
from tests.integration.localcloud.workbench import Workbench, eventually

from tradewind_tools.blueprint.alarms import ALARMS, Alarm, Severity
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames
from tradewind_tools.localcloud.alarms import list_ringing
from tradewind_tools.localcloud.cloud import LocalCloud

STAGE = StageNames(LOCAL)
MADE = [alarm for alarm in ALARMS if len(alarm.metrics) == 1]

OF_A_BUSY_MACHINE = {"function-duration"}


class Watch:
    """A subscriber to the alarms of one severity."""

    def __init__(self, bench: Workbench, severity: Severity) -> None:
        self._bench = bench
        self._url, queue_arn = bench.queue(f"subscriber-{severity}")
        topic = f"arn:aws:sns:us-east-1:000000000000:{STAGE.of(f'alarms-{severity}')}"
        bench.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
        self._received: dict[str, dict[str, Any]] = {}

    def receive(self, alarm: str) -> dict[str, Any]:
        """The notification of the ringing alarm; empty until it rings."""
        for message in self._bench.sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", []):
            notification = json.loads(json.loads(message["Body"])["Message"])
            if notification["NewStateValue"] == "ALARM":
                self._received[notification["AlarmName"]] = notification
        return self._received.get(STAGE.of(alarm), {})


@pytest.fixture(scope="module")
def bench() -> Iterator[Workbench]:
    with LocalCloud() as cloud:
        cloud.deploy()
        yield Workbench(cloud)


@pytest.fixture(scope="module")
def watches(bench: Workbench) -> dict[Severity, Watch]:
    return {severity: Watch(bench, severity) for severity in Severity}


def test_inventory_mismatch_has_an_alarm_of_its_own(bench: Workbench, watches: dict[Severity, Watch]) -> None:
    """The whole way: a function's log line, the metric in it, the alarm, the topic."""
    body = {"productId": "shirt", "name": "Shirt", "price": 12.5, "category": "shirts", "stock": 5}
    assert bench.invoke(STAGE.of("product-create"), admin_event(body))["statusCode"] == 201
    audit(bench)
    assert watches[Severity.CRITICAL].receive("inventory-mismatch") == {}
    take_units_without_a_movement(bench, "shirt")
    audit(bench)
    assert set(list_ringing(bench.endpoint_url)) - OF_A_BUSY_MACHINE == {"inventory-mismatch"}
    notification = eventually(lambda: watches[Severity.CRITICAL].receive("inventory-mismatch"))
    assert notification["Trigger"]["MetricName"] == "InventoryMismatch"
    assert "What to do: the log line names the products" in notification["AlarmDescription"]


@pytest.mark.parametrize("alarm", MADE, ids=lambda alarm: alarm.name)
def test_alarm_rings_above_its_threshold(bench: Workbench, watches: dict[Severity, Watch], alarm: Alarm) -> None:
    [metric] = alarm.metrics
    beyond = {"MetricName": metric.name, "Value": alarm.threshold * 2 + 1}
    bench.cloudwatch.put_metric_data(Namespace=metric.namespace, MetricData=[beyond])
    notification = eventually(lambda: watches[alarm.severity].receive(alarm.name))
    assert notification["Trigger"]["Threshold"] == alarm.threshold


def test_every_alarm_that_the_local_cloud_supports_was_made(bench: Workbench) -> None:
    pages = bench.cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=STAGE.of(""))
    names = {made["AlarmName"] for page in pages for made in page["MetricAlarms"]}
    assert names == {STAGE.of(alarm.name) for alarm in MADE}


def test_dashboard_refers_to_the_resources_of_the_stage(bench: Workbench) -> None:
    body = bench.cloudwatch.get_dashboard(DashboardName=STAGE.shop)["DashboardBody"]
    [runs] = [each for each in json.loads(body)["widgets"] if each["properties"]["title"] == "Runs of the checkout"]
    assert runs["properties"]["metrics"][0][3].endswith(f":stateMachine:{STAGE.of('checkout-orchestrator')}")


def audit(bench: Workbench) -> None:
    bench.invoke(STAGE.of("inventory-audit"), {})


def take_units_without_a_movement(bench: Workbench, product_id: str) -> None:
    bench.dynamodb.update_item(
        TableName=STAGE.shop,
        Key={"PK": {"S": f"PRODUCT#{product_id}"}, "SK": {"S": "STOCK#main#000000"}},
        UpdateExpression="ADD available :taken",
        ExpressionAttributeValues={":taken": {"N": "-1"}},
    )
