"""Figures: those that AWS keeps of what the shop uses, and the shop's own, each of which has its price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from tradewind.aws.log import NAMESPACE
from tradewind_tools.blueprint.messaging import CHECKOUT
from tradewind_tools.blueprint.table import TABLE


@dataclass(frozen=True, slots=True)
class Named:
    """What a stage calls `tradewind-<stage>-<name>`; without a name, what it has one of: the table, the API."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine, which its figures know by its ARN."""

    name: str


@dataclass(frozen=True, slots=True)
class OfStage:
    """The stage itself."""


Value: TypeAlias = Named | Machine | OfStage | str


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of CloudWatch: its namespace, its name, and whose it is."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, Value], ...] = ()

    @property
    def subject(self) -> str:
        """Which of several it is, for people: a queue, an operation; empty for what there is one of."""
        named = [value.name for _, value in self.dimensions if isinstance(value, Named) and value.name]
        return " ".join([*named, *(value for _, value in self.dimensions if isinstance(value, str))])


@dataclass(frozen=True, slots=True)
class Own:
    """A figure that the shop's functions write into their log lines; CloudWatch takes it from there."""

    name: str
    about: str

    @property
    def metric(self) -> Metric:
        return Metric(NAMESPACE, self.name, (("stage", OfStage()),))


OWN: Final = (
    Own("OrderPlaced", "orders placed"),
    Own("OrderConfirmed", "orders paid for and confirmed"),
    Own("OrderCancelled", "orders cancelled, by whomever"),
    Own("PaymentProcessed", "payments that succeeded"),
    Own("PaymentFailed", "payments that failed"),
    Own("AmountPaidMinor", "what was paid in the shop's currency, in its minor units"),
    Own("CartItemAdded", "additions to carts"),
    Own("ColdStartCount", "workers of functions that started"),
    Own("RefreshTokenReused", "refresh tokens that came a second time: somebody may have stolen one"),
    Own("OrderStuck", "orders that have stood still for an hour"),
    Own("OrderMismatch", "orders whose stock, money or state do not fit together"),
    Own("InventoryMismatch", "products whose stock does not add up"),
)
"""Every figure that the shop itself writes. One more is one more line here, and its price each month."""

TABLE_OPERATIONS: Final = (
    "BatchGetItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "TransactWriteItems",
    "UpdateItem",
)
"""What the shop asks of its table: DynamoDB counts its own errors by operation, and for no table as a whole."""


def own(name: str) -> Metric:
    """The shop's own figure of that name. Raises StopIteration when there is none."""
    return next(each.metric for each in OWN if each.name == name)


def of_all_functions(name: str) -> Metric:
    """Of all functions of the account and region together: without a dimension, Lambda adds them up itself."""
    return Metric("AWS/Lambda", name)


def of_function(name: str, function: str) -> Metric:
    return Metric("AWS/Lambda", name, (("FunctionName", Named(function)),))


def of_api(name: str) -> Metric:
    return Metric("AWS/ApiGateway", name, (("ApiName", Named()),))


def of_table(name: str) -> Metric:
    return Metric("AWS/DynamoDB", name, (("TableName", Named()),))


def of_table_and_indexes(name: str) -> tuple[Metric, ...]:
    """An index that cannot keep up holds the table's writes back, and counts by itself."""
    table = of_table(name)
    indexes = (
        Metric(table.namespace, name, (*table.dimensions, ("GlobalSecondaryIndexName", each.name)))
        for each in TABLE.indexes
    )
    return (table, *indexes)


def of_operations(name: str) -> tuple[Metric, ...]:
    table = of_table(name)
    return tuple(
        Metric(table.namespace, name, (*table.dimensions, ("Operation", operation))) for operation in TABLE_OPERATIONS
    )


def of_queue(name: str, queue: str) -> Metric:
    return Metric("AWS/SQS", name, (("QueueName", Named(queue)),))


def of_checkout(name: str) -> Metric:
    return Metric("AWS/States", name, (("StateMachineArn", Machine(CHECKOUT)),))


def of_mail(name: str) -> Metric:
    """Of the account's whole mail: reputation belongs to the account."""
    return Metric("AWS/SES", name)
