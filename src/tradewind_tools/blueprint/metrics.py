"""Metrics: those that AWS keeps of what the shop uses, and the shop's custom metrics, each of which has its price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from tradewind.aws.log import NAMESPACE
from tradewind_tools.blueprint.messaging import CHECKOUT
from tradewind_tools.blueprint.table import TABLE


@dataclass(frozen=True, slots=True)
class ResourceName:
    """The name of a resource, `tradewind-<stage>-<name>`; empty for what a stage has one of: the table, the API."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class StateMachineArn:
    """The ARN of the state machine of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class StageDimension:
    """The name of the stage."""


Value: TypeAlias = ResourceName | StateMachineArn | StageDimension | str


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of CloudWatch: its namespace, its name, and the dimensions that say whose it is."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, Value], ...] = ()

    @property
    def subject(self) -> str:
        """Whose it is, for people: a queue, an operation; empty for what there is one of."""
        named = [value.name for _, value in self.dimensions if isinstance(value, ResourceName) and value.name]
        return " ".join([*named, *(value for _, value in self.dimensions if isinstance(value, str))])


@dataclass(frozen=True, slots=True)
class CustomMetric:
    """A metric that the shop's functions write into their log lines; CloudWatch takes it from there."""

    name: str
    about: str

    @property
    def metric(self) -> Metric:
        return Metric(NAMESPACE, self.name, (("stage", StageDimension()),))


CUSTOM_METRICS: Final = (
    CustomMetric("OrderPlaced", "orders placed"),
    CustomMetric("OrderConfirmed", "orders paid for and confirmed"),
    CustomMetric("OrderCancelled", "orders cancelled"),
    CustomMetric("PaymentProcessed", "payments that succeeded"),
    CustomMetric("PaymentFailed", "payments that failed"),
    CustomMetric("AmountPaidMinor", "amounts paid in the shop's currency, in minor units"),
    CustomMetric("CartItemAdded", "additions to carts"),
    CustomMetric("ColdStartCount", "workers of functions that started"),
    CustomMetric("FunctionError", "invocations, or messages of a batch, that ended with an exception"),
    CustomMetric("RefreshTokenReused", "refresh tokens that were used a second time: one may have been stolen"),
    CustomMetric("OrderStuck", "orders that have not moved for an hour"),
    CustomMetric("OrderMismatch", "finished orders whose stock, payment and status do not match"),
    CustomMetric("PaymentProblem", "charges that are disputed, and refunds that failed"),
    CustomMetric("RefundStuck", "refunds that were not issued within an hour"),
    CustomMetric("LedgerDifference", "movements of money on which the ledger and the payment provider differ"),
    CustomMetric("InventoryMismatch", "products whose stock does not match their orders and adjustments"),
)
"""Every metric that the shop itself writes. One more is one more line here, and its price each month."""

TABLE_OPERATIONS: Final = (
    "BatchGetItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "TransactWriteItems",
    "UpdateItem",
)
"""What the shop asks of its table: DynamoDB counts its own errors by operation, and not for a table as a whole."""


def custom_metric(name: str) -> Metric:
    """The shop's own metric of that name. Raises StopIteration when there is none."""
    return next(each.metric for each in CUSTOM_METRICS if each.name == name)


def all_functions_metric(name: str) -> Metric:
    """Of all functions of the account and region together: Lambda itself adds them up."""
    return Metric("AWS/Lambda", name)


def function_metric(name: str, function: str) -> Metric:
    return Metric("AWS/Lambda", name, (("FunctionName", ResourceName(function)),))


def api_metric(name: str) -> Metric:
    return Metric("AWS/ApiGateway", name, (("ApiName", ResourceName()),))


def table_metric(name: str) -> Metric:
    return Metric("AWS/DynamoDB", name, (("TableName", ResourceName()),))


def table_and_index_metrics(name: str) -> tuple[Metric, ...]:
    """An index that cannot keep up throttles the table's writes, and has metrics of its own."""
    table = table_metric(name)
    indexes = (
        Metric(table.namespace, name, (*table.dimensions, ("GlobalSecondaryIndexName", each.name)))
        for each in TABLE.indexes
    )
    return (table, *indexes)


def table_operation_metrics(name: str) -> tuple[Metric, ...]:
    table = table_metric(name)
    return tuple(
        Metric(table.namespace, name, (*table.dimensions, ("Operation", operation))) for operation in TABLE_OPERATIONS
    )


def queue_metric(name: str, queue: str) -> Metric:
    return Metric("AWS/SQS", name, (("QueueName", ResourceName(queue)),))


def checkout_metric(name: str) -> Metric:
    return Metric("AWS/States", name, (("StateMachineArn", StateMachineArn(CHECKOUT)),))


def mail_metric(name: str) -> Metric:
    """Of all mail of the account: reputation belongs to the account."""
    return Metric("AWS/SES", name)
