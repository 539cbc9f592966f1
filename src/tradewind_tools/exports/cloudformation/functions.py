"""Lambda functions with their roles and event sources."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.messaging import CHECKOUT, MAIL
from tradewind_tools.blueprint.model import Function, QueueSource, StreamSource
from tradewind_tools.blueprint.permissions import SecretGrant
from tradewind_tools.exports.cloudformation.logs import log_configuration
from tradewind_tools.exports.cloudformation.messaging import BUS, machine_arn, queue_id
from tradewind_tools.exports.cloudformation.names import (
    Resource,
    Resources,
    StageNames,
    Value,
    arn,
    attribute,
    logical_id,
    ref,
    resource,
)
from tradewind_tools.exports.cloudformation.roles import role_of
from tradewind_tools.exports.cloudformation.storage import TABLE

RUNTIME = "python3.13"
ARCHITECTURE = "arm64"
EXTENSION = "SecretsExtensionArn"
HAS_EXTENSION = "HasSecretsExtension"


@dataclass(frozen=True, slots=True)
class Code:
    """Where the package of the functions is: an S3 bucket and key."""

    bucket: str
    key: str


def function_id(function: Function) -> str:
    return logical_id(function.name, "Function")


def functions(functions: Iterable[Function], code: Code, stage: StageNames) -> Resources:
    made: Resources = {}
    for function in functions:
        made[logical_id(function.name, "Role")] = role_of(function, stage)
        made[function_id(function)] = _function(function, code, stage)
        made |= _source(function)
    return made


def _function(function: Function, code: Code, stage: StageNames) -> Resource:
    return resource(
        "Lambda::Function",
        FunctionName=stage.of(function.name),
        Runtime=RUNTIME,
        Architectures=[ARCHITECTURE],
        Handler=function.handler,
        Code={"S3Bucket": code.bucket, "S3Key": code.key},
        Role=arn(logical_id(function.name, "Role")),
        MemorySize=function.memory_mb,
        Timeout=function.timeout_seconds,
        TracingConfig={"Mode": "Active"},
        Environment={"Variables": environment(stage)},
        LoggingConfig=log_configuration(),
        **_layers(function),
    )


def environment(stage: StageNames) -> Resource:
    """The variables that `tradewind.settings.Settings` reads."""
    return {
        "STAGE": stage.name,
        "TABLE_NAME": ref(TABLE),
        "BUS_NAME": ref(BUS),
        "CURRENCY": ref("Currency"),
        "CORS_ORIGIN": ref("CorsOrigin"),
        "MAIL_FROM": ref("MailFrom"),
        "MAIL_CONFIGURATION_SET": stage.of(MAIL),
        "SHOP_NAME": ref("ShopName"),
        "SHOP_ADDRESS": ref("ShopAddress"),
        "SHOP_URL": ref("ShopUrl"),
        "API_URL": ref("ApiUrl"),
        "RETENTION_YEARS": ref("RetentionYears"),
        "PAYMENT_PROVIDER": ref("PaymentProvider"),
        "STRIPE_URL": ref("StripeUrl"),
        "STATE_MACHINE_ARN": machine_arn(CHECKOUT, stage),
        "OPEN_ORDERS_LIMIT": ref("OpenOrdersLimit"),
        "HELD_UNITS_LIMIT": ref("HeldUnitsLimit"),
        "PAYMENT_ATTEMPTS_LIMIT": ref("PaymentAttemptsLimit"),
        "ADDRESS_ATTEMPTS_LIMIT": ref("AddressAttemptsLimit"),
        "SIGN_IN_ATTEMPTS_LIMIT": ref("SignInAttemptsLimit"),
        "LOW_STOCK": ref("LowStock"),
        "INVENTORY_MAIL": ref("InventoryMail"),
        "ANSWER_HOURS": ref("AnswerHours"),
        "UNVERIFIED_ANSWER_HOURS": ref("UnverifiedAnswerHours"),
        "ACCESS_TOKEN_SECONDS": ref("AccessTokenSeconds"),
        "STAFF_SECOND_FACTOR_REQUIRED": ref("StaffSecondFactorRequired"),
        "ORIGIN_SECRET_SHA256": ref("OriginSecretSha256"),
    }


def _layers(function: Function) -> Resource:
    """Only functions that read a secret have the extension that fetches secrets."""
    if not any(isinstance(grant, SecretGrant) for grant in function.grants):
        return {}
    return {"Layers": {"Fn::If": [HAS_EXTENSION, [ref(EXTENSION)], ref("AWS::NoValue")]}}


def _source(function: Function) -> Resources:
    match function.trigger:
        case QueueSource() as trigger:
            return {logical_id(function.name, "Source"): _queue_source(function, trigger)}
        case StreamSource() as trigger:
            return {logical_id(function.name, "StreamSource"): _stream_source(function, trigger)}
        case _:
            return {}


def _queue_source(function: Function, trigger: QueueSource) -> Resource:
    return resource(
        "Lambda::EventSourceMapping",
        FunctionName=ref(function_id(function)),
        EventSourceArn=arn(queue_id(trigger.queue)),
        BatchSize=trigger.batch_size,
        MaximumBatchingWindowInSeconds=trigger.wait_seconds,
        ScalingConfig={"MaximumConcurrency": ref(trigger.setting) if trigger.setting else trigger.concurrency},
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )


def _stream_source(function: Function, trigger: StreamSource) -> Resource:
    """From the oldest record on: what is written while the mapping is made would be missed from the latest.

    A new mapping reads up to a day again, which consumers know to ignore.
    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
    """
    return resource(
        "Lambda::EventSourceMapping",
        FunctionName=ref(function_id(function)),
        EventSourceArn=attribute(TABLE, "StreamArn"),
        StartingPosition="TRIM_HORIZON",
        BatchSize=trigger.batch_size,
        FilterCriteria={"Filters": [{"Pattern": json.dumps(_insert_pattern(trigger.sort_prefix))}]},
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=limits.STREAM_RETRIES,
        MaximumRecordAgeInSeconds=limits.STREAM_RECORD_AGE_SECONDS,
        DestinationConfig={"OnFailure": {"Destination": arn(queue_id(trigger.failures))}},
    )


def _insert_pattern(sort_prefix: str) -> Value:
    return {"eventName": ["INSERT"], "dynamodb": {"Keys": {"SK": {"S": [{"prefix": sort_prefix}]}}}}
