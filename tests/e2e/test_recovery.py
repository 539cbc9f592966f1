"""What stops on its way comes to its end: by the jobs, or by a person who looks after dead letters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from boto3.dynamodb.types import TypeSerializer
from tests.e2e.browserless import Visitor, until
from tests.e2e.function_logs import written
from tests.integration.localcloud.workbench import Workbench

from tradewind.aws.bus import EventBridgeBus
from tradewind.kernel.clock import SystemClock, ulid
from tradewind.kernel.events import Event, event
from tradewind.ordering.model import Refund, RefundOrigin, RefundRequested, RefundState
from tradewind.ordering.reads import order_key, position
from tradewind.ordering.writes import insert_refund
from tradewind.outbox.relay import publish
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.operations.replay import replay
from tradewind_tools.operations.republish import find_recorded_events

SHOP = "tradewind-local"
AMOUNT_MINOR = 100


@pytest.fixture(scope="module")
def bench(cloud: LocalCloud) -> Workbench:
    return Workbench(cloud)


@contextmanager
def disabled(bench: Workbench, rule: str) -> Iterator[None]:
    """Events that the rule would have passed on are lost meanwhile, as in a run that dies at its start."""
    bench.events.disable_rule(Name=f"{SHOP}-{rule}", EventBusName=SHOP)
    try:
        yield
    finally:
        bench.events.enable_rule(Name=f"{SHOP}-{rule}", EventBusName=SHOP)


def item_of(bench: Workbench, customer_id: str, order_id: str) -> dict[str, Any]:
    at = order_key(customer_id, order_id)
    return bench.dynamodb.get_item(TableName=SHOP, Key={"PK": {"S": at.pk}, "SK": {"S": at.sk}})["Item"]


def wait_until_told(cloud: LocalCloud, correlation_id: str) -> None:
    """The relay writes its line when the bus has the event, and has asked its rules."""

    def told() -> bool:
        return any(correlation_id in json.dumps(line) for line in written(cloud, "stream-processor"))

    until(told, bool)


def decide_refund(bench: Workbench, customer_id: str, order_id: str, refund_id: str) -> None:
    """As an administrator's operation does it: or the audit of the order finds money that nobody gave back."""
    now = SystemClock().now()
    refund = Refund(
        refund_id=refund_id,
        order_id=order_id,
        customer_id=customer_id,
        amount_minor=AMOUNT_MINOR,
        currency="USD",
        reason="too early",
        origin=RefundOrigin.SHOP,
        state=RefundState.REQUESTED,
        created_at=now,
        updated_at=now,
        correlation_id="too-early",
    )
    record = {name: TypeSerializer().serialize(value) for name, value in insert_refund(refund).item.items()}
    bench.dynamodb.put_item(TableName=SHOP, Item=record)
    at = order_key(customer_id, order_id)
    bench.dynamodb.update_item(
        TableName=SHOP,
        Key={"PK": {"S": at.pk}, "SK": {"S": at.sk}},
        UpdateExpression="SET refundedMinor = :amount",
        ExpressionAttributeValues={":amount": {"N": str(AMOUNT_MINOR)}},
    )


def look_old(bench: Workbench, customer_id: str, order_id: str) -> None:
    """Let the status index say that the order was placed an hour ago."""
    at = order_key(customer_id, order_id)
    bench.dynamodb.update_item(
        TableName=SHOP,
        Key={"PK": {"S": at.pk}, "SK": {"S": at.sk}},
        UpdateExpression="SET GSI2SK = :old",
        ExpressionAttributeValues={":old": {"S": position(SystemClock().now() - timedelta(hours=1), order_id)}},
    )


def test_an_order_whose_checkout_never_began_is_resumed_by_the_sweeper(
    cloud: LocalCloud, bench: Workbench, admin: Visitor, customer: Visitor
) -> None:
    product, customer_id = admin.add_product("swept", 3), customer.user["userId"]
    with disabled(bench, "order-checkout"):
        order_id = customer.order({product: 2}).ok()["orderId"]
        wait_until_told(cloud, item_of(bench, customer_id, order_id)["correlationId"]["S"])
    bench.invoke(f"{SHOP}-checkout-sweeper", {})
    assert customer.get(f"/orders/{order_id}").ok()["status"] == "pending", "nobody can be sure yet"

    look_old(bench, customer_id, order_id)
    bench.invoke(f"{SHOP}-checkout-sweeper", {})

    settled = customer.wait_until_settled(order_id)
    assert settled["status"] == "processing", settled
    assert admin.get(f"/variants/{product}/stock").ok()["sold"] == 2


