"""The one log group of all functions: a question across the shop is asked once, and the template has room."""

from __future__ import annotations

from tradewind_tools.blueprint import limits
from tradewind_tools.exports.cloudformation.names import Resource, Resources, Stage, Value, ref, resource

LOGS = "FunctionLogs"


def group_name(stage: Stage) -> str:
    """Not below `/aws/`: there Lambda takes no group but its own, one for each function."""
    return f"/{stage.shop}/functions"


def log_group(stage: Stage) -> Resources:
    made = resource("Logs::LogGroup", LogGroupName=group_name(stage), RetentionInDays=limits.LOG_RETENTION_DAYS)
    return {LOGS: made}


def logging() -> Value:
    """What a function says of its log: the streams in the group carry the function's name.

    Lambda's own lines of every call, longer than ours together, stay out; those of calls that failed are warnings.
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    """
    levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN"}
    configured: Resource = {"LogFormat": "JSON", **levels, "LogGroup": ref(LOGS)}
    return configured
