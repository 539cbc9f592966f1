"""Scheduled jobs: rules of the default bus, the only one with schedules."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind_tools.blueprint.messaging import JOB_FAILURES
from tradewind_tools.blueprint.model import Function, Schedule
from tradewind_tools.exports.cloudformation.functions import function_id
from tradewind_tools.exports.cloudformation.messaging import EVENTS, failure_settings, queue_policy
from tradewind_tools.exports.cloudformation.names import Resource, Resources, StageNames, arn, logical_id, ref, resource


def schedules(functions: Iterable[Function], stage: StageNames) -> Resources:
    jobs = [(function, function.trigger) for function in functions if isinstance(function.trigger, Schedule)]
    made: Resources = {}
    for function, schedule in jobs:
        made[_rule_id(function)] = _rule(function, schedule, stage)
        made[logical_id(function.name, "SchedulePermission")] = _permission(function)
    return made


def failure_policy(functions: Iterable[Function]) -> Resources:
    """What lets the rules of all jobs, and nobody else, send to the queue of jobs that could not be started."""
    rules = [_rule_id(function) for function in functions if isinstance(function.trigger, Schedule)]
    return (
        {logical_id(JOB_FAILURES, "Policy"): queue_policy(JOB_FAILURES, EVENTS, [arn(rule) for rule in rules])}
        if rules
        else {}
    )


def _rule_id(function: Function) -> str:
    return logical_id(function.name, "Schedule")


def _rule(function: Function, schedule: Schedule, stage: StageNames) -> Resource:
    target = {"Id": function.name, "Arn": arn(function_id(function)), **failure_settings(JOB_FAILURES)}
    name = stage.of(function.name)
    return resource("Events::Rule", Name=name, ScheduleExpression=schedule.expression, Targets=[target])


def _permission(function: Function) -> Resource:
    return resource(
        "Lambda::Permission",
        Action="lambda:InvokeFunction",
        FunctionName=ref(function_id(function)),
        Principal="events.amazonaws.com",
        SourceArn=arn(_rule_id(function)),
    )
