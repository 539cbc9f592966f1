"""The bus, its rules and its archive, the clock's rules, the queues and their dead letters, the state machines."""

from __future__ import annotations

import json

from tradewind_tools.exports.cloudformation import messaging
from tradewind_tools.exports.cloudformation.names import Resource
from tradewind_tools.exports.terraform.template_facts import TemplateFacts


def bus(stack: TemplateFacts) -> Resource:
    return {"name": stack.only("Events::EventBus")["Name"], "archive": _archive(stack)}


def queues(stack: TemplateFacts) -> Resource:
    """The queues with a consumer; each names its dead-letter queue."""
    return {
        stack.short(made["QueueName"]): {
            **_queue(stack, made),
            "visibility_timeout_seconds": made["VisibilityTimeout"],
            "dead_letters": _queue_of_arn(stack, made["RedrivePolicy"]["deadLetterTargetArn"]),
            "receives": made["RedrivePolicy"]["maxReceiveCount"],
        }
        for made in stack.of("SQS::Queue")
        if "RedrivePolicy" in made
    }


def dead_letters(stack: TemplateFacts) -> Resource:
    """The queues that wait for a person."""
    waiting = (made for made in stack.of("SQS::Queue") if "RedrivePolicy" not in made)
    return {stack.short(made["QueueName"]): _queue(stack, made) for made in waiting}


def rules(stack: TemplateFacts) -> Resource:
    """What the bus does with which events."""
    return {
        stack.short(made["Name"]): {
            "name": made["Name"],
            "pattern": made["EventPattern"],
            "targets": {each["Id"]: _target(each) for each in made["Targets"]},
        }
        for made in stack.of("Events::Rule")
        if "EventPattern" in made
    }


def schedules(stack: TemplateFacts) -> Resource:
    """What happens by the clock, on the default bus."""
    return {
        stack.short(made["Name"]): {
            "name": made["Name"],
            "expression": made["ScheduleExpression"],
            "targets": {each["Id"]: _target(each) for each in made["Targets"]},
        }
        for made in stack.of("Events::Rule")
        if "ScheduleExpression" in made
    }


def machines(stack: TemplateFacts) -> Resource:
    return {stack.short(made["StateMachineName"]): _machine(made) for made in stack.of("StepFunctions::StateMachine")}


def _archive(stack: TemplateFacts) -> Resource:
    """Of the local stage too, whose template has none because the local cloud's CloudFormation cannot make it."""
    made = messaging.archive(stack.stage)["Properties"]
    return {"name": made["ArchiveName"], "pattern": made["EventPattern"], "retention_days": made["RetentionDays"]}


def _queue(stack: TemplateFacts, made: Resource) -> Resource:
    return {
        "name": made["QueueName"],
        "retention_seconds": made["MessageRetentionPeriod"],
        "encrypted": made["SqsManagedSseEnabled"],
        "statements": _statements(stack, made["QueueName"]),
    }


def _statements(stack: TemplateFacts, queue: str) -> list[Resource]:
    """Who may put something on the queue."""
    url = f"${{queue.{stack.short(queue)}.url}}"
    policies = (made for made in stack.of("SQS::QueuePolicy") if made["Queues"] == [url])
    return [statement for made in policies for statement in made["PolicyDocument"]["Statement"]]


def _queue_of_arn(stack: TemplateFacts, arn: str) -> str:
    names = [stack.short(made["QueueName"]) for made in stack.of("SQS::Queue")]
    (name,) = (name for name in names if arn == f"${{queue.{name}.arn}}")
    return name


def _target(made: Resource) -> Resource:
    return {
        "arn": made["Arn"],
        "failures": made["DeadLetterConfig"]["Arn"],
        "retries": made["RetryPolicy"]["MaximumRetryAttempts"],
        "event_age_seconds": made["RetryPolicy"]["MaximumEventAgeInSeconds"],
    }


def _machine(made: Resource) -> Resource:
    (log,) = made["LoggingConfiguration"]["Destinations"]
    return {
        "name": made["StateMachineName"],
        "type": made["StateMachineType"],
        "role": made["RoleArn"],
        "definition": _substitute(made["Definition"], made["DefinitionSubstitutions"]),
        "tracing": made["TracingConfiguration"]["Enabled"],
        "log_level": made["LoggingConfiguration"]["Level"],
        "log_execution_data": made["LoggingConfiguration"]["IncludeExecutionData"],
        "log_group": log["CloudWatchLogsLogGroup"]["LogGroupArn"],
    }


def _substitute(definition: Resource, substitutions: Resource) -> Resource:
    """The definition with what CloudFormation would put into it; `resolve` has marked its places as literals."""
    text = json.dumps(definition)
    for name, value in substitutions.items():
        text = text.replace(f"$${{{name}}}", value)
    made: Resource = json.loads(text)
    return made
