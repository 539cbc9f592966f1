"""AWS's list prices in us-east-1, without free tiers, discounts and taxes. AWS's own pages decide."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Final

AS_OF: Final = "the middle of 2026"
MILLION: Final = 1_000_000
GIGABYTE: Final = 10**9


class Unit(Enum):
    """Something that AWS bills: the service on whose bill it stands, its words, and dollars for so many of it."""

    API_REQUEST = ("API Gateway", "REST requests", "3.50", MILLION)
    LAMBDA_REQUEST = ("Lambda", "requests", "0.20", MILLION)
    LAMBDA_GB_SECOND = ("Lambda", "GB-seconds on arm64", "0.0000133334", 1)
    WRITE_UNIT = ("DynamoDB", "write request units", "0.625", MILLION)
    READ_UNIT = ("DynamoDB", "read request units", "0.125", MILLION)
    TABLE_GB_MONTH = ("DynamoDB", "GB-months of table", "0.25", 1)
    RECOVERY_GB_MONTH = ("DynamoDB", "GB-months of point-in-time recovery", "0.20", 1)
    EVENT = ("EventBridge", "custom events", "1.00", MILLION)
    QUEUE_REQUEST = ("SQS", "requests", "0.40", MILLION)
    EXPRESS_REQUEST = ("Step Functions", "Express runs", "1.00", MILLION)
    EXPRESS_GB_SECOND = ("Step Functions", "Express GB-seconds", "0.00001667", 1)
    LOG_BYTE = ("CloudWatch", "log bytes taken in", "0.50", GIGABYTE)
    METRIC_MONTH = ("CloudWatch", "custom metrics a month", "0.30", 1)
    ALARM_MONTH = ("CloudWatch", "metrics under alarm a month", "0.10", 1)
    DASHBOARD_MONTH = ("CloudWatch", "dashboards a month", "3.00", 1)
    TRACE = ("X-Ray", "traces recorded", "5.00", MILLION)
    SECRET_MONTH = ("Secrets Manager", "secrets a month", "0.40", 1)
    BYTE_OUT = ("Data transfer", "bytes to the internet", "0.09", GIGABYTE)
    MAIL = ("SES", "mails", "0.10", 1_000)
    SHORT_MESSAGE = ("SNS", "parts of a short message to the United States, the carrier's fee apart", "0.00645", 1)

    def __init__(self, service: str, words: str, dollars: str, buys: int) -> None:
        self.service = service
        self.words = words
        self.list_price = Decimal(dollars)
        self.buys = buys

    @property
    def dollars(self) -> Decimal:
        """The price of one."""
        return self.list_price / self.buys


PRICE_PAGES: Final = {
    "API Gateway": "https://aws.amazon.com/api-gateway/pricing/",
    "Lambda": "https://aws.amazon.com/lambda/pricing/",
    "DynamoDB": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    "EventBridge": "https://aws.amazon.com/eventbridge/pricing/",
    "SQS": "https://aws.amazon.com/sqs/pricing/",
    "Step Functions": "https://aws.amazon.com/step-functions/pricing/",
    "CloudWatch": "https://aws.amazon.com/cloudwatch/pricing/",
    "X-Ray": "https://aws.amazon.com/xray/pricing/",
    "Secrets Manager": "https://aws.amazon.com/secrets-manager/pricing/",
    "Data transfer": "https://aws.amazon.com/ec2/pricing/on-demand/",
    "SES": "https://aws.amazon.com/ses/pricing/",
    "SNS": "https://aws.amazon.com/sns/sms-pricing/",
}
