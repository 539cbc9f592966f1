from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from mypy_boto3_sqs import SQSClient
from tests.fakes import START

from tradewind.aws.queues import QueueMessage, SqsQueues

URL = "https://sqs.us-east-1.amazonaws.com/0/tradewind-test-email-queue"
LETTER = QueueMessage("m-1", "text", START, "r-1")


@pytest.fixture
def client(boto_session: boto3.Session) -> SQSClient:
    return boto_session.client("sqs")


@pytest.fixture
def stubbed(client: SQSClient) -> Stubber:
    stubber = Stubber(client)
    stubber.add_response("get_queue_url", {"QueueUrl": URL}, {"QueueName": "tradewind-test-email-queue"})
    return stubber


def message(receipt: str) -> dict[str, Any]:
    sent = str(int(START.timestamp() * 1000))
    return {"MessageId": "m-1", "Body": "text", "ReceiptHandle": receipt, "Attributes": {"SentTimestamp": sent}}


@pytest.mark.parametrize(("way", "hidden_seconds"), [("peek", 0), ("receive", 30)])
def test_messages_are_received_once_each(client: SQSClient, stubbed: Stubber, way: str, hidden_seconds: int) -> None:
    wanted = {
        "QueueUrl": URL,
        "MaxNumberOfMessages": 10,
        "VisibilityTimeout": hidden_seconds,
        "MessageSystemAttributeNames": ANY,
    }
    stubbed.add_response("receive_message", {"Messages": [message("r-0"), message("r-1")]}, wanted)
    with stubbed:
        assert getattr(SqsQueues("test", client), way)("email-queue") == [LETTER]


def test_an_empty_queue_has_no_messages(client: SQSClient, stubbed: Stubber) -> None:
    stubbed.add_response("receive_message", {})
    with stubbed:
        assert SqsQueues("test", client).receive("email-queue") == []


def test_waiting_is_a_number(client: SQSClient, stubbed: Stubber) -> None:
    stubbed.add_response("get_queue_attributes", {"Attributes": {"ApproximateNumberOfMessages": "7"}})
    with stubbed:
        assert SqsQueues("test", client).count("email-queue") == 7


def test_sending_and_deleting_name_the_queue_which_is_looked_up_once(client: SQSClient, stubbed: Stubber) -> None:
    stubbed.add_response(
        "send_message", {"MessageId": "m", "MD5OfMessageBody": "x"}, {"QueueUrl": URL, "MessageBody": "text"}
    )
    stubbed.add_response("delete_message", {}, {"QueueUrl": URL, "ReceiptHandle": "r-1"})
    queues = SqsQueues("test", client)
    with stubbed:
        queues.send("email-queue", "text")
        queues.delete("email-queue", LETTER)
    stubbed.assert_no_pending_responses()
