"""A recorded event on its way: table, stream, relay, bus, queue, mail service; through the real ports."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.fakes import CUSTOMER_ID, make_shop
from tests.unit.notifications import scene

from tradewind.aws.bus import EventBridgeBus
from tradewind.aws.events import record_event
from tradewind.aws.mailer import SesMailer
from tradewind.aws.table import DynamoTable, Table
from tradewind.kernel.clock import SystemClock
from tradewind.notifications import reads
from tradewind.notifications.consumers import send_email
from tradewind.notifications.model import NotificationStatus
from tradewind.outbox.relay import forward_events
from tradewind.settings import Settings
from tradewind.shop import Shop
from tradewind_tools.localcloud.cloud import LocalCloud
from tradewind_tools.localcloud.sdk import local_session

TABLE = "event-to-mail"
BUS = "event-to-mail"
CONTEXT = SimpleNamespace(aws_request_id="invocation-1")
PATIENCE_SECONDS = 10


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def aws(cloud: LocalCloud) -> Workplace:
    return Workplace(cloud.endpoint_url)


@pytest.fixture
def shop(aws: Workplace, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    table: Table = DynamoTable(TABLE, SystemClock(), aws.endpoint_url)
    return make_shop(table=table)


def mails_in_the_browser(cloud: LocalCloud) -> list[dict[str, Any]]:
    address = urlsplit(cloud.front_door_url)
    connection = HTTPConnection(address.netloc, timeout=PATIENCE_SECONDS)
    with closing(connection):
        connection.request("GET", "/mail/messages.json")
        items: list[dict[str, Any]] = json.load(connection.getresponse())["items"]
    return items


class Workplace:
    """The table with its stream, the bus, and the email queue behind a rule."""

    def __init__(self, endpoint_url: str) -> None:
        session = local_session()
        self.endpoint_url = endpoint_url
        self.dynamodb = session.client("dynamodb", endpoint_url=endpoint_url)
        self.streams = session.client("dynamodbstreams", endpoint_url=endpoint_url)
        self.events = session.client("events", endpoint_url=endpoint_url)
        self.mail = session.client("sesv2", endpoint_url=endpoint_url)
        self.sqs = session.client("sqs", endpoint_url=endpoint_url)
        self.stream_arn = self._table()
        self.queue_url = self._queue_behind_the_bus()
        self.mail.create_email_identity(EmailIdentity=Settings().mail_from)

    def stream_batch(self) -> dict[str, Any]:
        """Everything that the stream holds, as Lambda would be given it."""
        shards = self.streams.describe_stream(StreamArn=self.stream_arn)["StreamDescription"]["Shards"]
        position = self.streams.get_shard_iterator(
            StreamArn=self.stream_arn, ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        return {"Records": self.streams.get_records(ShardIterator=position["ShardIterator"])["Records"]}

    def queue_batch(self, expected: int) -> dict[str, Any]:
        """The messages of the queue, as Lambda would be given them."""
        found: list[dict[str, str]] = []
        until = time.monotonic() + PATIENCE_SECONDS
        while len(found) < expected and time.monotonic() < until:
            answer = self.sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            found += [{"messageId": each["MessageId"], "body": each["Body"]} for each in answer.get("Messages", [])]
        return {"Records": found}

    def _table(self) -> str:
        made = self.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "PK", "AttributeType": "S"},
                {"AttributeName": "SK", "AttributeType": "S"},
            ],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return made["TableDescription"]["LatestStreamArn"]

    def _queue_behind_the_bus(self) -> str:
        url = self.sqs.create_queue(QueueName="event-to-mail")["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        self.events.create_event_bus(Name=BUS)
        self.events.put_rule(Name="mail", EventBusName=BUS, EventPattern=json.dumps({"source": ["tradewind"]}))
        self.events.put_targets(Rule="mail", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": attributes["QueueArn"]}])
        return url


def test_recorded_event_reaches_the_customer_once(cloud: LocalCloud, aws: Workplace, shop: Shop) -> None:
    recorded = [scene.user_registered(), scene.order_confirmed(), scene.refund_issued()]
    scene.add_customer(shop.table)
    scene.add_order(shop.table, [scene.line("<b>Shirt</b>", 3, 61_725)])
    shop.table.transact([record_event(event, f"USER#{CUSTOMER_ID}") for event in recorded])

    shop.bus, shop.mailer = EventBridgeBus(BUS, aws.events), SesMailer(aws.mail)
    forward_events(aws.stream_batch(), CONTEXT, shop)
    batch = aws.queue_batch(expected=len(recorded))
    assert send_email(batch, CONTEXT, shop) == {"batchItemFailures": []}
    assert send_email(batch, CONTEXT, shop) == {"batchItemFailures": []}

    mails = mails_in_the_browser(cloud)
    assert sorted(mail["subject"] for mail in mails) == [
        "Welcome to Tradewind",
        f"Your Tradewind order {scene.ORDER_ID} is confirmed",
        f"Your refund for Tradewind order {scene.ORDER_ID} is on its way",
    ]
    for event in recorded:
        item = shop.table.get(reads.notification_key(CUSTOMER_ID, event.event_id))
        assert item is not None
        kept = reads.notification_from(item)
        assert (kept.kind, kept.status) == (event.type, NotificationStatus.SENT)
        assert kept.message_id in {mail["id"] for mail in mails}