def test_a_message_that_always_fails_is_kept_listed_and_works_when_it_comes_again(
    cloud: LocalCloud, bench: Workbench, admin: Visitor, customer: Visitor
) -> None:
    """A refund whose record is missing fails each time, until it is there and its order is charged after all."""
    dead, customer_id, refund_id = "refund-queue-dead-letters", customer.user["userId"], ulid(SystemClock())
    with disabled(bench, "order-checkout"):
        order_id = customer.order({admin.add_product("refunded-too-early", 3): 2}).ok()["orderId"]
        wait_until_told(cloud, item_of(bench, customer_id, order_id)["correlationId"]["S"])
    send_impatiently(bench, "refund-queue", refund_of(order_id, customer_id, refund_id))

    found = until(lambda: waiting_in(admin, dead), lambda queue: queue["waiting"] == 1)
    assert [(each["type"], each["about"]) for each in found["sample"]] == [("RefundRequested", order_id)]

    look_old(bench, customer_id, order_id)
    decide_refund(bench, customer_id, order_id, refund_id)
    bench.invoke(f"{SHOP}-checkout-sweeper", {})
    assert customer.wait_until_settled(order_id)["status"] == "processing"
    assert admin.post(f"/ops/dead-letters/{dead}/redrive", None).ok() == {"queue": dead, "moved": 1, "waiting": 0}

    until(lambda: told_of(customer, order_id), lambda events: "RefundIssued" in events)
    assert waiting_in(admin, dead)["waiting"] == 0


def from_the_archive(bench: Workbench, begin: datetime, end: datetime) -> None:
    replay(bench.events, SHOP, begin, end, ["OrderPlaced"], name=f"again-{ulid(SystemClock())}")


def from_the_table(bench: Workbench, begin: datetime, end: datetime) -> None:
    events = find_recorded_events(bench.dynamodb, SHOP, begin, end, lambda _: None)
    publish(events, EventBridgeBus(SHOP, bench.events), SystemClock())


@pytest.mark.parametrize("told_again", [from_the_archive, from_the_table])
def test_events_are_told_again_and_nothing_happens_twice(
    told_again: Callable[[Workbench, datetime, datetime], None],
    cloud: LocalCloud,
    bench: Workbench,
    admin: Visitor,
    customer: Visitor,
) -> None:
    product, begin = admin.add_product(told_again.__name__.replace("_", "-"), 5), SystemClock().now()
    order_id = customer.order({product: 2}).ok()["orderId"]
    customer.wait_until_settled(order_id)
    mailed = until(lambda: customer.mails(customer.user["email"]), lambda sent: len(sent) == 2)
    correlation_id = item_of(bench, customer.user["userId"], order_id)["correlationId"]["S"]
    wait_until_told(cloud, correlation_id)

    told_again(bench, begin - timedelta(seconds=1), SystemClock().now() + timedelta(seconds=1))

    until(
        lambda: written(cloud, "checkout-validate-order", correlationId=correlation_id), lambda lines: len(lines) == 2
    )
    assert customer.get(f"/orders/{order_id}").ok()["status"] == "processing"
    assert admin.get(f"/variants/{product}/stock").ok()["sold"] == 2
    assert customer.mails(customer.user["email"]) == mailed


def refund_of(order_id: str, customer_id: str, refund_id: str) -> Event:
    told = RefundRequested(
        order_id=order_id,
        customer_id=customer_id,
        refund_id=refund_id,
        amount_minor=AMOUNT_MINOR,
        currency="USD",
        reason="too early",
    )
    return event(told, about=order_id, sequence=9, clock=SystemClock(), correlation_id="too-early")


def send_impatiently(bench: Workbench, queue: str, told: Event) -> None:
    """With seconds between the attempts, where the shop leaves minutes."""
    url = bench.sqs.get_queue_url(QueueName=f"{SHOP}-{queue}")["QueueUrl"]
    bench.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    bench.sqs.send_message(QueueUrl=url, MessageBody=msgspec.json.encode({"detail": told}).decode())


def waiting_in(admin: Visitor, queue: str) -> Any:  # noqa: ANN401 - JSON
    return next(each for each in admin.get("/ops/dead-letters").ok()["queues"] if each["queue"] == queue)


def told_of(customer: Visitor, order_id: str) -> list[str]:
    return [entry["event"] for entry in customer.get(f"/orders/{order_id}/status").ok()["timeline"]]
