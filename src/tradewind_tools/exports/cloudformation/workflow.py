"""The checkout saga's state machine, with the role that runs it."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind_tools.blueprint import limits, saga
from tradewind_tools.blueprint.messaging import CHECKOUT
from tradewind_tools.blueprint.model import Function, StateMachineStep
from tradewind_tools.exports.cloudformation.functions import function_id
from tradewind_tools.exports.cloudformation.messaging import machine_id
from tradewind_tools.exports.cloudformation.names import (
    Resource,
    Resources,
    StageNames,
    Value,
    arn,
    logical_id,
    resource,
)
from tradewind_tools.exports.cloudformation.roles import TRACE, allow, role

_MACHINE = machine_id(CHECKOUT)
_ROLE = logical_id(CHECKOUT, "Role")
_LOGS = logical_id(CHECKOUT, "Logs")
_LOG_DELIVERY: Value = allow(
    [
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ],
    "*",
)
"""Log delivery has no resources to name."""


def machines(functions: Sequence[Function]) -> tuple[str, ...]:
    """The state machines whose steps are among the functions."""
    return (CHECKOUT,) if _steps(functions) else ()


def checkout(functions: Sequence[Function], stage: StageNames) -> Resources:
    steps = _steps(functions)
    if not steps:
        return {}
    return {
        _LOGS: _log_group(stage),
        _ROLE: role("states.amazonaws.com", _run_statements(steps)),
        _MACHINE: _machine(steps, stage),
    }


def _steps(functions: Sequence[Function]) -> list[Function]:
    return [function for function in functions if function.trigger == StateMachineStep(CHECKOUT)]


def _log_group(stage: StageNames) -> Resource:
    name = f"/aws/vendedlogs/states/{stage.of(CHECKOUT)}"
    return resource("Logs::LogGroup", LogGroupName=name, RetentionInDays=limits.LOG_RETENTION_DAYS)


def _run_statements(steps: Sequence[Function]) -> list[Value]:
    return [
        allow("lambda:InvokeFunction", [arn(function_id(step)) for step in steps]),
        _LOG_DELIVERY,
        TRACE,
    ]


def _machine(steps: Sequence[Function], stage: StageNames) -> Resource:
    """An Express workflow keeps no history: failures go to its log, without the data."""
    arns = {step.name: f"${{{logical_id(step.name)}}}" for step in steps}
    return resource(
        "StepFunctions::StateMachine",
        StateMachineName=stage.of(CHECKOUT),
        StateMachineType="EXPRESS",
        RoleArn=arn(_ROLE),
        Definition=saga.definition(arns),
        DefinitionSubstitutions=_substitutions(steps),
        TracingConfiguration={"Enabled": True},
        LoggingConfiguration={
            "Level": "ERROR",
            "IncludeExecutionData": False,
            "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn(_LOGS)}}],
        },
    )


def _substitutions(steps: Sequence[Function]) -> Resource:
    return {logical_id(step.name): arn(function_id(step)) for step in steps}
