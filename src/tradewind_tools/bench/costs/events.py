"""Counts the events of the bus, by a rule that takes every one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import boto3

from tradewind_tools.blueprint.messaging import SOURCE
from tradewind_tools.exports.cloudformation.names import LOCAL, StageNames

_NAME: Final = "bench-event-counter"
_BUS: Final = StageNames(LOCAL).shop
_MOST: Final = 10
"""SQS gives no more messages at a time."""


class EventCounter:
    """A queue behind a rule of the local cloud's bus."""

    def __init__(self, session: boto3.Session, endpoint_url: str) -> None:
        self._sqs = session.client("sqs", endpoint_url=endpoint_url)
        self._url = self._sqs.create_queue(QueueName=_NAME)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events = session.client("events", endpoint_url=endpoint_url)
        events.put_rule(Name=_NAME, EventBusName=_BUS, EventPattern=json.dumps({"source": [SOURCE]}))
        events.put_targets(Rule=_NAME, EventBusName=_BUS, Targets=[{"Id": _NAME, "Arn": arn}])

    def take(self) -> tuple[Mapping[str, Any], ...]:
        """The events since it was last asked."""
        return tuple(self._receive_all())

    def _receive_all(self) -> Iterator[Mapping[str, Any]]:
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=_MOST).get("Messages"):
            for message in messages:
                yield json.loads(message["Body"])
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
