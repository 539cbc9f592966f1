"""The bus with its archive and rules, the queues with their dead letters."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind_tools.blueprint import limits
from tradewind_tools.blueprint.messaging import (
    FAILURE_QUEUES,
    QUEUES,
    RULES,
    SOURCE,
    Queue,
    Rule,
)
from tradewind_tools.blueprint.model import Function, QueueSource
from tradewind_tools.exports.cloudformation.names import (
    Resource,
    Resources,
    StageNames,
    Value,
    arn,
    logical_id,
    ref,
    resource,
    sub,
)
from tradewind_tools.exports.cloudformation.storage import retain

BUS = "Bus"
EVENTS = "events.amazonaws.com"


def queue_id(name: str) -> str:
    return logical_id(name)


def machine_id(name: str) -> str:
    return logical_id(name)


def machine_arn(name: str, stage: StageNames) -> Value:
    """From the name: its steps' environment has it, too, and a reference would run in a circle."""
    return sub(f"arn:${{AWS::Partition}}:states:${{AWS::Region}}:${{AWS::AccountId}}:stateMachine:{stage.of(name)}")


def bus(stage: StageNames) -> Resources:
    made = {BUS: resource("Events::EventBus", Name=stage.shop)}
    if not stage.is_local:  # the local cloud does not know this type of resource and would refuse the template
        made["BusArchive"] = archive(stage)
    return made


def archive(stage: StageNames) -> Resource:
    return resource(
        "Events::Archive",
        ArchiveName=stage.shop,
        SourceArn=arn(BUS),
        EventPattern={"source": [SOURCE]},
        RetentionDays=limits.ARCHIVE_RETENTION_DAYS,
    )


def queues(functions: Iterable[Function], stage: StageNames) -> Resources:
    timeouts = {
        function.trigger.queue: function.timeout_seconds
        for function in functions
        if isinstance(function.trigger, QueueSource)
    }
    made: Resources = {}
    for queue in QUEUES:
        made[queue_id(queue.dead_letters)] = _dead_letters(queue.dead_letters, stage)
        made[queue_id(queue.name)] = _queue(queue, timeouts.get(queue.name, limits.TIMEOUT_SECONDS), stage)
    return made | {queue_id(each.name): _dead_letters(each.name, stage) for each in FAILURE_QUEUES}


def rules(stage: StageNames) -> Resources:
    """The rules, and the policies that let only them send to their queues."""
    made = {rule_id(rule): _rule(rule, stage) for rule in RULES}
    queues = {queue for rule in RULES for queue in _queues_fed_by(rule)}
    return made | {logical_id(name, "Policy"): _queue_policy(name) for name in sorted(queues)}


def rule_id(rule: Rule) -> str:
    return logical_id(rule.name, "Rule")


def _queue(queue: Queue, timeout_seconds: int, stage: StageNames) -> Resource:
    return resource(
        "SQS::Queue",
        QueueName=stage.of(queue.name),
        VisibilityTimeout=limits.QUEUE_VISIBILITY_TIMEOUTS * timeout_seconds,
        MessageRetentionPeriod=limits.QUEUE_RETENTION_SECONDS,
        SqsManagedSseEnabled=True,
        RedrivePolicy={
            "deadLetterTargetArn": arn(queue_id(queue.dead_letters)),
            "maxReceiveCount": limits.QUEUE_RECEIVES,
        },
    )


def _dead_letters(name: str, stage: StageNames) -> Resource:
    """Kept when the stack is deleted: what failed for good stands nowhere else."""
    made = resource(
        "SQS::Queue",
        QueueName=stage.of(name),
        MessageRetentionPeriod=limits.DEAD_LETTER_RETENTION_SECONDS,
        SqsManagedSseEnabled=True,
    )
    return retain(made, stage)


def _rule(rule: Rule, stage: StageNames) -> Resource:
    return resource(
        "Events::Rule",
        Name=stage.of(rule.name),
        EventBusName=ref(BUS),
        EventPattern=_pattern(rule),
        Targets=[_target(rule)],
    )


def _pattern(rule: Rule) -> Resource:
    detail = {"detail": {"data": {name: [value] for name, value in rule.data}}} if rule.data else {}
    return {"source": [SOURCE], "detail-type": list(rule.events), **detail}


def _target(rule: Rule) -> Value:
    queue, dead_letters = _queues_fed_by(rule)
    return {"Id": queue, "Arn": arn(queue_id(queue)), **failure_settings(dead_letters)}


def failure_settings(queue: str) -> Resource:
    """How often a delivery to a target is retried, and the queue for events that could not be delivered."""
    return {
        "DeadLetterConfig": {"Arn": arn(queue_id(queue))},
        "RetryPolicy": {
            "MaximumRetryAttempts": limits.RULE_RETRIES,
            "MaximumEventAgeInSeconds": limits.RULE_EVENT_AGE_SECONDS,
        },
    }


def _queues_fed_by(rule: Rule) -> tuple[str, str]:
    """The rule's own queue, and the one for what cannot be delivered to it."""
    return rule.queue, next(queue.dead_letters for queue in QUEUES if queue.name == rule.queue)


def _queue_policy(queue: str) -> Resource:
    return queue_policy(queue, EVENTS, [arn(rule_id(rule)) for rule in RULES if queue in _queues_fed_by(rule)])


def queue_policy(queue: str, service: str, sources: list[Value]) -> Resource:
    """Only a service may send to the queue, for the rules or topics with these ARNs."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": arn(queue_id(queue)),
        "Condition": {"ArnEquals": {"aws:SourceArn": sources}},
    }
    return resource(
        "SQS::QueuePolicy",
        Queues=[ref(queue_id(queue))],
        PolicyDocument={"Version": "2012-10-17", "Statement": [statement]},
    )
