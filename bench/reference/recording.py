"""The consumer of the analytics queue: notes each event once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError
from shared import Model, logger, metrics, table

_KEPT = timedelta(days=400)
_processor = BatchProcessor(event_type=EventType.SQS)


class Event(Model):
    event_id: str
    type: str
    version: int
    occurred_at: datetime
    aggregate_id: str
    sequence: int
    correlation_id: str
    data: dict[str, Any]


class Delivery(Model):
    detail: Event


def record_event(record: SQSRecord) -> None:
    event = Delivery.model_validate_json(record.body).detail
    try:
        table.put_item(Item=_entry(event), ConditionExpression="attribute_not_exists(PK)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    logger.info("record_event", event_id=event.event_id, event_type=event.type)


def _entry(event: Event) -> dict[str, Any]:
    return {
        "PK": f"EVENTLOG#{event.occurred_at:%Y-%m}#0",
        "SK": f"{event.occurred_at:%d}#event#{event.event_id}",
        "id": event.event_id,
        "type": event.type,
        "expiresAt": int((event.occurred_at + _KEPT).timestamp()),
    }


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return process_partial_response(event, record_event, _processor, context)
