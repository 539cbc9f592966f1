"""The one log group of all functions: one query covers the whole shop, and the template needs fewer resources."""

from __future__ import annotations

from tradewind_tools.blueprint import limits
from tradewind_tools.exports.cloudformation.names import Resource, Resources, StageNames, Value, ref, resource

LOGS = "FunctionLogs"


def group_name(stage: StageNames) -> str:
    """Not below `/aws/`: there Lambda takes no group but its own, one for each function."""
    return f"/{stage.shop}/functions"


def log_group(stage: StageNames) -> Resources:
    made = resource("Logs::LogGroup", LogGroupName=group_name(stage), RetentionInDays=limits.LOG_RETENTION_DAYS)
    return {LOGS: made}


def log_configuration() -> Value:
    """The logging configuration of a function.

    Lambda's own lines about every call, which are longer than ours, are left out; those about failures are warnings.
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    """
    levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN"}
    configured: Resource = {"LogFormat": "JSON", **levels, "LogGroup": ref(LOGS)}
    return configured
